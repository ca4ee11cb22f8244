"""How the memo puts values into words; English source texts, translated as they are used."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from fractions import Fraction

from crrubric.domain.foreseen import Remark
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import Cell, Results
from crrubric.domain.results.scoring import Score
from crrubric.domain.results.shares import round_share
from crrubric.domain.results.tally import Tally
from crrubric.domain.statistics.intervals import Interval
from crrubric.domain.text import show_minus
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate, RuleKind, ScoringMode

Translate = Callable[[str], str]
NONE = N_("None recorded.")
NOON = 12
MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
    N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def write_two_decimals(value: Fraction | float) -> str:
    """A number with two decimals and the sign that is a minus, not a hyphen."""
    return show_minus(f"{float(value):.2f}")


class ValueFormatter:
    """Translates, fills placeholders, and says numbers with their denominators."""

    def __init__(self, translate: Translate, *, pass_mark: Fraction | None = None) -> None:
        self.translate, self.pass_mark = translate, pass_mark

    def __call__(self, text: str, **values: object) -> str:
        """The text in the memo's language, its placeholders filled."""
        found = self.translate(text)
        return found % values if values else found

    def percent(self, share: Fraction | None, *, mark: Fraction | None = None) -> str:
        """A measured share in percent with one decimal; nothing and all are exact without."""
        if share is None:
            return "–"
        tenths = round_share(share, 1000, mark=mark)
        shown = f"{tenths // 10}" if tenths in {0, 1000} else f"{tenths // 10}.{tenths % 10}"
        return f"{shown}\u00a0%"  # a number keeps its sign when a line ends

    def whole_percent(self, share: Fraction) -> str:
        """A share that somebody set, as whole percent."""
        return f"{round(share * 100)}\u00a0%"

    def number(self, value: Fraction | int) -> str:
        """A number with at most two decimals, without needless zeros."""
        if isinstance(value, int):
            return f"{value:,}"
        return f"{float(value):.2f}".rstrip("0").rstrip(".")

    def listed(self, things: Sequence[str]) -> str:
        """Several things as a part of a sentence: A, B and C."""
        if len(things) < 2:
            return "".join(things)
        return self(N_("%(some)s and %(last)s"), some=", ".join(things[:-1]), last=things[-1])

    def remark(self, remark: Remark) -> str:
        """A sentence with the names that it counts."""
        said = self(remark.message, **remark.values)
        if not remark.names:
            return said
        names = (f"{name} ({detail})" if detail else name for name, detail in remark.names)
        return f"{said} {', '.join(names)}."

    def coefficient(self, value: Fraction | None, why: str) -> str:
        """A coefficient with two decimals, or why there is none."""
        return self(why) if value is None else write_two_decimals(value)

    def interval(self, found: Interval) -> str:
        """A 95 % interval, or why there is none."""
        if found.low is None or found.high is None:
            return self(found.why_not)
        return self(
            N_("95 %% interval %(low)s to %(high)s"),
            low=write_two_decimals(found.low),
            high=write_two_decimals(found.high),
        )

    def day(self, value: date) -> str:
        """A date as people write it: March 12, 2027."""
        month = self(MONTHS[value.month - 1])
        text = N_("%(month)s %(day)s, %(year)s")
        return self(text, month=month, day=value.day, year=value.year)

    def moment(self, value: datetime | None) -> str:
        """A moment in the district's zone: March 12, 2027, 4:07 PM."""
        if value is None:
            return "–"
        text = N_("%(day)s, %(hour)s:%(minute)s PM")
        if value.hour < NOON:
            text = N_("%(day)s, %(hour)s:%(minute)s AM")
        hour = (value.hour - 1) % NOON + 1
        return self(text, day=self.day(value.date()), hour=hour, minute=f"{value.minute:02}")

    def money(self, cents: int | None) -> str:
        """An amount in dollars."""
        if cents is None:
            return "–"
        return f"${cents // 100:,}" + (f".{cents % 100:02}" if cents % 100 else "")

    def votes(self, tally: Tally) -> str:
        """A tally in words; zeros of what nobody said are left out, YES and NO are not."""
        parts = [
            self(N_("%(n)s yes"), n=tally.yes),
            self(N_("%(n)s no"), n=tally.no),
        ]
        for text, count in (
            (N_("%(n)s can’t tell"), tally.cannot_tell),
            (N_("%(n)s not applicable"), tally.not_applicable),
            (N_("%(n)s unscored"), tally.missing),
            (N_("%(n)s abstained"), tally.abstained),
            (N_("%(n)s recused"), tally.recused),
        ):
            if count:
                parts.append(self(text, n=count))
        return ", ".join(parts)

    def finding(self, cell: Cell) -> str:
        """What holds for a cell, with the reason where nothing does."""
        words = self(cell.finding.label)
        if not cell.adopted and cell.resolution.reason:
            words += f" ({self(cell.resolution.reason.label)})"
        return words

    def score(self, vendor: str, results: Results) -> str:
        """A vendor's score with its denominator."""
        score = results.scores[vendor]
        if score.value is None:
            return self(N_("no score: nothing is settled yet"))
        if results.mode is ScoringMode.SHARE:
            return self.score_by_share(score, results, results.kept_votes(vendor))
        return self(
            N_(
                "%(percent)s by weight: %(met)s of the %(decided)s settled criteria are met "
                "(%(applicable)s criteria apply)"
            ),
            percent=self.percent(score.value, mark=self.pass_mark),
            met=score.met,
            decided=score.decided,
            applicable=score.applicable,
        )

    def score_by_share(self, score: Score, results: Results, kept: tuple[str, ...]) -> str:
        """An average share of YES, and where the committee found otherwise (`kept`)."""
        text = self(
            N_(
                "%(percent)s by weight, the average share of YES on %(decided)s of the"
                " %(applicable)s criteria that apply"
            ),
            percent=self.percent(score.value, mark=self.pass_mark),
            decided=score.decided,
            applicable=score.applicable,
        )
        if not kept:
            return text
        titles = {criterion.code: criterion.title for criterion in results.criteria}
        more = N_("the votes count here, not what the committee found otherwise: %(what)s")
        return f"{text}; {self(more, what=', '.join(titles[code] for code in kept))}"

    def range(self, score: Score) -> str:
        """What the score can still become."""
        if score.low is None or score.low == score.high:
            return self(N_("settled"))
        low, high = (self.percent(each, mark=self.pass_mark) for each in (score.low, score.high))
        return self(N_("%(low)s to %(high)s"), low=low, high=high)

    def gate(self, score: Score, results: Results) -> str:
        """Whether the must-haves are met, naming those that are not."""
        titles = {criterion.code: criterion.title for criterion in results.criteria}
        failed, pending, lifted, barring = (
            ", ".join(titles[code] for code in codes)
            for codes in (score.failed, score.pending, score.lifted, score.barring)
        )
        if score.gate is Gate.PASS:
            return self(N_("all met") if results.must_haves else N_("there are none"))
        if score.gate is Gate.FAIL:
            if not lifted:
                return self(N_("not eligible: %(what)s"), what=failed)
            text = N_("not eligible: %(what)s (the committee has lifted %(lifted)s, but not this)")
            return self(text, what=barring, lifted=lifted)
        parts = [self(N_("pending: %(what)s"), what=pending)] if pending else []
        if failed:
            text = N_("reinstated by the committee although it does not meet: %(what)s")
            parts.append(self(text, what=failed))
        return "; ".join(parts)

    def rule(self, rule: DecisionRule) -> str:
        """The decision rule in a sentence."""
        texts = {
            RuleKind.MAJORITY: N_(
                "Simple majority: a criterion is met when more reviewers say YES than NO, not met"
                " when more say NO, and unresolved on a tie."
            ),
            RuleKind.SUPERMAJORITY: N_(
                "Supermajority: a criterion is met when at least %(share)s of the YES and NO marks"
                " are YES, not met when at least %(share)s are NO, and unresolved otherwise."
            ),
            RuleKind.UNANIMITY: N_(
                "Unanimity: a criterion is met when all YES and NO marks are YES, not met when"
                " all are NO, and unresolved otherwise."
            ),
        }
        return self(
            texts[rule.kind],
            share=f"{rule.threshold.numerator}/{rule.threshold.denominator}",
        )

    def quorum(self, rule: DecisionRule) -> str:
        """The quorum in a sentence."""
        if rule.quorum is None:
            return self(
                N_(
                    "Each criterion of a vendor needs at least two YES or NO marks, and "
                    "such marks from at least half of the assigned reviewers; with fewer, "
                    "it is unresolved, unless NOT APPLICABLE was answered more often."
                )
            )
        return self(
            N_(
                "Each criterion of a vendor needs at least %(n)s YES or NO marks; with fewer, "
                "it is unresolved, unless NOT APPLICABLE was answered more often."
            ),
            n=rule.quorum,
        )
