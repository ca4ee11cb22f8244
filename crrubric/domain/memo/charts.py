"""The memo's charts: scores with their ranges, and cost over the term."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Bar, BarChart, Tick, Tone
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate, Outcome

TONES = {
    Outcome.MET: Tone.GOOD,
    Outcome.NOT_MET: Tone.BAD,
    Outcome.UNRESOLVED: Tone.OPEN,
    Outcome.NOT_APPLICABLE: Tone.NEUTRAL,
}
PERCENT_AXIS = tuple(Tick(part / 4, f"{part * 25}\u00a0%") for part in range(5))
ROUND = (1, 2, 5, 10)  # what the end of an axis of money begins with


def describe_bars(caption: str, bars: Iterable[Bar]) -> str:
    """What a chart tells, for who does not see it."""
    return f"{caption}. " + " ".join(f"{bar.label}: {bar.text}." for bar in bars)


def draw_scores(
    facts: MemoFacts, words: ValueFormatter, *, most: int | None = None
) -> BarChart | None:
    """Scores in the order of the ranking, with what they can still become; None without any.

    Who fails a must-have is told apart: its score may be the highest. Args: most: how many vendors
    there is room for; the first ones.
    """
    results = facts.results
    bars = []
    for vendor in results.ranking()[:most]:
        score = results.scores[vendor.code]
        if score.value is None:
            continue
        text = words.percent(score.value, mark=facts.results.pass_mark)
        if score.low != score.high:
            text = words(
                N_("%(score)s; can become %(range)s"), score=text, range=words.range(score)
            )
        if score.gate is Gate.FAIL:
            text = words(N_("%(score)s; not eligible"), score=text)
        ends = [score.value if end is None else end for end in (score.low, score.high)]
        bars.append(
            Bar(
                label=vendor.name,
                text=text,
                value=float(score.value),
                low=float(ends[0]),
                high=float(ends[1]),
                tone=Tone.BAD if score.gate is Gate.FAIL else Tone.GOOD,
            )
        )
    if not bars:
        return None
    caption = words(N_("Scores by weight"))
    if most is not None and len(results.vendors) > most:
        text = N_("Scores by weight: the first %(most)s of %(all)s vendors")
        caption = words(text, most=most, all=len(results.vendors))
    mark = words(N_("pass mark %(mark)s"), mark=words.whole_percent(results.pass_mark))
    return BarChart(
        caption=caption,
        description=f"{describe_bars(caption, bars)} {mark}.",
        bars=tuple(bars),
        axis=PERCENT_AXIS,
        marks=(Tick(float(results.pass_mark), mark),),
    )


def draw_costs(facts: MemoFacts, words: ValueFormatter) -> BarChart | None:
    """What each vendor costs over its term, at the least and at the most; None without two."""
    known = [(vendor, vendor.price.cost.span) for vendor in facts.vendors]
    spans = [(vendor, span) for vendor, span in known if span is not None]
    if len(spans) < 2:  # one alone compares with nothing
        return None
    top = find_axis_end(max(high for _vendor, (_low, high) in spans))
    bars = []
    for vendor, (low, high) in spans:
        text = words.money(low) if low == high else f"{words.money(low)} – {words.money(high)}"
        if vendor.price.term_months is not None:
            text = words(
                N_("%(cost)s, %(months)s months"), cost=text, months=vendor.price.term_months
            )
        middle = (low + high) / 2 / top
        bars.append(Bar(label=vendor.name, text=text, value=middle, low=low / top, high=high / top))
    caption = words(N_("Cost over the term of each offer"))
    return BarChart(
        caption=caption,
        description=describe_bars(caption, bars),
        bars=tuple(bars),
        axis=tuple(Tick(part / 4, words.money(top * part // 4)) for part in range(5)),
    )


def find_axis_end(cents: int) -> int:
    """A round number of dollars at which an axis can end, in cents: at least `cents`."""
    unit = 400  # so that quarters are whole dollars
    while unit * ROUND[-1] < cents:
        unit *= 10
    return next(unit * step for step in ROUND if unit * step >= cents)
