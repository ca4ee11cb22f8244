"""What a result rests on, as one value: change a part of it and see what the result would be.

`ResultBasis.results()` is the result as everybody reads it. A `ComputedOrder` has only its scores,
gates and ranks, straight from arrays: quick enough to try many changes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from crrubric.domain.ballots.ballots import Ballots
from crrubric.domain.results.outcome import CODE, Codes, Counts, DecisionRule, outcome_codes
from crrubric.domain.results.results import AdoptedFinding, Key, Results, ScoredVendor, evaluate
from crrubric.domain.results.scoring import (
    CellPoints,
    Score,
    ScoredCriterion,
    apply_reinstatements,
    points_of,
    rank_scores,
    scores_from_points,
)
from crrubric.domain.vocabulary import ScoringMode

NOTHING_ADOPTED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultBasis:
    """Rubric, vendors, ballots, adopted findings and rule of an evaluation.

    lifted: the must-haves that the committee lifted for a vendor that fails them.
    """

    criteria: tuple[ScoredCriterion, ...]
    vendors: tuple[ScoredVendor, ...]
    ballots: Ballots
    adopted: Mapping[Key, AdoptedFinding]
    rule: DecisionRule
    mode: ScoringMode = ScoringMode.OUTCOME
    pass_mark: Fraction = Fraction(85, 100)
    lifted: frozenset[Key] = frozenset()

    def results(self) -> Results:
        """The result: outcomes, findings, scores, ranks and agreement."""
        return evaluate(
            self.criteria,
            self.vendors,
            self.ballots.tallies(),
            self.adopted,
            self.rule,
            mode=self.mode,
            pass_mark=self.pass_mark,
            lifted=self.lifted,
        )

    def weighed(self, weights: Mapping[str, Fraction]) -> "ResultBasis":
        """With other weights for the criteria with these codes."""
        changed = (replace(row, weight=weights.get(row.code, row.weight)) for row in self.criteria)
        return replace(self, criteria=tuple(changed))

    def requiring(self, must_haves: frozenset[str]) -> "ResultBasis":
        """With the criteria of these codes, and no others, as must-haves."""
        changed = (replace(row, must_have=row.code in must_haves) for row in self.criteria)
        return replace(self, criteria=tuple(changed))

    def ruled(self, rule: DecisionRule) -> "ResultBasis":
        """Under another rule; what the committee adopted stays."""
        return replace(self, rule=rule)

    def without_vendors(self, codes: Collection[str]) -> "ResultBasis":
        """As if these vendors had never been looked at."""
        return replace(
            self,
            vendors=tuple(vendor for vendor in self.vendors if vendor.code not in codes),
            ballots=self.ballots.without_vendors(codes),
            adopted={key: found for key, found in self.adopted.items() if key[0] not in codes},
            lifted=frozenset(key for key in self.lifted if key[0] not in codes),
        )

    def without(self, reviewer: int) -> "ResultBasis":
        """Without the ballots of one reviewer; the quorum's rule stays the same."""
        return replace(self, ballots=self.ballots.without(reviewer))


@dataclass(frozen=True, slots=True)
class ComputedOrder:
    """Scores, gates and ranks of all vendors, by code."""

    scores: Mapping[str, Score]

    @property
    def leaders(self) -> frozenset[str]:
        """Vendors on the first rank; empty if none is ranked."""
        return frozenset(code for code, score in self.scores.items() if score.rank == 1)

    @property
    def ranks(self) -> dict[str, int | None]:
        """Rank by vendor; None for who is not ranked."""
        return {code: score.rank for code, score in self.scores.items()}


def adopted_finding_codes(basis: ResultBasis) -> Codes:
    """The adopted finding of each cell, NOTHING_ADOPTED where there is none."""
    codes = np.full((len(basis.vendors), len(basis.criteria)), NOTHING_ADOPTED, dtype=np.int8)
    vendors = {vendor.code: place for place, vendor in enumerate(basis.vendors)}
    criteria = {row.code: place for place, row in enumerate(basis.criteria)}
    for (vendor, criterion), finding in basis.adopted.items():
        if vendor in vendors and criterion in criteria:
            codes[vendors[vendor], criteria[criterion]] = CODE[finding.value]
    return codes


def finding_codes(basis: ResultBasis, counts: Counts) -> Codes:
    """What holds for each cell: what was adopted, else the outcome."""
    return apply_adopted_findings(outcome_codes(counts, basis.rule), adopted_finding_codes(basis))


def apply_adopted_findings(outcomes: Codes, adopted: Codes) -> Codes:
    """Adopted findings where there are some, else outcomes; the shapes are the same."""
    return np.where(adopted == NOTHING_ADOPTED, outcomes, adopted)


def order_of(basis: ResultBasis) -> ComputedOrder:
    """Scores, gates and ranks: those of `basis.results()`."""
    counts = basis.ballots.counts()
    return order_from_findings(basis, counts, finding_codes(basis, counts))


def order_from_findings(basis: ResultBasis, counts: Counts, findings: Codes) -> ComputedOrder:
    """As `order_of`, from counts and findings that are there already."""
    points = points_of(counts, findings, basis.rule, basis.mode)
    return order_from_points(basis, findings, points)


def order_from_points(basis: ResultBasis, findings: Codes, points: CellPoints) -> ComputedOrder:
    """As `order_of`, from the points of each cell; gates look at the findings."""
    codes = (vendor.code for vendor in basis.vendors)
    scores = dict(zip(codes, scores_from_points(basis.criteria, findings, points), strict=True))
    return ComputedOrder(rank_scores(apply_reinstatements(scores, basis.lifted)))
