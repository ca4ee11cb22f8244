"""Decision rules: from the tally of a cell to its outcome, in whole numbers only."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from crrubric.domain.errors import Invalid
from crrubric.domain.results.tally import ASSIGNED, Tally
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome, RuleKind, UnresolvedReason

Counts = NDArray[np.int64]  # shape (..., FIELDS): those of a Tally, in its order
Codes = NDArray[np.int8]  # places in OUTCOMES
OUTCOMES = tuple(Outcome)
CODE = {outcome: place for place, outcome in enumerate(OUTCOMES)}
MET, NOT_MET = CODE[Outcome.MET], CODE[Outcome.NOT_MET]
NOT_APPLICABLE, UNRESOLVED = CODE[Outcome.NOT_APPLICABLE], CODE[Outcome.UNRESOLVED]
_FITS = 2**62


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """How YES and NO marks become an outcome.

    threshold: share of decisive marks that a supermajority needs; other kinds ignore it.
    quorum: decisive marks that a cell needs; None means max(2, half of the assigned, rounded up).
    Raises: Invalid if the threshold is not above one half (YES and NO could both hold) and at
    most one, or the quorum is below 1.
    """

    kind: RuleKind = RuleKind.MAJORITY
    threshold: Fraction = Fraction(2, 3)
    quorum: int | None = None

    def __post_init__(self) -> None:
        if not Fraction(1, 2) < self.threshold <= 1:
            raise Invalid(
                N_(
                    "Set a threshold above one half and at most one, such as 2 of 3: "
                    "otherwise YES and NO could both win."
                ),
                field="over",
            )
        if self.quorum is not None and self.quorum < 1:
            raise Invalid(
                N_("Set a quorum of at least 1, or leave it empty for the default."), field="quorum"
            )

    def quorum_for(self, assigned: int) -> int:
        """Decisive marks that a cell with so many assigned reviewers needs."""
        return max(2, (assigned + 1) // 2) if self.quorum is None else self.quorum


@dataclass(frozen=True, slots=True)
class Resolution:
    """An outcome, with its reason when it is UNRESOLVED."""

    outcome: Outcome
    reason: UnresolvedReason | None = None


def make_unresolved(reason: UnresolvedReason) -> Resolution:
    """UNRESOLVED for this reason."""
    return Resolution(Outcome.UNRESOLVED, reason)


def decide_outcome(tally: Tally, rule: DecisionRule) -> Resolution:
    """What the rule makes of a tally; the first that holds, in this order.

    No mark; more NOT APPLICABLE than decisive marks, or as many; too few decisive marks; the rule.
    A threshold is compared in whole numbers: 2 of 3 reaches 2/3. No tie is ever broken here.
    """
    if not tally.marks:
        return make_unresolved(UnresolvedReason.NO_MARKS)
    if tally.not_applicable > tally.decisive:
        return Resolution(Outcome.NOT_APPLICABLE)
    if tally.not_applicable == tally.decisive > 0:
        return make_unresolved(UnresolvedReason.TIE_APPLICABLE)
    if tally.decisive < max(1, rule.quorum_for(tally.assigned)):
        return make_unresolved(UnresolvedReason.NO_QUORUM)
    return _count_decisive_votes(tally, rule)


def _count_decisive_votes(tally: Tally, rule: DecisionRule) -> Resolution:
    if _is_carried(tally.yes, tally.decisive, rule):
        return Resolution(Outcome.MET)
    if _is_carried(tally.no, tally.decisive, rule):
        return Resolution(Outcome.NOT_MET)
    return make_unresolved(
        UnresolvedReason.TIE if rule.kind is RuleKind.MAJORITY else UnresolvedReason.NOT_REACHED
    )


def _is_carried(votes: int, decisive: int, rule: DecisionRule) -> bool:
    if rule.kind is RuleKind.MAJORITY:
        return 2 * votes > decisive
    if rule.kind is RuleKind.SUPERMAJORITY:
        return votes * rule.threshold.denominator >= rule.threshold.numerator * decisive
    return votes == decisive


def outcome_codes(counts: Counts, rule: DecisionRule) -> Codes:
    """What `decide_outcome` makes of each cell; it is asked once for each distinct tally.

    Args: counts: shape (..., FIELDS). Returns: codes of outcomes, shape (...).
    """
    cells = counts[..., :ASSIGNED].reshape(-1, ASSIGNED)  # who is recused decides nothing
    if not len(cells):
        return np.empty(counts.shape[:-1], dtype=np.int8)
    base = int(cells.max()) + 1
    keys = (
        cells @ np.array([base**power for power in range(ASSIGNED)])
        if base**ASSIGNED < _FITS
        else cells
    )
    _keys, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    found = [
        CODE[decide_outcome(Tally.from_counts(row), rule).outcome] for row in cells[first].tolist()
    ]
    return np.array(found, dtype=np.int8)[inverse.reshape(-1)].reshape(counts.shape[:-1])
