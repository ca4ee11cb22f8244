"""Other rules, and unresolved cells going either way: would the same vendor be first?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from crrubric.domain.results.basis import Basis, Order, finding_codes, order_from, order_of_points
from crrubric.domain.results.outcome import MET, NOT_MET, UNRESOLVED, Codes, Counts, Rule
from crrubric.domain.results.scoring import Flags, Points, points_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Labelled, RuleKind, ScoringMode

TWO_THIRDS = Fraction(2, 3)


class Change(Labelled):
    """What is tried instead of the official rule or instead of leaving cells open."""

    MAJORITY = "MAJORITY", N_("simple majority")
    TWO_THIRDS = "TWO_THIRDS", N_("two thirds")
    UNANIMITY = "UNANIMITY", N_("unanimity")
    BY_SHARE = "BY_SHARE", N_("scoring by share of YES")
    BY_OUTCOME = "BY_OUTCOME", N_("scoring by outcome")
    NO_MUST_HAVES = "NO_MUST_HAVES", N_("must-haves off")
    ALL_NOT_MET = "ALL_NOT_MET", N_("everything unresolved not met")
    ALL_MET = "ALL_MET", N_("everything unresolved met")
    AGAINST_LEADER = "AGAINST_LEADER", N_("everything unresolved against the leader")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the order would be under one change."""

    change: Change
    order: Order
    leader_changes: bool
    order_changes: bool


def other_rules(basis: Basis, counts: Counts, official: Order) -> tuple[Scenario, ...]:
    """The order under each other rule and way to score; adopted findings and the quorum stay."""
    return tuple(
        _scenario(change, order_from(tried, counts, finding_codes(tried, counts)), official)
        for change, tried in _tried(basis)
    )


def _tried(basis: Basis) -> Iterator[tuple[Change, Basis]]:
    rule = basis.rule
    for change, kind in (
        (Change.MAJORITY, RuleKind.MAJORITY),
        (Change.TWO_THIRDS, RuleKind.SUPERMAJORITY),
        (Change.UNANIMITY, RuleKind.UNANIMITY),
    ):
        same_threshold = kind is not RuleKind.SUPERMAJORITY or rule.threshold == TWO_THIRDS
        if rule.kind is not kind or not same_threshold:
            yield change, basis.ruled(Rule(kind, TWO_THIRDS, rule.quorum))
    by_outcome = basis.mode is ScoringMode.OUTCOME
    mode = ScoringMode.SHARE if by_outcome else ScoringMode.OUTCOME
    yield Change.BY_SHARE if by_outcome else Change.BY_OUTCOME, replace(basis, mode=mode)
    if any(row.must_have for row in basis.criteria):
        yield Change.NO_MUST_HAVES, basis.requiring(frozenset())


def unresolved_either_way(basis: Basis, counts: Counts, official: Order) -> tuple[Scenario, ...]:
    """The order if everything undecided were not met, were met, or went against the leaders.

    None at all if nothing is undecided.
    """
    findings = finding_codes(basis, counts)
    points = points_of(counts, findings, basis.rule, basis.mode)
    if not ((findings == UNRESOLVED) | (points.applicable & ~points.decided)).any():
        return ()
    size = len(basis.vendors)
    leads = np.array([vendor.code in official.leaders for vendor in basis.vendors], dtype=bool)
    ways = [
        (Change.ALL_NOT_MET, np.zeros(size, dtype=bool)),
        (Change.ALL_MET, np.ones(size, dtype=bool)),
        (Change.AGAINST_LEADER, ~leads),
    ]
    return tuple(
        _scenario(change, _settled(basis, findings, points, met), official)
        for change, met in ways
        if change is not Change.AGAINST_LEADER or leads.any()
    )


def _settled(basis: Basis, findings: Codes, points: Points, met: Flags) -> Order:
    """The order with what is undecided settled for each vendor as `met` says."""
    column = met[:, None]
    settled = np.where(findings == UNRESOLVED, np.where(column, MET, NOT_MET), findings)
    open_ = points.applicable & ~points.decided
    filled = replace(
        points,
        earned=np.where(open_ & column, points.unit, points.earned),
        decided=points.decided | open_,
    )
    return order_of_points(basis, settled.astype(np.int8), filled)


def _scenario(change: Change, order: Order, official: Order) -> Scenario:
    return Scenario(change, order, order.leaders != official.leaders, order.ranks != official.ranks)
