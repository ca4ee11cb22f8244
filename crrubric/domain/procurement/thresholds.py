"""Which amounts bound a purchase on its day, and how much the purchase comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from crrubric.domain.procurement.purchase import (
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.procurement.rules import Bound, FederalThreshold, find_threshold
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

OWN_BOUNDS = {
    LimitKind.QUOTES: Bound.MICRO,
    LimitKind.FORMAL: Bound.FORMAL,
    LimitKind.BOARD: Bound.BOARD,
}
# up to which bound a method may be used; the others have none
METHOD_BOUNDS = {PurchaseMethod.MICRO: Bound.MICRO, PurchaseMethod.QUOTES: Bound.FORMAL}


class AmountSource(LabelledEnum):
    """Where the amount of the whole purchase is read."""

    FUNDS = "FUNDS", N_("sum of the amounts by fund")
    COST = "COST", N_("cost of the recommended offer, at its most")
    ESTIMATE = "ESTIMATE", N_("own estimate")


class DaySource(LabelledEnum):
    """What the day is by which thresholds are chosen."""

    CONTRACT = "CONTRACT", N_("Limits of %(day)s, when the contract was signed.")
    PUBLISHED = "PUBLISHED", N_("Limits of %(day)s, when the solicitation was published.")
    TODAY = (
        "TODAY",
        N_("Limits of %(day)s: no day of a solicitation or contract is entered yet."),
    )


@dataclass(frozen=True, slots=True)
class PurchaseAmount:
    """How much the whole purchase comes to, in cents, all years together, and by what."""

    cents: int
    source: AmountSource


@dataclass(frozen=True, slots=True)
class PurchaseDay:
    """The day by which thresholds are chosen, and which one it is."""

    on: date
    source: DaySource


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedLimit:
    """An amount that bounds the purchase. own: the district typed it. since: None: not said.

    counts: it is the strictest of its kind, or the only one.
    """

    bound: Bound
    cents: int
    source: str
    since: date | None
    own: bool
    certified: bool = False
    counts: bool = True


def find_amount(facts: PurchaseFacts, cost: tuple[int, int] | None) -> PurchaseAmount | None:
    """How much the purchase comes to; None: not known yet.

    Args: facts: without amounts by fund while these may not be told. cost: of the recommended
    offer in cents, at the least and at the most; None: not known, or sealed.
    """
    if (total := facts.sum_amounts()) is not None:
        return PurchaseAmount(total, AmountSource.FUNDS)
    if cost is not None:
        return PurchaseAmount(cost[1], AmountSource.COST)
    if facts.estimate_cents is not None:
        return PurchaseAmount(facts.estimate_cents, AmountSource.ESTIMATE)
    return None


def find_purchase_day(days: PurchaseDays, today: date) -> PurchaseDay:
    """The day of the contract; else that of the solicitation; else today."""
    if days.contract_on is not None:
        return PurchaseDay(days.contract_on, DaySource.CONTRACT)
    if days.published_on is not None:
        return PurchaseDay(days.published_on, DaySource.PUBLISHED)
    return PurchaseDay(today, DaySource.TODAY)


def list_applied_limits(
    facts: PurchaseFacts, thresholds: Iterable[FederalThreshold], on: date
) -> tuple[AppliedLimit, ...]:
    """Every amount that bounds the purchase, the strictest of each kind marked.

    Federal ones where federal money pays. A micro-purchase limit that the district certified
    itself stands in the place of the federal one: that is what it is for.
    """
    found: list[AppliedLimit] = []
    certified = next((row for row in facts.limits if row.kind is LimitKind.SELF_CERTIFIED), None)
    for bound in (Bound.MICRO, Bound.FORMAL):
        if not facts.is_federal:
            continue
        if bound is Bound.MICRO and certified is not None:
            found.append(_apply_own(certified, bound))
        elif (held := find_threshold(thresholds, bound, on)) is not None:
            found.append(_apply_federal(held))
    found += [_apply_own(row, OWN_BOUNDS[row.kind]) for row in facts.limits if row != certified]
    return tuple(_mark_strictest(sorted(found, key=lambda row: list(Bound).index(row.bound))))


def _apply_federal(held: FederalThreshold) -> AppliedLimit:
    return AppliedLimit(
        bound=held.bound, cents=held.cents, source=held.source, since=held.since, own=False
    )


def _apply_own(row: OwnLimit, bound: Bound) -> AppliedLimit:
    return AppliedLimit(
        bound=bound,
        cents=row.cents,
        source=row.source,
        since=row.since,
        own=True,
        certified=row.kind is LimitKind.SELF_CERTIFIED,
    )


def _mark_strictest(rows: Iterable[AppliedLimit]) -> list[AppliedLimit]:
    listed = list(rows)
    least = find_strictest(listed)
    return [replace(row, counts=row.cents == least[row.bound]) for row in listed]


def find_strictest(rows: Iterable[AppliedLimit]) -> Mapping[Bound, int]:
    """The least amount of each kind, in cents."""
    found: dict[Bound, int] = {}
    for row in rows:
        found[row.bound] = min(row.cents, found.get(row.bound, row.cents))
    return found
