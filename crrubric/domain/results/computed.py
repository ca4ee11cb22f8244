"""Everything that is computed from the ballots of an evaluation, as one value for exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.results import Results
from crrubric.domain.results.reviewers import ReviewerSummary, cohen_pairs, summarize_reviewers
from crrubric.domain.statistics.preferences import kendall_tau_b
from crrubric.domain.statistics.reliability import Reliability
from crrubric.domain.statistics.robustness import Robustness

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ReviewerComparisons:
    """What sets one reviewer beside another, for those who may read it."""

    portraits: tuple[ReviewerSummary, ...]
    kendall: Mapping[Pair, float | None]
    cohen: Mapping[Pair, Fraction | None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AnalyzedResults:
    """The results with agreement and robustness; `reviewers`: how many gave a mark."""

    results: Results
    counts: Counts
    reviewers: int
    reliability: Reliability
    robustness: Robustness
    names: ReviewerComparisons | None


def compare_reviewers(basis: ResultBasis, counts: Counts) -> ReviewerComparisons:
    """Every reviewer beside the others, and every two beside each other."""
    return ReviewerComparisons(
        summarize_reviewers(basis.ballots, counts),
        kendall_tau_b(basis.ballots, basis.criteria),
        cohen_pairs(basis.ballots),
    )
