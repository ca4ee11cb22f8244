"""Reinstating a vendor that does not meet a must-have: the committee's act, with its reason."""

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import titles_of
from crrubric.domain.text import stated
from crrubric.domain.translation import N_
from crrubric.models import Reinstatement
from crrubric.queries.people.access import let_in, locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import matrix
from crrubric.services.setup.vendors import candidate_in, vendor_for
from crrubric.services.shared.journal import About, note_event
from crrubric.services.shared.unit import unit_of_work


def reinstate_vendor(actor: Actor, slug: str, vendor_id: int, *, reason: str) -> Reinstatement:
    """Rank a vendor although it does not meet a must-have; done twice it is done once.

    Raises: Invalid without a reason, if there is nothing to lift, or if the vendor is reinstated
    for another reason already; NotFound for a vendor that left the selection.
    """
    why = stated(
        reason,
        N_("Say why the committee reinstates the vendor: the memo prints it."),
        limit=limits.NOTE,
        field="reason",
    )
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.REINSTATE_VENDOR, slug)
        let_in(seat, vendor_id)
        vendor = candidate_in(session, seat.evaluation, vendor_id)
        held = session.get(Reinstatement, vendor.id, populate_existing=True)
        if held is not None:
            return same_reason(held, why)
        results = matrix(session, seat.evaluation).results
        failed = results.scores[vendor.code].failed
        if not failed:
            raise Invalid(
                N_("%(vendor)s does not fail a must-have: there is nothing to lift."),
                vendor=vendor.company,
                field="reason",
            )
        held = Reinstatement(vendor_id=vendor.id, reason=why, recorded_by=actor.name)
        session.add(held)
        note_event(
            session,
            actor,
            Event.REINSTATEMENT_RECORDED,
            evaluation_id=seat.evaluation.id,
            subject=vendor.company,
            about=About(vendor_id=vendor.id),
            after={"does_not_meet": titles_of(results, failed)},
            reason=why,
        )
    return held


def same_reason(held: Reinstatement, why: str) -> Reinstatement:
    """The reinstatement that is there already. Raises: Invalid if it was for another reason."""
    if held.reason != why:
        raise Invalid(
            N_("%(vendor)s is reinstated already: withdraw that first to give another reason."),
            vendor=held.vendor.company,
            field="reason",
        )
    return held


def withdraw_reinstatement(actor: Actor, slug: str, vendor_id: int, *, reason: str) -> None:
    """Let the must-haves decide again; the journal keeps what was recorded."""
    why = stated(
        reason, N_("Say why the reinstatement is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.REINSTATE_VENDOR, slug)
        vendor = vendor_for(session, seat, vendor_id)
        held = session.get(Reinstatement, vendor.id, populate_existing=True)
        if held is None:
            return
        note_event(
            session,
            actor,
            Event.REINSTATEMENT_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=vendor.company,
            about=About(vendor_id=vendor.id),
            before={"reason": held.reason},
            reason=why,
        )
        session.delete(held)
