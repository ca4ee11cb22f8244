"""Facts of a purchase: by which method, out of which funds, above which limits, on which days.

Amounts are whole cents, shares hundredths of a percent: nothing here is a float.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, clean_together, refuse_together
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds, require_plausible_day
from crrubric.domain.vocabulary import LabelledEnum

AMOUNT_FIELDS = frozenset({"funds"})  # of a purchase, that tell a price
WHOLE = 10_000  # hundredths of a percent
SELF_CERTIFIED_MOST = 5_000_000  # cents; 2 CFR 200.320(a)(1)(iv)


class PurchaseMethod(LabelledEnum):
    """How a purchase is made."""

    MICRO = "MICRO", N_("Micro-purchase")
    QUOTES = "QUOTES", N_("Quotes (small purchase, simplified acquisition)")
    SEALED_BIDS = "SEALED_BIDS", N_("Sealed bids")
    PROPOSALS = "PROPOSALS", N_("Competitive proposals (RFP)")
    COOPERATIVE = "COOPERATIVE", N_("Cooperative or piggyback contract")
    SOLE_SOURCE = "SOLE_SOURCE", N_("Sole source (noncompetitive)")
    RENEWAL = "RENEWAL", N_("Renewal or extension under a contract")


class FundKind(LabelledEnum):
    """Out of what kind of fund it is paid; what is asked depends on it."""

    TITLE_I_A = "TITLE_I_A", N_("Title I, Part A")
    TITLE_II_A = "TITLE_II_A", N_("Title II, Part A")
    TITLE_III = "TITLE_III", N_("Title III")
    TITLE_IV_A = "TITLE_IV_A", N_("Title IV, Part A")
    IDEA_B = "IDEA_B", N_("IDEA, Part B")
    PERKINS_V = "PERKINS_V", N_("Perkins V")
    OTHER_FEDERAL = "OTHER_FEDERAL", N_("Other federal grant")
    STATE = "STATE", N_("State money")
    GENERAL = "GENERAL", N_("Local general fund")
    LEVY = "LEVY", N_("Bond or technology levy")
    GRANT = "GRANT", N_("Grant that is not federal")
    OTHER = "OTHER", N_("Other money")


FEDERAL = frozenset({
    FundKind.TITLE_I_A, FundKind.TITLE_II_A, FundKind.TITLE_III, FundKind.TITLE_IV_A,
    FundKind.IDEA_B, FundKind.PERKINS_V, FundKind.OTHER_FEDERAL,
})  # fmt: skip


class LimitKind(LabelledEnum):
    """An amount that the district itself types, from which on something is asked."""

    SELF_CERTIFIED = "SELF_CERTIFIED", N_("Micro-purchase limit that the district certified itself")
    QUOTES = "QUOTES", N_("Quotes are needed above")
    FORMAL = "FORMAL", N_("Sealed bids or proposals are needed above")
    BOARD = "BOARD", N_("The board must approve above")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundShare:
    """A fund with what it pays: an amount in cents, or a share in hundredths of a percent, or
    neither if that is not known yet. name: what the district calls it."""

    kind: FundKind
    name: str = ""
    cents: int | None = None
    share: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimit:
    """A limit of the district or of its state, with where it stands and since when it holds."""

    kind: LimitKind
    cents: int
    source: str
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFacts:
    """What is known of a purchase without its days. estimate: the district's own, of all years."""

    method: PurchaseMethod | None = None
    method_reason: str = ""
    solicitation: str = ""
    estimate_cents: int | None = None
    estimate_on: date | None = None
    estimate_note: str = ""
    funds: tuple[FundShare, ...] = ()
    limits: tuple[OwnLimit, ...] = ()

    @property
    def is_federal(self) -> bool:
        """Whether any of the money is federal."""
        return any(row.kind in FEDERAL for row in self.funds)

    def list_fund_kinds(self) -> frozenset[FundKind]:
        """The kinds of its funds."""
        return frozenset(row.kind for row in self.funds)

    def sum_amounts(self) -> int | None:
        """What the funds pay together, in cents; None unless an amount is typed for each."""
        amounts = [row.cents for row in self.funds if row.cents is not None]
        return sum(amounts) if amounts and len(amounts) == len(self.funds) else None

    def sum_shares(self) -> int | None:
        """The shares together, in hundredths of a percent; None unless one is typed for each."""
        shares = [row.share for row in self.funds if row.share is not None]
        return sum(shares) if shares and len(shares) == len(self.funds) else None

    def hide_amounts(self) -> "PurchaseFacts":
        """It without the amounts by fund, which tell a price."""
        funds = tuple(
            FundShare(kind=row.kind, name=row.name, share=row.share) for row in self.funds
        )
        return replace(self, funds=funds)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseDays:
    """The days of a purchase. Any of them may be before another: the proof of order tells that."""

    published_on: date | None = None
    offers_due_on: date | None = None
    board_on: date | None = None
    board_motion: str = ""
    contract_on: date | None = None
    begins_on: date | None = None
    ends_on: date | None = None


