"""Everything that is computed from the ballots of an evaluation, as one value for exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.basis import Basis
from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.results import Results
from crrubric.domain.results.reviewers import Portrait, cohen_pairs, portraits
from crrubric.domain.statistics.preferences import kendall_tau_b
from crrubric.domain.statistics.reliability import Reliability, marking_reviewers, reliability_of
from crrubric.domain.statistics.robustness import Robustness, robustness_of

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """What sets one reviewer beside another, for those who may read it."""

    portraits: tuple[Portrait, ...]
    kendall: Mapping[Pair, float | None]
    cohen: Mapping[Pair, Fraction | None]


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """The results with agreement and robustness; `reviewers`: how many gave a mark."""

    results: Results
    counts: Counts
    reviewers: int
    reliability: Reliability
    robustness: Robustness
    names: Names | None


def names_of(basis: Basis, counts: Counts) -> Names:
    """Every reviewer beside the others, and every two beside each other."""
    return Names(
        portraits(basis.ballots, counts),
        kendall_tau_b(basis.ballots, basis.criteria),
        cohen_pairs(basis.ballots),
    )


def compute(basis: Basis, results: Results, *, with_names: bool) -> Computed:
    """Compute everything. Args: results: those of the basis."""
    counts = basis.ballots.counts()
    return Computed(
        results,
        counts,
        marking_reviewers(basis),
        reliability_of(basis, counts),
        robustness_of(basis, counts),
        names_of(basis, counts) if with_names else None,
    )
