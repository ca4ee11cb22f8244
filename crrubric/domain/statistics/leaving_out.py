"""What would change without one reviewer: outcomes that flip, ranks that move."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crrubric.domain.results.basis import Basis, Order, adopted_codes, holding, order_from
from crrubric.domain.results.outcome import OUTCOMES, Codes, Counts, outcome_codes
from crrubric.domain.vocabulary import Outcome

_AT_ONCE = 500_000  # cells held in memory


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell whose finding would be another one."""

    vendor: str
    criterion: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The result without one reviewer, against the result with all.

    leader_changes: another vendor, more or fewer vendors would be first. order_changes: some
    vendor would have another rank, or none.
    """

    reviewer: str
    order: Order
    flips: tuple[Flip, ...]
    leader_changes: bool
    order_changes: bool


def leave_each_out(basis: Basis, counts: Counts, official: Order) -> tuple[LeftOut, ...]:
    """The result without each reviewer in turn; adopted findings and the quorum's rule stay.

    Args: counts: those of all ballots; official: the order they give.
    """
    adopted = adopted_codes(basis)
    before = holding(outcome_codes(counts, basis.rule), adopted)
    found = []
    for reviewer, (rest, outcomes) in zip(
        basis.ballots.reviewers, _remaining(basis, counts), strict=True
    ):
        after = holding(outcomes, adopted)
        order = order_from(basis, rest, after)
        flips = tuple(
            Flip(
                basis.vendors[vendor].code,
                basis.criteria[criterion].code,
                OUTCOMES[before[vendor, criterion]],
                OUTCOMES[after[vendor, criterion]],
            )
            for vendor, criterion in np.argwhere(before != after).tolist()
        )
        found.append(
            LeftOut(
                reviewer.name,
                order,
                flips,
                order.leaders != official.leaders,
                order.ranks != official.ranks,
            )
        )
    return tuple(found)


def _remaining(basis: Basis, counts: Counts) -> Iterator[tuple[Counts, Codes]]:
    """For each reviewer, the counts without them and what the rule makes of these."""
    answers = basis.ballots.answers
    cells = max(1, answers[:1].size)
    step = max(1, _AT_ONCE // cells)
    for begin in range(0, len(answers), step):
        some = answers[begin : begin + step]
        rest = np.stack([counts[..., said] - (some == said) for said in range(6)], axis=-1)
        yield from zip(rest, outcome_codes(rest, basis.rule), strict=True)
