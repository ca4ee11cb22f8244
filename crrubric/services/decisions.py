"""What the committee adopts: findings for cells, and the recommendation."""

from dataclasses import asdict, dataclass

from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.text import clean, one_line
from crrubric.domain.vocabulary import N_, Action, Event, Outcome
from crrubric.models import Decision, Finding
from crrubric.queries.access import let_in, locked_for, locked_seat
from crrubric.queries.people import Actor
from crrubric.services.journal import About, note_event
from crrubric.services.rubrics import criterion_in
from crrubric.services.unit import unit_of_work
from crrubric.services.vendors import vendor_in


def record_finding(
    actor: Actor, slug: str, vendor_id: int, criterion_id: int, *, value: Outcome, reason: str
) -> Finding:
    """Adopt a finding for a cell, with the committee's reason; ballots stay as they are."""
    why = clean(reason, limit=limits.NOTE, field="reason")
    if value is Outcome.UNRESOLVED:
        raise Invalid(N_("Choose Met, Not met or Not applicable."), field="value")
    if not why:
        raise Invalid(N_("Say why the committee finds this: the memo prints it."), field="reason")
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.RECORD_FINDING, slug)
        evaluation = seat.evaluation
        let_in(seat, vendor_id)
        vendor = vendor_in(session, evaluation, vendor_id)
        criterion = criterion_in(session, evaluation, criterion_id)
        if value is Outcome.NOT_APPLICABLE and not criterion.may_not_apply:
            raise Invalid(
                N_("This criterion always applies: choose Met or Not met."), field="value"
            )
        finding = session.scalar(
            select(Finding).where(
                Finding.vendor_id == vendor.id, Finding.criterion_id == criterion.id
            )
        )
        before = {"value": finding.value, "reason": finding.reason} if finding else None
        if finding is None:
            finding = Finding(vendor_id=vendor.id, criterion_id=criterion.id)
            session.add(finding)
        finding.value, finding.reason = value, why
        finding.recorded_by, finding.recorded_at = actor.name, now_utc()
        note_event(
            session,
            actor,
            Event.FINDING_RECORDED,
            evaluation_id=evaluation.id,
            subject=f"{vendor.company}: {criterion.title}",
            about=About(vendor.id, criterion.id),
            before=before,
            after={"value": value},
            reason=why,
        )
    return finding


def withdraw_finding(
    actor: Actor, slug: str, vendor_id: int, criterion_id: int, *, reason: str
) -> None:
    """Go back to what the rule makes of the ballots; the journal keeps what was adopted."""
    why = clean(reason, limit=limits.NOTE, field="reason")
    if not why:
        raise Invalid(N_("Say why the finding is withdrawn."), field="reason")
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.RECORD_FINDING, slug)
        evaluation = seat.evaluation
        let_in(seat, vendor_id)
        vendor = vendor_in(session, evaluation, vendor_id)
        criterion = criterion_in(session, evaluation, criterion_id)
        finding = session.scalar(
            select(Finding).where(
                Finding.vendor_id == vendor.id, Finding.criterion_id == criterion.id
            )
        )
        if finding is None:
            return
        note_event(
            session,
            actor,
            Event.FINDING_WITHDRAWN,
            evaluation_id=evaluation.id,
            subject=f"{vendor.company}: {criterion.title}",
            about=About(vendor.id, criterion.id),
            before={"value": finding.value, "reason": finding.reason},
            reason=why,
        )
        session.delete(finding)


@dataclass(frozen=True, slots=True)
class DecisionText:
    """The recommendation as the chair words it; `vendor_id` None recommends no vendor."""

    vendor_id: int | None
    reason: str
    conditions: str = ""
    term: str = ""
    cost_ceiling: str = ""


def record_decision(actor: Actor, slug: str, text: DecisionText) -> Decision:
    """Record, or reword, the committee's recommendation.

    Raises: Invalid if the reason is missing.
    """
    tidy = DecisionText(
        text.vendor_id,
        clean(text.reason, limit=limits.LONG_TEXT, field="reason"),
        clean(text.conditions, limit=limits.LONG_TEXT, field="conditions"),
        one_line(text.term, limit=limits.SHORT_TEXT, field="term"),
        one_line(text.cost_ceiling, limit=limits.SHORT_TEXT, field="cost_ceiling"),
    )
    if not tidy.reason:
        raise Invalid(
            N_("Say why the committee recommends this: the board reads it first."), field="reason"
        )
    with unit_of_work() as session:
        evaluation = locked_for(session, actor, Action.RECORD_DECISION, slug)
        vendor = vendor_in(session, evaluation, tidy.vendor_id) if tidy.vendor_id else None
        decision = session.scalar(select(Decision).where(Decision.evaluation_id == evaluation.id))
        if decision is None:
            decision = Decision(evaluation_id=evaluation.id)
            session.add(decision)
        for key, value in asdict(tidy).items():
            setattr(decision, key, value)
        decision.recorded_by, decision.recorded_at = actor.name, now_utc()
        note_event(
            session,
            actor,
            Event.DECISION_RECORDED,
            evaluation_id=evaluation.id,
            after={**asdict(tidy), "vendor": vendor.company if vendor else None},
        )
    return decision
