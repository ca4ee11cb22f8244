"""Agreement coefficients of nominal marks; exact fractions, numbers only.

The unit is the cell; only YES and NO enter. Every figure depends on how often each answer was
given in a cell, so equal cells are counted once: a `Profile` says how many cells have which
counts, in the fixed order of the categories ((yes, no) for ballots). The formulas hold for any
number of nominal categories, which is what published examples have; ballots have two.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Generic, TypeVar

# Counts of a cell, not all 0, by category -> how many cells have them.
Profile = Mapping[tuple[int, ...], int]
N = TypeVar("N")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSums(Generic[N]):
    """The sums over cells from which every coefficient is made: numbers, or arrays of them.

    cells, pairable: with one mark or more, with two or more. agreeing: sum of the share of
    agreeing pairs. dissent: sum of ordered dissenting pairs / (r - 1). totals: marks by category
    in pairable cells. shares: sum of within-cell shares by category, over all cells.
    """

    cells: N
    pairable: N
    agreeing: N
    dissent: N
    totals: tuple[N, ...]
    shares: tuple[N, ...]


def sums_of_profile(profile: Profile) -> AgreementSums[Fraction]:
    """The exact sums of a profile. Cells of one size share a denominator: integers until then."""
    width = len(next(iter(profile), (0, 0)))
    by_size: dict[int, list[int]] = {}
    for counts, n in profile.items():
        size = sum(counts)
        sums = by_size.get(size)
        if sums is None:
            sums = by_size[size] = [0] * (2 + width)
        sums[0] += n
        for place, count in enumerate(counts, start=2):
            sums[1] += n * count * (count - 1)
            sums[place] += n * count
    # one denominator for all sizes: whole numbers are added, and a fraction is made at the end
    whole = lcm(*(size * max(1, size - 1) for size in by_size))
    pairable = [(size, sums) for size, sums in by_size.items() if size >= 2]
    return AgreementSums(
        cells=Fraction(sum(sums[0] for sums in by_size.values())),
        pairable=Fraction(sum(sums[0] for _size, sums in pairable)),
        agreeing=Fraction(sum(s[1] * (whole // (r * (r - 1))) for r, s in pairable), whole),
        dissent=Fraction(
            sum((s[0] * r * (r - 1) - s[1]) * (whole // (r - 1)) for r, s in pairable), whole
        ),
        totals=tuple(
            Fraction(sum(sums[place] for _size, sums in pairable)) for place in range(2, 2 + width)
        ),
        shares=tuple(
            Fraction(sum(sums[place] * (whole // size) for size, sums in by_size.items()), whole)
            for place in range(2, 2 + width)
        ),
    )


def percent_agreement(parts: AgreementSums[Fraction]) -> Fraction | None:
    """Mean over cells with two or more marks of the share of agreeing pairs; None without any.

    Every cell weighs the same, however many marks it has.
    """
    return parts.agreeing / parts.pairable if parts.pairable else None


def pooled_pair_agreement(profile: Profile) -> Fraction | None:
    """Agreeing pairs of marks over all pairs of marks within cells; None without a pair.

    Another number than percent agreement as soon as cells differ in size.
    """
    pairs = sum(n * sum(counts) * (sum(counts) - 1) for counts, n in profile.items())
    agreeing = sum(n * sum(c * (c - 1) for c in counts) for counts, n in profile.items())
    return Fraction(agreeing, pairs) if pairs else None


def krippendorff_alpha(parts: AgreementSums[Fraction]) -> Fraction | None:
    """Krippendorff's alpha for nominal values; None without variation.

    Source: Krippendorff (2011); low variation is a lack of information about reliability.
    """
    found: Fraction | None = alpha_formula(parts) if has_variation(parts) else None
    return found


def has_variation(parts: AgreementSums[Fraction]) -> bool:
    """Whether more than one category occurs in the cells with two or more marks."""
    return sum(total > 0 for total in parts.totals) >= 2


def gwet_ac1(parts: AgreementSums[Fraction]) -> Fraction | None:
    """Gwet's AC1 with the number of categories fixed; None without a cell of two marks.

    Cells with one mark count for the prevalence. Source: Gwet (2008).
    """
    found: Fraction | None = ac1_formula(parts) if parts.pairable else None
    return found


def fleiss_kappa(parts: AgreementSums[Fraction]) -> Fraction | None:
    """Fleiss' kappa, generalised after Gwet where cells differ in size; None without variation.

    Source: Fleiss (1971), Psychological Bulletin 76:378-382.
    """
    if not parts.pairable:
        return None
    expected = sum(((share / parts.cells) ** 2 for share in parts.shares), Fraction(0))
    if expected == 1:
        return None
    found: Fraction = _correct_for_chance(parts.agreeing / parts.pairable, expected)
    return found


def brennan_prediger(parts: AgreementSums[Fraction]) -> Fraction | None:
    """Agreement beyond guessing among equally likely categories; None without a pair."""
    if not parts.pairable:
        return None
    found: Fraction = _correct_for_chance(
        parts.agreeing / parts.pairable, Fraction(1, len(parts.totals))
    )
    return found


def alpha_formula(parts: AgreementSums[Any]) -> Any:
    """Krippendorff's alpha from sums, numbers or arrays alike; 0/0 is the caller's to exclude.

    1 - D_o / D_e with D_o = dissent / n and D_e = sum of n_k (n - n_k) / (n (n - 1)).
    """
    total = sum(parts.totals)
    expected = sum(part * (total - part) for part in parts.totals)
    return 1 - (total - 1) * parts.dissent / expected


def ac1_formula(parts: AgreementSums[Any]) -> Any:
    """Gwet's AC1 from sums, numbers or arrays alike; needs a pairable cell."""
    mean = [share / parts.cells for share in parts.shares]
    expected = sum(p * (1 - p) for p in mean) / (len(mean) - 1)
    return _correct_for_chance(parts.agreeing / parts.pairable, expected)


def _correct_for_chance(observed: Any, expected: Any) -> Any:
    """The part of the agreement left open by chance that was reached."""
    return (observed - expected) / (1 - expected)


def cohen_kappa(table: Mapping[tuple[str, str], int]) -> Fraction | None:
    """Cohen's kappa of two reviewers; None if they share no cell or neither varies.

    Args: table: (answer of the one, answer of the other) -> cells that both decided.
    Each keeps an own rate of YES, so Cohen, Fleiss and alpha differ. Source: Cohen (1960).
    """
    cells = sum(table.values())
    if not cells:
        return None
    observed = Fraction(sum(n for (one, other), n in table.items() if one == other), cells)
    first, second = Counter[str](), Counter[str]()
    for (one, other), n in table.items():
        first[one] += n
        second[other] += n
    expected = Fraction(sum(first[value] * second[value] for value in first), cells**2)
    if expected == 1:
        return None
    found: Fraction = _correct_for_chance(observed, expected)
    return found
