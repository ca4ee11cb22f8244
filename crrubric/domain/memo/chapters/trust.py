"""The memo's sections on how far its numbers can be trusted: agreement and robustness."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import (
    Bar,
    BarChart,
    Block,
    Bullets,
    Heading,
    Paragraph,
    Table,
)
from crrubric.domain.memo.chapters.glance import SIGNS
from crrubric.domain.memo.charts import PERCENT_AXIS, TONES, describe_bars
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.results.results import AdoptedFinding, Cell
from crrubric.domain.results.robustness_words import describe_robustness
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome

LEAST_MARKS = 2  # of one item, so that they can agree
NO_PAIRS = N_("No item has two or more YES or NO marks: how far reviewers agree is not known.")
THEN = N_("It was the outcome of the votes when it was adopted; ballots have changed since.")


class TrustBlocks:
    """Puts agreement and robustness into paragraphs and tables."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results
        self.names = {vendor.code: vendor.name for vendor in facts.vendors}
        self.titles = {criterion.code: criterion.title for criterion in self.results.criteria}

    def agreement(self) -> Iterable[Block]:
        """How often reviewers agree, then every item that needed talk."""
        words, found = self.words, self.results.agreement
        yield Paragraph(
            words(NO_PAIRS)
            if not found.pairable_cells
            else words(
                N_(
                    "An item is one criterion for one vendor. In %(unanimous)s of the "
                    "%(cells)s items with two or more YES or NO marks, all of these marks are "
                    "the same. On average over these items, two reviewers of the same item "
                    "agree %(share)s of the time. How much of that chance alone would give is in "
                    "the appendix."
                ),
                unanimous=found.unanimous_cells,
                cells=found.pairable_cells,
                share=words.percent(found.percent_agreement),
            )
        )
        yield from self.agreement_chart()
        yield Heading(2, words(N_("Items on which reviewers differed")))
        yield from self.split_items()
        yield Heading(2, words(N_("Unresolved items")))
        yield from self.unresolved_items()
        yield Heading(2, words(N_("Findings adopted in the meeting")))
        lines = tuple(
            self.adopted(cell, cell.adopted)
            for cell in self.results.cells.values()
            if cell.adopted is not None and cell.settled_otherwise
        )
        yield Bullets(lines) if lines else Paragraph(words(NONE))
        every = self.results.cells.values()
        count = sum(cell.adopted is not None and not cell.settled_otherwise for cell in every)
        if count:
            text = N_("Items whose computed outcome was adopted unchanged: %(count)s.")
            yield Paragraph(words(text, count=count))

    def agreement_chart(self) -> Iterable[Block]:
        """The share of items on which all YES and NO marks are the same, by vendor."""
        words, bars = self.words, []
        for vendor in self.results.ranking():
            tallies = [
                cell.tally
                for cell in self.results.cells.values()
                if cell.vendor == vendor.code and cell.tally.decisive >= LEAST_MARKS
            ]
            if tallies:
                same = sum(min(tally.yes, tally.no) == 0 for tally in tallies)
                share = same / len(tallies)
                text = words(N_("%(part)s of %(whole)s"), part=same, whole=len(tallies))
                bars.append(Bar(label=vendor.name, text=text, value=share, low=share, high=share))
        if bars:
            caption = words(N_("Items on which all YES and NO marks are the same"))
            yield BarChart(
                caption=caption,
                description=describe_bars(caption, bars),
                bars=tuple(bars),
                axis=PERCENT_AXIS,
            )

    def origin_of_numbers(self) -> Iterable[Block]:
        """For the appendix: coefficients of agreement, and what was drawn at random."""
        words, found = self.words, self.results.agreement
        drawn = self.facts.reliability.cells_drawn()
        yield Heading(2, words(N_("Agreement beyond chance")))
        yield Paragraph(
            words(NO_PAIRS)
            if not found.pairable_cells
            else words(
                N_(
                    "Agreement beyond what the mix of YES and NO would give by chance: "
                    "Krippendorff’s alpha %(alpha)s (%(alpha_range)s), Gwet’s AC1 %(ac1)s "
                    "(%(ac1_range)s); 1 is full agreement, 0 is what chance gives. %(yes)s of "
                    "marks are YES. When nearly all marks are the same, alpha falls and AC1 "
                    "rises, so both are shown. The intervals come from %(resamples)s resamples "
                    "of items (seed %(seed)s) and hold for these reviewers only."
                ),
                alpha=words.coefficient(found.alpha, found.undefined.get("alpha", "")),
                ac1=words.coefficient(found.ac1, found.undefined.get("ac1", "")),
                yes=words.percent(found.yes_of_marks),
                alpha_range=words.interval(drawn.alpha),
                ac1_range=words.interval(drawn.ac1),
                resamples=words.number(drawn.resamples),
                seed=drawn.seed,
            )
        )
        around = self.facts.robustness.around
        if around is not None:
            yield Heading(2, words(N_("Random weights")))
            text = N_(
                "How stable the ranking is was tried with %(draws)s sets of weights drawn at "
                "random (seed %(seed)s)."
            )
            yield Paragraph(words(text, draws=words.number(around.draws), seed=around.seed))

    def adopted(self, cell: Cell, found: AdoptedFinding) -> str:
        """An adopted finding: what it is, what the rule had made of the votes, why and when."""
        text = (
            N_("%(what)s: %(value)s instead of %(outcome)s (%(votes)s). %(reason)s – %(when)s")
            if cell.differs
            else N_(
                "%(what)s: %(value)s, same as the computed outcome (%(votes)s). %(reason)s – "
                "%(when)s"
            )
        )
        return self.words(
            text,
            what=f"{self.names[cell.vendor]}, {self.titles[cell.criterion]}",
            value=self.words(found.value.label),
            outcome=self.words(cell.resolution.outcome.label),
            votes=self.words.votes(cell.tally),
            reason=self.why(found, overtaken=cell.overtaken),
            when=self.words.day(found.at.astimezone(self.facts.zone).date()),
        )

    def why(self, found: AdoptedFinding, *, overtaken: bool) -> str:
        """The reason, the evidence and who agreed, as far as they were recorded."""
        words = self.words
        parts = (
            words(THEN) if overtaken else "",
            found.reason,
            words(N_("Evidence: %(what)s"), what=found.evidence) if found.evidence else "",
            words(N_("Agreed: %(who)s"), who=found.agreed) if found.agreed else "",
        )
        return " ".join(part for part in parts if part)

    def split_items(self) -> Iterable[Block]:
        """YES and NO of the items on which reviewers differed: a row a criterion."""
        words, results = self.words, self.results
        cells = {(cell.vendor, cell.criterion): cell for cell in results.split()}
        if not cells:
            yield Paragraph(words(NONE))
            return
        vendors = [one for one in results.vendors if any(one.code == code for code, _ in cells)]
        criteria = [one for one in results.criteria if any(one.code == code for _, code in cells)]
        found = [[cells.get((one.code, row.code)) for one in vendors] for row in criteria]
        yield Table(
            words(
                N_(
                    "Votes where reviewers differed (YES–NO, in brackets how many could not tell),"
                    " and what was found: %(met)s met, %(missed)s not met, %(open)s not settled; a"
                    " dash: they did not differ"
                ),
                met=SIGNS[Outcome.MET],
                missed=SIGNS[Outcome.NOT_MET],
                open=SIGNS[Outcome.UNRESOLVED],
            ),
            (words(N_("Criterion")), *(vendor.name for vendor in vendors)),
            tuple(
                (criterion.title, *(self.in_votes(cell) for cell in row))
                for criterion, row in zip(criteria, found, strict=True)
            ),
            tuple(tuple(TONES[cell.finding] if cell else None for cell in row) for row in found),
        )

    def in_votes(self, cell: Cell | None) -> str:
        """The votes of an item in short, and the sign of what was found; one line, mostly."""
        if cell is None:
            return "–"
        tally, words = cell.tally, self.words
        votes = f"{tally.yes}–{tally.no}"
        if tally.cannot_tell:
            votes += f"\u00a0({tally.cannot_tell})"
        parts = [f"{SIGNS[cell.finding]}\u00a0{votes}"]
        if tally.not_applicable:
            parts.append(words(N_("%(n)s not applicable"), n=tally.not_applicable))
        if cell.finding is Outcome.NOT_APPLICABLE:  # its sign is the dash of those who agree
            parts[0] = votes
            return f"{', '.join(parts)}: {words(cell.finding.label)}"
        return ", ".join(parts)

    def unresolved_items(self) -> Iterable[Block]:
        """The items on which nothing is found, with the reason."""
        words, cells = self.words, self.results.unresolved()
        if not cells:
            yield Paragraph(words(NONE))
            return
        yield Table(
            words(N_("Items that are not settled yet")),
            tuple(map(words, (N_("Vendor"), N_("Criterion"), N_("Votes"), N_("Finding")))),
            tuple(
                (
                    self.names[cell.vendor],
                    self.titles[cell.criterion],
                    words.votes(cell.tally),
                    words.finding(cell),
                )
                for cell in cells
            ),
        )

    def why_no_range(self) -> str:
        """Why no score can change any more; by share an open item may count as it is."""
        if self.results.unresolved():
            return N_("Not at all: nothing that can be found on them changes a score.")
        return N_("Not at all: every item that counts is settled.")

    def robustness(self) -> Iterable[Block]:
        """What would change who is first; reviewers are counted, not named."""
        words, results = self.words, self.results
        open_ranges = [
            f"{vendor.name}: {words.range(results.scores[vendor.code])}"
            for vendor in results.ranking()
            if results.scores[vendor.code].low != results.scores[vendor.code].high
        ]
        yield Paragraph(
            words(N_("How unresolved items could still change the scores:")),
        )
        yield (
            Bullets(tuple(open_ranges)) if open_ranges else Paragraph(words(self.why_no_range()))
        )
        said = describe_robustness(words, self.facts.robustness, results, names=False)
        yield Paragraph(words(N_("What would change who is first, and what would not:")))
        yield Bullets(tuple(said.sentences()))
