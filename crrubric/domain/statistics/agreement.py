"""How far ballots agree: the counts and every coefficient of a set of cells, with reasons.

Undefined is None, and `undefined` says why in words. The formulas are in `coefficients`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from crrubric.domain.results.tally import Tally
from crrubric.domain.statistics.coefficients import (
    Profile,
    brennan_prediger,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    pooled_pair_agreement,
    sums_of_profile,
)
from crrubric.domain.translation import N_

NO_PAIRS = N_("not defined: no item has two YES or NO marks")
NO_DECISIVE = N_("not defined: there is no YES or NO mark")
# No percent sign in these: templates fill placeholders even where there are none.
ALL_YES = N_("not defined: every mark is YES, so there is nothing to tell apart")
ALL_NO = N_("not defined: every mark is NO, so there is nothing to tell apart")
PAIRS_ALL_YES = N_("not defined: in the items with two or more marks, every mark is YES")
PAIRS_ALL_NO = N_("not defined: in the items with two or more marks, every mark is NO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement over a set of cells. Undefined is None, with its reason in `undefined`.

    marks: all four answers; decisive_marks: YES and NO; cells: with at least one decisive mark;
    pairable_cells: with at least two; unanimous_cells: pairable ones without dissent;
    marks_per_cell: the fewest and the most decisive marks of a cell, (0, 0) without any.
    percent_agreement and prevalence_yes weigh each cell the same, pooled_pair_agreement each pair
    of marks, yes_of_marks each mark: what is told as a share of marks or pairs is one of these.
    """

    marks: int
    decisive_marks: int
    cells: int
    pairable_cells: int
    unanimous_cells: int
    marks_per_cell: tuple[int, int]
    percent_agreement: Fraction | None
    pooled_pair_agreement: Fraction | None
    unanimous_share: Fraction | None
    alpha: Fraction | None
    ac1: Fraction | None
    fleiss_kappa: Fraction | None
    brennan_prediger: Fraction | None
    prevalence_yes: Fraction | None
    yes_of_marks: Fraction | None
    undefined: Mapping[str, str] = field(default_factory=dict)

    @property
    def fleiss_is_classic(self) -> bool:
        """Whether every cell has as many marks: else the kappa is Gwet's generalisation."""
        return self.cells > 0 and self.marks_per_cell[0] == self.marks_per_cell[1]

    @property
    def chance_agreement(self) -> Fraction | None:
        """How often two would agree who each say YES at random as often as all did."""
        share = self.yes_of_marks
        return None if share is None else share**2 + (1 - share) ** 2


_OF_PAIRS = (
    "percent_agreement",
    "pooled_pair_agreement",
    "unanimous_share",
    "ac1",
    "brennan_prediger",
)


def agreement_of(tallies: Iterable[Tally]) -> Agreement:
    """The agreement over the cells with these tallies, in any order.

    Every figure is a share or a coefficient, without unit.
    Sources: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Gwet (2008),
    British Journal of Mathematical and Statistical Psychology 61:29-48; Fleiss (1971).
    """
    marks = 0
    profile: Counter[tuple[int, ...]] = Counter()
    for tally in tallies:
        marks += tally.marks
        if tally.decisive:
            profile[tally.yes, tally.no] += 1
    return agreement_of_profile(profile, marks)


def agreement_of_profile(profile: Profile, marks: int) -> Agreement:
    """The agreement over the cells of a profile of (yes, no); `marks` counts all four answers."""
    pairable = [(counts, n) for counts, n in profile.items() if sum(counts) >= 2]
    cells = sum(n for _counts, n in pairable)
    unanimous = sum(n for counts, n in pairable if max(counts) == sum(counts))
    sizes = [sum(counts) for counts in profile]
    parts = sums_of_profile(profile)
    decisive = sum(n * sum(counts) for counts, n in profile.items())
    yes = sum(n * counts[0] for counts, n in profile.items())
    alpha, kappa = krippendorff_alpha(parts), fleiss_kappa(parts)
    return Agreement(
        marks=marks,
        decisive_marks=decisive,
        cells=sum(profile.values()),
        pairable_cells=cells,
        unanimous_cells=unanimous,
        marks_per_cell=(min(sizes, default=0), max(sizes, default=0)),
        percent_agreement=percent_agreement(parts),
        pooled_pair_agreement=pooled_pair_agreement(profile),
        unanimous_share=Fraction(unanimous, cells) if cells else None,
        alpha=alpha,
        ac1=gwet_ac1(parts),
        fleiss_kappa=kappa,
        brennan_prediger=brennan_prediger(parts),
        prevalence_yes=parts.shares[0] / parts.cells if parts.cells else None,
        yes_of_marks=Fraction(yes, decisive) if decisive else None,
        undefined=_explain_undefined(profile, cells, alpha=alpha, fleiss_kappa=kappa),
    )


def _explain_undefined(
    profile: Profile, pairable: int, **of_variation: Fraction | None
) -> dict[str, str]:
    """Why each figure that is None is None."""
    reasons: dict[str, str] = {}
    if not profile:
        reasons |= dict.fromkeys(("prevalence_yes", "yes_of_marks"), NO_DECISIVE)
    if not pairable:
        reasons |= dict.fromkeys(_OF_PAIRS, NO_PAIRS)
    for name, value in of_variation.items():
        if value is None:
            reasons[name] = _explain_no_variation(profile)
    return reasons


def _explain_no_variation(profile: Profile) -> str:
    pairable = [counts for counts in profile if sum(counts) >= 2]
    if not pairable:
        return NO_PAIRS
    if any(yes for yes, _no in pairable):
        return PAIRS_ALL_YES if any(no for _yes, no in profile) else ALL_YES
    return PAIRS_ALL_NO if any(yes for yes, _no in profile) else ALL_NO
