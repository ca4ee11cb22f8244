"""Choosing which typed texts copies for the public hide."""

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.archive.redaction import TextPlace
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, Redaction
from crrubric.queries.exchange.redactions import find_text
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.exchange.archives.archives import require_archivable
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


def choose_redaction(actor: Actor, slug: str, place: TextPlace, reason: str) -> Redaction:
    """Hide a text in copies for the public from now on. The record itself keeps it.

    Raises: NotFound if nobody wrote a text there; Invalid without a reason; Stale if it is hidden.
    """
    why = clean_text(reason, limit=limits.NOTE, field="reason")
    if not why:
        raise Invalid(
            N_("Say why: whoever asks for the copy is told, and the law may name the reason."),
            field="reason",
        )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MAKE_ARCHIVE, slug)
        require_archivable(session, seat)
        require_written_text(session, seat.evaluation, place)
        if find_redaction(session, seat.evaluation, place) is not None:
            raise Stale(N_("Somebody has blacked this text out meanwhile: see why, below."))
        row = Redaction(
            evaluation_id=seat.evaluation.id,
            entry=place.entry,
            pointer=place.pointer,
            reason=why,
            chosen_by=actor.name,
        )
        session.add(row)
        session.flush()
        note_event(
            session,
            actor,
            Event.REDACTION_CHOSEN,
            evaluation_id=seat.evaluation.id,
            after={"entry": place.entry, "text at": place.pointer},
            reason=why,
            at=row.chosen_at,
        )
    return row


def withdraw_redaction(actor: Actor, slug: str, place: TextPlace) -> None:
    """Show a text in copies again. Raises: NotFound if it is not hidden."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MAKE_ARCHIVE, slug)
        require_archivable(session, seat)
        row = find_redaction(session, seat.evaluation, place)
        if row is None:
            raise make_not_found()
        session.delete(row)
        note_event(
            session,
            actor,
            Event.REDACTION_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            before={"entry": place.entry, "text at": place.pointer},
        )


def require_written_text(session: Session, evaluation: Evaluation, place: TextPlace) -> str:
    """The text at a place. Raises: NotFound."""
    text = find_text(session, evaluation, place)
    if text is None:
        raise make_not_found()
    return text


def find_redaction(session: Session, evaluation: Evaluation, place: TextPlace) -> Redaction | None:
    """What was chosen about a place."""
    return session.get(Redaction, (evaluation.id, place.entry, place.pointer))
