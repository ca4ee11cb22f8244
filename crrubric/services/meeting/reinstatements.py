"""Reinstating a vendor that does not meet a must-have: the committee's act, with its reason."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import join_criterion_titles
from crrubric.domain.record.entries import ROW
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.models import Reinstatement, Vendor
from crrubric.queries.meeting.decisions import list_lifted_of_vendor
from crrubric.queries.people.access import (
    refuse_recused,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.wording import name_in_refusal
from crrubric.services.setup.vendors import find_candidate, find_vendor_for_seat
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work


def reinstate_vendor(
    actor: Actor,
    slug: str,
    vendor_id: int,
    *,
    reason: str,
    shown: Collection[str] | None = None,
) -> None:
    """Lift the must-haves that a vendor fails, and no others; done twice it is done once.

    One that was lifted before keeps its reason. Args: shown: codes of those that the page named;
    None: whatever it fails.
    Raises: Invalid without a reason, if there is nothing to lift, or if it is something else than
    was shown; NotFound for a vendor that left the selection; DoneAlready.
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
        require_impartial_once_shown(session, seat)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        about = EntryReferences(vendor_id=vendor.id)
        read = read_matrix(session, seat.evaluation)
        barring = read.results.scores[vendor.code].barring
        if not barring and not list_lifted_of_vendor(session, vendor.id):
            raise Invalid(
                N_("%(vendor)s does not fail a must-have, so it does not need to be reinstated."),
                vendor=vendor.name,
                field="reason",
            )
        if not barring:
            confirm_same_act(
                session,
                actor,
                Event.REINSTATEMENT_RECORDED,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
            )
            return
        if shown is not None and set(shown) != set(barring):
            raise Invalid(
                N_(
                    "What %(vendor)s does not meet has changed since you opened the page: now it"
                    " is %(what)s. Look at it again."
                ),
                vendor=vendor.name,
                what=name_in_refusal(*(read.criteria[code] for code in barring)),
                field="reason",
            )
        criteria = sorted(read.criteria[code].id for code in barring)
        add_reinstatements(session, actor, vendor, criteria, why)
        note_event(
            session,
            actor,
            Event.REINSTATEMENT_RECORDED,
            evaluation_id=seat.evaluation.id,
            subject=vendor.name,
            about=about,
            after={
                "does_not_meet": join_criterion_titles(read.results, barring),
                ROW: {"criteria": criteria},
            },
            reason=why,
        )


def add_reinstatements(
    session: Session, actor: Actor, vendor: Vendor, criteria: Sequence[int], why: str
) -> None:
    """Lift these must-haves of a vendor for one reason."""
    session.add_all(
        Reinstatement(
            vendor_id=vendor.id, criterion_id=criterion, reason=why, recorded_by=actor.name
        )
        for criterion in criteria
    )


def withdraw_reinstatement(
    actor: Actor,
    slug: str,
    vendor_id: int,
    *,
    reason: str,
    shown: Collection[str] | None = None,
) -> None:
    """Let the must-haves decide again; the journal keeps what was recorded.

    Args: shown: codes of those that the page named as lifted. Raises: Invalid if others are lifted
    by now: the reason is not about them; DoneAlready.
    """
    why = require_text(
        reason, N_("Say why the reinstatement is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.REINSTATE_VENDOR, slug)
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        require_impartial_once_shown(session, seat)
        held = list_lifted_of_vendor(session, vendor.id)
        about = EntryReferences(vendor_id=vendor.id)
        if not held:
            confirm_same_act(
                session,
                actor,
                Event.REINSTATEMENT_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
            )
            return
        if shown is not None and set(shown) != {row.criterion.code for row in held}:
            raise Invalid(
                N_(
                    "What is lifted for %(vendor)s has changed since you opened the page: now it"
                    " is %(what)s. Look at it again."
                ),
                vendor=vendor.name,
                what=name_in_refusal(*(row.criterion for row in held)),
                field="reason",
            )
        note_event(
            session,
            actor,
            Event.REINSTATEMENT_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=vendor.name,
            about=about,
            before={"reason": "\n".join(dict.fromkeys(row.reason for row in held))},
            reason=why,
        )
        for row in held:
            session.delete(row)
