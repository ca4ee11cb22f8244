"""How far ballots agree: percent agreement, Krippendorff's alpha, Gwet's AC1; exact fractions.

Only YES and NO enter; the unit is the cell. Everything depends on (yes, no) alone, so equal
tallies are counted first and the cost grows with the distinct ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from crrubric.domain.tally import Tally
from crrubric.domain.vocabulary import N_

NO_PAIRS = N_("not defined: no cell has two YES or NO marks")
NO_DECISIVE = N_("not defined: there is no YES or NO mark")
# No percent sign in these: templates fill placeholders even where there are none.
ALL_YES = N_("not defined: every mark is YES, so there is nothing to tell apart")
ALL_NO = N_("not defined: every mark is NO, so there is nothing to tell apart")
PAIRS_ALL_YES = N_("not defined: in the cells with two or more marks, every mark is YES")
PAIRS_ALL_NO = N_("not defined: in the cells with two or more marks, every mark is NO")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over a set of cells. Undefined is None, with its reason in `undefined`.

    marks: all four answers; decisive_marks: YES and NO; cells: with at least one decisive mark;
    pairable_cells: with at least two; unanimous_cells: pairable ones without dissent.
    """

    marks: int
    decisive_marks: int
    cells: int
    pairable_cells: int
    unanimous_cells: int
    percent_agreement: Fraction | None
    alpha: Fraction | None
    ac1: Fraction | None
    unanimous_share: Fraction | None
    prevalence_yes: Fraction | None
    undefined: Mapping[str, str] = field(default_factory=dict)


# (yes, no) of a cell, not both 0 -> how many cells have it
Pairs = Mapping[tuple[int, int], int]
_OF_PAIRS = ("percent_agreement", "ac1", "unanimous_share")  # undefined without a pairable cell


def agreement_of(tallies: Iterable[Tally]) -> Agreement:
    """The agreement over the cells with these tallies, in any order.

    Every figure is a share or a coefficient, without unit.
    Sources: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Gwet (2008),
    British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    marks = 0
    pairs: Counter[tuple[int, int]] = Counter()
    for tally in tallies:
        marks += tally.marks
        if tally.decisive:
            pairs[tally.yes, tally.no] += 1
    pairable = [(pair, n) for pair, n in pairs.items() if sum(pair) >= 2]
    cells = sum(n for _pair, n in pairable)
    unanimous = sum(n for pair, n in pairable if 0 in pair)
    return Agreement(
        marks=marks,
        decisive_marks=sum(n * sum(pair) for pair, n in pairs.items()),
        cells=sum(pairs.values()),
        pairable_cells=cells,
        unanimous_cells=unanimous,
        percent_agreement=percent_agreement(pairs),
        alpha=krippendorff_alpha(pairs),
        ac1=gwet_ac1(pairs),
        unanimous_share=Fraction(unanimous, cells) if cells else None,
        prevalence_yes=prevalence(pairs),
        undefined=_undefined(pairs),
    )


def _undefined(pairs: Pairs) -> dict[str, str]:
    """Why each figure that is None is None."""
    reasons: dict[str, str] = {}
    if not pairs:
        reasons["prevalence_yes"] = NO_DECISIVE
    if percent_agreement(pairs) is None:
        reasons |= dict.fromkeys(_OF_PAIRS, NO_PAIRS)
    if krippendorff_alpha(pairs) is None:
        reasons["alpha"] = _why_no_alpha(pairs)
    return reasons


def percent_agreement(pairs: Pairs) -> Fraction | None:
    """Mean over cells with two or more marks of the share of agreeing pairs; None without any.

    Every cell weighs the same, however many marks it has.
    """
    cells, total = 0, Fraction(0)
    for (y, n), count in pairs.items():
        r = y + n
        if r >= 2:
            cells += count
            total += count * Fraction(y * (y - 1) + n * (n - 1), r * (r - 1))
    return total / cells if cells else None


def prevalence(pairs: Pairs) -> Fraction | None:
    """Mean within-cell share of YES over cells with a decisive mark; None without any."""
    cells = sum(pairs.values())
    total = sum((count * Fraction(y, y + n) for (y, n), count in pairs.items()), Fraction(0))
    return total / cells if cells else None


def krippendorff_alpha(pairs: Pairs) -> Fraction | None:
    """Krippendorff's alpha for two nominal values; None without variation.

    alpha = 1 - (n. - 1) * sum of y n / (r - 1) over pairable cells / (Y * N).
    Source: Krippendorff (2011); low variation is a lack of information about reliability.
    """
    yes = sum(count * y for (y, n), count in pairs.items() if y + n >= 2)
    no = sum(count * n for (y, n), count in pairs.items() if y + n >= 2)
    if not yes or not no:
        return None
    dissent = sum(
        (count * Fraction(y * n, y + n - 1) for (y, n), count in pairs.items() if y + n >= 2),
        Fraction(0),
    )
    return 1 - (yes + no - 1) * dissent / (yes * no)


def gwet_ac1(pairs: Pairs) -> Fraction | None:
    """Gwet's AC1 for the two categories YES and NO; None without a cell of two marks.

    Cells with one mark count for the prevalence. Source: Gwet (2008).
    """
    observed, share = percent_agreement(pairs), prevalence(pairs)
    if observed is None or share is None:
        return None
    expected = 2 * share * (1 - share)
    return (observed - expected) / (1 - expected)


def _why_no_alpha(pairs: Pairs) -> str:
    pairable = [pair for pair in pairs if sum(pair) >= 2]
    if not pairable:
        return NO_PAIRS
    if any(y for y, _n in pairable):
        return PAIRS_ALL_YES if any(n for _y, n in pairs) else ALL_YES
    return PAIRS_ALL_NO if any(y for y, _n in pairs) else ALL_NO