def keep_amounts(facts: PurchaseFacts, stored: PurchaseFacts) -> PurchaseFacts:
    """Facts that were typed while amounts can't be: those that are stored stay with their funds."""
    left = [row for row in stored.funds if row.cents is not None]
    funds = []
    for row in facts.funds:
        same = next((old for old in left if (old.kind, old.name) == (row.kind, row.name)), None)
        if same is None or row.share is not None:
            funds.append(row)
            continue
        left.remove(same)
        funds.append(FundShare(kind=row.kind, name=row.name, cents=same.cents))
    return replace(facts, funds=tuple(funds))


def clean_purchase_facts(facts: PurchaseFacts) -> PurchaseFacts:
    """The facts, tidied. Raises: Invalid naming everything that is wrong, each by its control."""
    tidy = clean_together(
        method_reason=partial(
            clean_text, facts.method_reason, limit=limits.NOTE, field="method_reason"
        ),
        solicitation=partial(
            clean_line, facts.solicitation, limit=limits.SHORT_TEXT, field="solicitation"
        ),
        estimate_note=partial(
            clean_text, facts.estimate_note, limit=limits.NOTE, field="estimate_note"
        ),
        estimate_on=partial(_check_day, facts.estimate_on, "estimate_on"),
        estimate=partial(_check_cents, facts.estimate_cents, "estimate"),
        funds=partial(_clean_funds, facts.funds),
        limits=partial(_clean_limits, facts.limits),
    )
    if facts.estimate_cents is None and facts.estimate_on is not None:
        raise Invalid(
            N_("Enter the amount of the estimate, or take its day out."), field="estimate"
        )
    return PurchaseFacts(
        method=facts.method,
        method_reason=tidy["method_reason"],
        solicitation=tidy["solicitation"],
        estimate_cents=facts.estimate_cents,
        estimate_on=facts.estimate_on,
        estimate_note=tidy["estimate_note"],
        funds=tidy["funds"],
        limits=tidy["limits"],
    )


def clean_purchase_days(days: PurchaseDays) -> PurchaseDays:
    """The days, tidied. Raises: Invalid naming everything that is wrong.

    Their order is nobody's business here: what is recorded is what was done.
    """
    named = {name: getattr(days, name) for name in DAYS}
    refuse_together(*(partial(_check_day, day, name) for name, day in named.items()))
    motion = clean_line(days.board_motion, limit=limits.SHORT_TEXT, field="board_motion")
    return PurchaseDays(**named, board_motion=motion)


DAYS = ("published_on", "offers_due_on", "board_on", "contract_on", "begins_on", "ends_on")


def _check_day(day: date | None, field: str) -> None:
    if day is not None:
        require_plausible_day(day, field=field)


def _check_cents(cents: int | None, field: str) -> None:
    if cents is not None:
        require_in_bounds(Decimal(cents) / 100, limits.PLAN_MONEY, field=field)


def _clean_funds(rows: Iterable[FundShare]) -> tuple[FundShare, ...]:
    found = list(rows)
    if len(found) > limits.PURCHASE_FUNDS:
        raise Invalid(
            N_("Enter at most %(most)s funds."), most=limits.PURCHASE_FUNDS, field="funds"
        )
    made = clean_together(
        **{str(place): partial(_clean_fund, row, place) for place, row in enumerate(found)}
    )
    return tuple(made.values())


