"""Reinstating a vendor that does not meet a must-have: the committee's act, with its reason."""

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import join_criterion_titles
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.models import Reinstatement
from crrubric.queries.people.access import refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.setup.vendors import find_candidate, find_vendor_for_seat
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work


def reinstate_vendor(actor: Actor, slug: str, vendor_id: int, *, reason: str) -> Reinstatement:
    """Rank a vendor although it does not meet a must-have; done twice it is done once.

    Raises: Invalid without a reason, or if there is nothing to lift; NotFound for a vendor that
    left the selection; DoneAlready.
    """
    why = require_text(
        reason,
        N_("Say why the committee reinstates the vendor: the memo prints it."),
        limit=limits.NOTE,
        field="reason",
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.REINSTATE_VENDOR, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        held = session.get(Reinstatement, vendor.id, populate_existing=True)
        about = EntryReferences(vendor_id=vendor.id)
        if held is not None:
            confirm_same_act(
                session,
                actor,
                Event.REINSTATEMENT_RECORDED,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
            )
            return held
        results = read_matrix(session, seat.evaluation).results
        failed = results.scores[vendor.code].failed
        if not failed:
            raise Invalid(
                N_("%(vendor)s does not fail a must-have, so it does not need to be reinstated."),
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
            about=about,
            after={"does_not_meet": join_criterion_titles(results, failed)},
            reason=why,
        )
    return held


def withdraw_reinstatement(actor: Actor, slug: str, vendor_id: int, *, reason: str) -> None:
    """Let the must-haves decide again; the journal keeps what was recorded. Raises: DoneAlready."""
    why = require_text(
        reason, N_("Say why the reinstatement is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.REINSTATE_VENDOR, slug)
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        held = session.get(Reinstatement, vendor.id, populate_existing=True)
        about = EntryReferences(vendor_id=vendor.id)
        if held is None:
            confirm_same_act(
                session,
                actor,
                Event.REINSTATEMENT_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
            )
            return
        note_event(
            session,
            actor,
            Event.REINSTATEMENT_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=vendor.company,
            about=about,
            before={"reason": held.reason},
            reason=why,
        )
        session.delete(held)
