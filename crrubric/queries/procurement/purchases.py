"""Reading a purchase: its facts, the proof of order, its checklist.

Amounts by fund tell a price: while prices are sealed nobody is told one, and nobody types one. Nor
does, until the decision is final, whoever stays away from a vendor in the selection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.clock import now_utc
from crrubric.domain.memo.issuing.issues import IssueStamp
from crrubric.domain.policy import FROM_DECIDED, FROM_MEETING
from crrubric.domain.procurement.binder import Binder, make_binder, number_own_line
from crrubric.domain.procurement.computed_lines import BinderFacts
from crrubric.domain.procurement.order import (
    SELECTION,
    OrderedPair,
    OrderProof,
    list_other_pairs,
    prove_order,
)
from crrubric.domain.procurement.purchase import PurchaseDays, PurchaseFacts
from crrubric.domain.procurement.rules import BinderLine, load_procurement_rules
from crrubric.domain.procurement.thresholds import (
    PurchaseDay,
    find_amount,
    find_purchase_day,
    list_applied_limits,
)
from crrubric.models import (
    Ballot,
    Decision,
    Declaration,
    Evaluation,
    Member,
    Purchase,
    PurchaseLine,
    Vendor,
)
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.memo.issues import find_standing_issue
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.procurement.moments import load_step_spans

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPurchase:
    """A purchase as a reader may read it.

    facts: without amounts by fund while these may not be told. cost: of the recommended offer in
    cents, at the least and at the most, if known. vendors: names of those that lines are about.
    partial: whether amounts are kept from this reader, whoever else reads them.
    """

    facts: PurchaseFacts
    days: PurchaseDays
    day: PurchaseDay
    judged: BinderFacts
    binder: Binder
    order: OrderProof
    other_days: tuple[OrderedPair, ...]
    cost: tuple[int, int] | None
    vendors: Mapping[int, str]
    partial: bool


@dataclass(frozen=True, slots=True)
class PurchaseOutcome:
    """What came out of the selection: the recommendation, and the memo that stands."""

    decision: Decision | None
    issue: IssueStamp | None


def load_purchase_outcome(session: Session, evaluation: Evaluation) -> PurchaseOutcome:
    """It as far as the phase lets it be told."""
    if evaluation.phase not in FROM_MEETING:
        return PurchaseOutcome(None, None)
    return PurchaseOutcome(
        recommendation_of(session, evaluation.id), find_standing_issue(session, evaluation)
    )


def find_purchase(session: Session, evaluation_id: int) -> Purchase | None:
    """What is stored of a purchase; None: nothing was said yet."""
    return session.get(Purchase, evaluation_id, populate_existing=True)


def keep_away(evaluation: Evaluation, shut_out: frozenset[int]) -> frozenset[int]:
    """The vendors of which a reader learns nothing here: none once the decision is final."""
    return NOBODY if evaluation.phase in FROM_DECIDED else shut_out


def withholds_amounts(evaluation: Evaluation, shut_out: frozenset[int]) -> bool:
    """Whether amounts by fund are kept from who stays away from these vendors, sealed or not."""
    away = keep_away(evaluation, shut_out)
    return bool(away) and any(
        row.id in away and row.withdrawn_at is None for row in evaluation.vendors
    )


def load_purchase_facts(session: Session, seat: Seat) -> PurchaseFacts:
    """The facts that the seat may be told."""
    row = find_purchase(session, seat.evaluation.id)
    return tell_purchase_facts(seat.evaluation, row, seat.shut_out)


def tell_purchase_facts(
    evaluation: Evaluation, row: Purchase | None, shut_out: frozenset[int]
) -> PurchaseFacts:
    """What is stored, as it may be told to who stays away from these vendors."""
    facts = row.facts if row is not None else PurchaseFacts()
    hidden = evaluation.hides_prices or withholds_amounts(evaluation, shut_out)
    return facts.hide_amounts() if hidden else facts


def load_purchase_days(session: Session, evaluation_id: int) -> PurchaseDays:
    """The days of the purchase."""
    row = find_purchase(session, evaluation_id)
    return row.days if row is not None else PurchaseDays()


def list_purchase_lines(session: Session, evaluation_id: int) -> dict[str, PurchaseLine]:
    """What is recorded for the checklist, by code, with the vendors that it is about."""
    rows = session.scalars(
        select(PurchaseLine)
        .where(PurchaseLine.evaluation_id == evaluation_id)
        .options(joinedload(PurchaseLine.vendor))
        .order_by(PurchaseLine.code)
    )
    return {row.code: row for row in rows}


def read_purchase(
    session: Session,
    evaluation: Evaluation,
    language: str,
    shut_out: frozenset[int] = NOBODY,
    outcome: PurchaseOutcome | None = None,
) -> ReadPurchase:
    """Everything about a purchase, in a few queries at any size.

    Args: language: of the lines of the checklist. shut_out: vendors from which the reader stays
    away: what was shown about one of them is not told until the decision is final. outcome: what
    came out of the selection, where that is read already.
    """
    away = keep_away(evaluation, shut_out)
    zone = ZoneInfo(evaluation.district.time_zone)
    row = find_purchase(session, evaluation.id)
    facts = tell_purchase_facts(evaluation, row, away)
    days = row.days if row is not None else PurchaseDays()
    outcome = outcome or load_purchase_outcome(session, evaluation)
    decision, issue = outcome.decision, outcome.issue
    cost = _find_cost(decision, away)
    today = (evaluation.decided_at or now_utc()).astimezone(zone).date()
    day = find_purchase_day(days, today)
    rules = load_procurement_rules(language)
    spans = load_step_spans(session, evaluation, decision, facts, days, away=away)
    order = prove_order(SELECTION, spans)
    judged = BinderFacts(
        purchase=facts,
        days=days,
        order=order,
        amount=find_amount(facts, cost),
        limits=list_applied_limits(facts, rules.thresholds, day.on),
        declared=count_declarations(session, evaluation.id, away),
        issue=issue.number if issue else None,
        issued_on=issue.at.date() if issue else None,
        retain_until=evaluation.retain_until,
        recommended_id=decision.vendor_id if decision else None,
    )
    rows = list_purchase_lines(session, evaluation.id)
    return ReadPurchase(
        facts=facts,
        days=days,
        day=day,
        judged=judged,
        binder=make_binder(
            rules.lines, judged, {code: row.record for code, row in rows.items()}, away
        ),
        order=order,
        other_days=list_other_pairs(spans),
        cost=cost,
        vendors={
            row.vendor.id: row.vendor.name
            for row in rows.values()
            if row.vendor is not None and row.vendor.id not in away
        },
        partial=withholds_amounts(evaluation, away),
    )


def _find_cost(decision: Decision | None, away: frozenset[int]) -> tuple[int, int] | None:
    """What the recommended offer costs, once prices are open; not of one the reader avoids."""
    vendor = decision.vendor if decision else None
    if vendor is None or vendor.id in away:
        return None
    return vendor.price.cost.span if vendor.price.cost.is_known else None


def count_declarations(
    session: Session, evaluation_id: int, away: frozenset[int] = NOBODY
) -> tuple[int, int]:
    """How many declarations of interest there are, of how many: one for each ballot that counts.

    Args: away: vendors from which the reader stays away.
    """
    row = session.execute(
        select(func.count(Declaration.vendor_id), func.count(Ballot.id))
        .select_from(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .outerjoin(
            Declaration,
            (Declaration.member_id == Ballot.member_id)
            & (Declaration.vendor_id == Ballot.vendor_id),
        )
        .where(
            is_present_reviewer(evaluation_id),
            Vendor.withdrawn_at.is_(None),
            Vendor.id.not_in(away),
        )
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class WritableLine:
    """A line that somebody may record: what it asks, and what is recorded for it."""

    line: BinderLine
    row: PurchaseLine | None


def find_writable_line(session: Session, seat: Seat, code: str, language: str) -> WritableLine:
    """A line of the checklist, asked now or not; an own one that is there.

    Raises: NotFound for one that there is not, that is computed, or that is about a vendor from
    which the seat stays away.
    """
    row = session.get(PurchaseLine, (seat.evaluation.id, code), populate_existing=True)
    if row is not None and row.vendor_id is not None:
        refuse_recused(seat, row.vendor_id)
    lines = load_procurement_rules(language).lines
    line = next((one for one in lines if one.code == code), None)
    if line is None and row is not None and number_own_line(code):
        line = BinderLine(code=code, title=row.title)
    if line is None or line.computed is not None:
        raise make_not_found()
    return WritableLine(line, row)
