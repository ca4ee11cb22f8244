"""What would change without one reviewer: outcomes that flip, ranks that move."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crrubric.domain.results.basis import (
    ComputedOrder,
    ResultBasis,
    adopted_finding_codes,
    apply_adopted_findings,
    order_from_findings,
)
from crrubric.domain.results.outcome import OUTCOMES, Codes, Counts, outcome_codes
from crrubric.domain.vocabulary import Outcome

_AT_ONCE = 500_000  # cells held in memory


@dataclass(frozen=True, slots=True)
class FindingFlip:
    """A cell whose finding would be another one."""

    vendor: str
    criterion: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneOutResult:
    """The result without one reviewer, against the result with all.

    leader_changes: another vendor, more or fewer vendors would be first. order_changes: some
    vendor would have another rank, or none.
    """

    reviewer: str
    order: ComputedOrder
    flips: tuple[FindingFlip, ...]
    leader_changes: bool
    order_changes: bool


def leave_out_each_reviewer(
    basis: ResultBasis, counts: Counts, official: ComputedOrder
) -> tuple[LeaveOneOutResult, ...]:
    """The result without each reviewer in turn; adopted findings and the quorum's rule stay.

    Args: counts: those of all ballots; official: the order they give.
    """
    adopted = adopted_finding_codes(basis)
    before = apply_adopted_findings(outcome_codes(counts, basis.rule), adopted)
    found = []
    for reviewer, (rest, outcomes) in zip(
        basis.ballots.reviewers, _count_without_each(basis, counts), strict=True
    ):
        after = apply_adopted_findings(outcomes, adopted)
        order = order_from_findings(basis, rest, after)
        flips = tuple(
            FindingFlip(
                basis.vendors[vendor].code,
                basis.criteria[criterion].code,
                OUTCOMES[before[vendor, criterion]],
                OUTCOMES[after[vendor, criterion]],
            )
            for vendor, criterion in np.argwhere(before != after).tolist()
        )
        found.append(
            LeaveOneOutResult(
                reviewer=reviewer.name,
                order=order,
                flips=flips,
                leader_changes=order.leaders != official.leaders,
                order_changes=order.ranks != official.ranks,
            )
        )
    return tuple(found)


def _count_without_each(basis: ResultBasis, counts: Counts) -> Iterator[tuple[Counts, Codes]]:
    """For each reviewer, the counts without them and what the rule makes of these."""
    answers = basis.ballots.answers
    cells = max(1, answers[:1].size)
    step = max(1, _AT_ONCE // cells)
    for begin in range(0, len(answers), step):
        some = answers[begin : begin + step]
        rest = np.stack([counts[..., said] - (some == said) for said in range(6)], axis=-1)
        yield from zip(rest, outcome_codes(rest, basis.rule), strict=True)