def _clean_fund(row: FundShare, place: int) -> FundShare:
    name = clean_line(row.name, limit=limits.TITLE, field=f"fund-{place}-name")
    _check_cents(row.cents, f"fund-{place}-amount")
    if row.cents is not None and row.share is not None:
        raise Invalid(
            N_("Enter an amount or a share of this fund, not both."), field=f"fund-{place}-share"
        )
    if row.share is not None:
        share = Decimal(row.share) / 100
        require_in_bounds(share, limits.FUND_SHARE, field=f"fund-{place}-share")
    return FundShare(kind=row.kind, name=name, cents=row.cents, share=row.share)


def _clean_limits(rows: Iterable[OwnLimit]) -> tuple[OwnLimit, ...]:
    made = clean_together(**{row.kind.value: partial(_clean_limit, row) for row in rows})
    return tuple(made.values())


def _clean_limit(row: OwnLimit) -> OwnLimit:
    name = f"limit-{row.kind.value.lower()}"
    _check_cents(row.cents, f"{name}-amount")
    _check_day(row.since, f"{name}-since")
    if row.kind is LimitKind.SELF_CERTIFIED and row.cents > SELF_CERTIFIED_MOST:
        raise Invalid(
            N_("A district can certify at most $50,000 itself (2 CFR 200.320(a)(1)(iv))."),
            field=f"{name}-amount",
        )
    source = clean_line(row.source, limit=limits.SHORT_TEXT, field=f"{name}-source")
    if not source:
        raise Invalid(
            N_("Say where this limit stands, for example the number of the policy."),
            field=f"{name}-source",
        )
    return OwnLimit(kind=row.kind, cents=row.cents, source=source, since=row.since)


# as the journal keeps it, and as it is stored

FACTS = (
    "method", "method_reason", "solicitation", "estimate_cents", "estimate_on", "estimate_note",
    "funds", "limits",
)  # fmt: skip


def serialize_purchase_facts(facts: PurchaseFacts) -> dict[str, Any]:
    """The facts as plain values."""
    return {
        "method": facts.method.value if facts.method else None,
        "method_reason": facts.method_reason,
        "solicitation": facts.solicitation,
        "estimate_cents": facts.estimate_cents,
        "estimate_on": facts.estimate_on.isoformat() if facts.estimate_on else None,
        "estimate_note": facts.estimate_note,
        "funds": [
            {"paid_by": row.kind.value, "fund": row.name, "cents": row.cents, "share": row.share}
            for row in facts.funds
        ],
        "limits": [
            {
                "limit": row.kind.value,
                "cents": row.cents,
                "limit_source": row.source,
                "since": row.since.isoformat() if row.since else None,
            }
            for row in facts.limits
        ],
    }


def serialize_purchase_days(days: PurchaseDays) -> dict[str, Any]:
    """The days as plain values."""
    found = {name: getattr(days, name) for name in DAYS}
    return {
        **{name: day.isoformat() if day else None for name, day in found.items()},
        "board_motion": days.board_motion,
    }


def tells_amount(funds: object) -> bool:
    """Whether funds, as they are stored, tell what one of them pays: a share alone does not."""
    rows = funds if isinstance(funds, list) else []
    return any(isinstance(row, dict) and row.get("cents") is not None for row in rows)


def read_funds(rows: Iterable[Mapping[str, Any]] | None) -> tuple[FundShare, ...]:
    """Funds as they are stored."""
    return tuple(
        FundShare(
            kind=FundKind(row["paid_by"]),
            name=row["fund"],
            cents=row["cents"],
            share=row["share"],
        )
        for row in rows or ()
    )


def read_own_limits(rows: Iterable[Mapping[str, Any]] | None) -> tuple[OwnLimit, ...]:
    """Limits as they are stored."""
    return tuple(
        OwnLimit(
            kind=LimitKind(row["limit"]),
            cents=row["cents"],
            source=row["limit_source"],
            since=date.fromisoformat(row["since"]) if row["since"] else None,
        )
        for row in rows or ()
    )
