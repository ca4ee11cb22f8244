"""Other rules, and unresolved cells going either way: would the same vendor be first?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from crrubric.domain.results.basis import (
    ComputedOrder,
    ResultBasis,
    finding_codes,
    order_from_findings,
    order_from_points,
)
from crrubric.domain.results.outcome import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    UNRESOLVED,
    Codes,
    Counts,
    DecisionRule,
)
from crrubric.domain.results.scoring import (
    CellPoints,
    Flags,
    drop_items,
    find_droppable,
    points_of,
    scale_weights,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum, RuleKind, ScoringMode

TWO_THIRDS = Fraction(2, 3)


class ScenarioChange(LabelledEnum):
    """What is tried instead of the official rule or instead of leaving cells open."""

    MAJORITY = "MAJORITY", N_("simple majority")
    TWO_THIRDS = "TWO_THIRDS", N_("two thirds")
    UNANIMITY = "UNANIMITY", N_("unanimity")
    BY_SHARE = "BY_SHARE", N_("scoring by share of YES")
    BY_OUTCOME = "BY_OUTCOME", N_("scoring by outcome")
    NO_MUST_HAVES = "NO_MUST_HAVES", N_("must-haves off")
    ALL_NOT_MET = "ALL_NOT_MET", N_("everything unresolved counted as not met")
    ALL_MET = "ALL_MET", N_("everything unresolved counted as met")
    AGAINST_LEADER = "AGAINST_LEADER", N_("everything unresolved decided against a leader")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the order would be under one change.

    against: the leader against whom everything went, if that was the change.
    """

    change: ScenarioChange
    order: ComputedOrder
    leader_changes: bool
    order_changes: bool
    against: str = ""


def try_other_rules(
    basis: ResultBasis, counts: Counts, official: ComputedOrder
) -> tuple[Scenario, ...]:
    """The order under each other rule and way to score; adopted findings and the quorum stay."""
    return tuple(
        _make_scenario(
            change, order_from_findings(tried, counts, finding_codes(tried, counts)), official
        )
        for change, tried in _list_rule_changes(basis)
    )


def _list_rule_changes(basis: ResultBasis) -> Iterator[tuple[ScenarioChange, ResultBasis]]:
    rule = basis.rule
    for change, kind in (
        (ScenarioChange.MAJORITY, RuleKind.MAJORITY),
        (ScenarioChange.TWO_THIRDS, RuleKind.SUPERMAJORITY),
        (ScenarioChange.UNANIMITY, RuleKind.UNANIMITY),
    ):
        same_threshold = kind is not RuleKind.SUPERMAJORITY or rule.threshold == TWO_THIRDS
        if rule.kind is not kind or not same_threshold:
            yield change, basis.ruled(DecisionRule(kind, TWO_THIRDS, rule.quorum))
    by_outcome = basis.mode is ScoringMode.OUTCOME
    mode = ScoringMode.SHARE if by_outcome else ScoringMode.OUTCOME
    yield (
        ScenarioChange.BY_SHARE if by_outcome else ScenarioChange.BY_OUTCOME,
        replace(basis, mode=mode),
    )
    if any(row.must_have for row in basis.criteria):
        yield ScenarioChange.NO_MUST_HAVES, basis.requiring(frozenset())


def try_unresolved_either_way(
    basis: ResultBasis, counts: Counts, official: ComputedOrder
) -> tuple[Scenario, ...]:
    """The order if everything undecided were not met, were met, or went against a leader.

    None at all if nothing is undecided. Leaders that tie are tried one by one, for what is against
    both can leave them tied; the first for whom the first place changes is told, else the last.
    """
    findings = finding_codes(basis, counts)
    points = points_of(counts, findings, basis.rule, basis.mode)
    if not ((findings == UNRESOLVED) | (points.applicable & ~points.decided)).any():
        return ()
    size = len(basis.vendors)
    ways = (
        (ScenarioChange.ALL_NOT_MET, np.zeros(size, dtype=bool)),
        (ScenarioChange.ALL_MET, np.ones(size, dtype=bool)),
    )
    found = [
        _make_scenario(change, _settle_undecided(basis, findings, points, met), official)
        for change, met in ways
    ]
    worst = None
    for place, vendor in enumerate(basis.vendors):
        if vendor.code in official.leaders:
            order = _settle_against(basis, findings, points, place)
            worst = _make_scenario(ScenarioChange.AGAINST_LEADER, order, official, vendor.code)
            if worst.leader_changes:
                break
    return (*found, worst) if worst else tuple(found)


def _settle_against(
    basis: ResultBasis, findings: Codes, points: CellPoints, leader: int
) -> ComputedOrder:
    """The order with what is undecided settled at worst for one vendor, at best for all others.

    Met and Not met are the ends, but for what counts before it has a finding: there it can help,
    or do harm, that a criterion is found not to apply.
    """
    weights = scale_weights(basis.criteria)
    may_drop = find_droppable(basis.criteria, findings, points)
    gone = np.zeros_like(may_drop)
    for place in np.flatnonzero(may_drop.any(axis=1)).tolist():
        dropped, _ = drop_items(weights, points, may_drop, place, up=place != leader)
        gone[place, dropped] = True
    counts = points.applicable & (np.array(weights, dtype=object) > 0)
    if not (counts & ~may_drop)[leader].any():
        gone[leader] = may_drop[leader]  # without any item that counts there is no score
    findings = np.where(gone, NOT_APPLICABLE, findings).astype(np.int8)
    left = replace(
        points,
        earned=np.where(gone, 0, points.earned),
        decided=points.decided & ~gone,
        applicable=points.applicable & ~gone,
    )
    best = np.arange(len(basis.vendors)) != leader
    return _settle_undecided(basis, findings, left, best)


def _settle_undecided(
    basis: ResultBasis, findings: Codes, points: CellPoints, met: Flags
) -> ComputedOrder:
    """The order with what is undecided settled for each vendor as `met` says."""
    column = met[:, None]
    settled = np.where(findings == UNRESOLVED, np.where(column, MET, NOT_MET), findings)
    open_ = points.applicable & ~points.decided
    filled = replace(
        points,
        earned=np.where(open_ & column, points.unit, points.earned),
        decided=points.decided | open_,
    )
    return order_from_points(basis, settled.astype(np.int8), filled)


def _make_scenario(
    change: ScenarioChange, order: ComputedOrder, official: ComputedOrder, against: str = ""
) -> Scenario:
    return Scenario(
        change=change,
        order=order,
        leader_changes=order.leaders != official.leaders,
        order_changes=order.ranks != official.ranks,
        against=against,
    )
