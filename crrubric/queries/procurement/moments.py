"""When the steps of a selection were taken: moments of the journal, and days that were typed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.procurement.order import OrderStep, StepSpan
from crrubric.domain.procurement.purchase import PurchaseDays, PurchaseFacts
from crrubric.domain.vocabulary import Phase
from crrubric.models import Decision, Evaluation, Finding, JournalEntry, Vendor

# what fixes by what vendors are judged; corrections during scoring are told by themselves
FIXING = (
    Event.EVALUATION_CREATED,
    Event.RULE_CHANGED,
    Event.CRITERION_ADDED,
    Event.CRITERION_CHANGED,
    Event.VOTE_ADOPTED,
)
SEALING = (
    Event.BALLOT_SUBMITTED,
    Event.BALLOT_ENTERED,
    Event.BALLOT_IMPORTED,
    Event.MARKS_IMPORTED,
)
BEFORE_SCORING = {Phase.SETUP, Phase.PRACTICE}


def load_step_spans(
    session: Session,
    evaluation: Evaluation,
    decision: Decision | None,
    facts: PurchaseFacts,
    days: PurchaseDays,
    *,
    away: frozenset[int] = frozenset(),
) -> dict[OrderStep, StepSpan]:
    """When each step was taken, moments in the zone of the district; three queries.

    Which ballot was the last to be sealed is known once scoring is closed. Args: away: vendors from
    which the reader stays away: of their ballots and findings nothing is told.
    """
    zone = ZoneInfo(evaluation.district.time_zone)
    found: dict[OrderStep, tuple[datetime | None, datetime | None]] = {}
    fixed, opened = _find_opening(session, evaluation)
    found[OrderStep.RULE] = (fixed, fixed) if opened else (None, None)
    found[OrderStep.OPENED] = (opened, opened)
    if evaluation.phase in FROM_MEETING:
        sealed = session.scalar(
            select(func.max(JournalEntry.at)).where(
                JournalEntry.evaluation_id == evaluation.id,
                JournalEntry.event.in_(SEALING),
                JournalEntry.vendor_id.is_(None) | JournalEntry.vendor_id.not_in(away),
            )
        )
        found[OrderStep.SEALED] = (sealed, sealed)
        found[OrderStep.FOUND] = _find_adoption(session, evaluation.id, away)
    if decision is not None:
        recorded = decision.recorded_at
        found[OrderStep.RECOMMENDED] = (recorded, evaluation.decided_at or recorded)
    spans = {
        step: StepSpan(first.astimezone(zone), last.astimezone(zone))
        for step, (first, last) in found.items()
        if first is not None and last is not None
    }
    return {**spans, **list_typed_spans(facts, days)}


def list_typed_spans(facts: PurchaseFacts, days: PurchaseDays) -> dict[OrderStep, StepSpan]:
    """The steps whose days people typed."""
    typed = {
        OrderStep.ESTIMATE: facts.estimate_on,
        OrderStep.PUBLISHED: days.published_on,
        OrderStep.OFFERS_DUE: days.offers_due_on,
        OrderStep.BOARD: days.board_on,
        OrderStep.CONTRACT: days.contract_on,
        OrderStep.BEGINS: days.begins_on,
        OrderStep.ENDS: days.ends_on,
    }
    return {step: StepSpan(day, day) for step, day in typed.items() if day is not None}


def _find_opening(
    session: Session, evaluation: Evaluation
) -> tuple[datetime | None, datetime | None]:
    """When rule and rubric were last changed, and when ballots opened after it."""
    entries = session.execute(
        select(JournalEntry.event, JournalEntry.at, JournalEntry.before, JournalEntry.after)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_((*FIXING, Event.PHASE_CHANGED)),
        )
        .order_by(JournalEntry.number)
    )
    fixed, opened = None, None
    for event, at, before, after in entries:
        if event is not Event.PHASE_CHANGED:
            fixed = at
        elif (after or {}).get("phase") == Phase.SCORING:
            opened = at if (before or {}).get("phase") in BEFORE_SCORING else opened
        elif (after or {}).get("phase") in BEFORE_SCORING:
            opened = None  # back in set-up: they are not open any more
    return fixed, opened or evaluation.opened_at


def _find_adoption(
    session: Session, evaluation_id: int, away: frozenset[int]
) -> tuple[datetime | None, datetime | None]:
    """From when to when the findings were adopted that stand, of vendors in the selection."""
    row = session.execute(
        select(func.min(Finding.recorded_at), func.max(Finding.recorded_at))
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .where(
            Vendor.evaluation_id == evaluation_id,
            Vendor.withdrawn_at.is_(None),
            Vendor.id.not_in(away),
        )
    ).one()
    return row[0], row[1]
