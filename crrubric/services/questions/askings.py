"""What reviewers ask of a vendor. It depends on no mark, and only they know that it was they."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.models import Asking
from crrubric.queries.people.access import refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.ballots import find_assigned_criterion, lock_own_ballot
from crrubric.services.ballots.declarations import require_declaration
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work


def draw_id() -> int:
    """A random key: the chair sees it, and one that counts would tell who asked when."""
    return secrets.randbelow(10**9 - 1) + 1  # of nine digits, as addresses and forms take them


def ask_vendor(actor: Actor, slug: str, vendor_id: int, criterion_id: int, *, words: str) -> Asking:
    """Ask a vendor something on a criterion; the chair reads it without the actor's name.

    Marks play no part: whoever has a ballot for the vendor may ask, sealed or not. Sending the same
    words twice is one asking.
    Raises: Invalid without words; NotFound without a ballot; WrongPhase without a declaration.
    """
    text = require_text(
        words, N_("Say what you want to know."), limit=limits.QUESTION, field="words"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ASK_VENDOR, slug)
        refuse_recused(seat, vendor_id)
        ballot = lock_own_ballot(session, seat, vendor_id)
        require_declaration(session, ballot.member, ballot.vendor)
        criterion = find_assigned_criterion(session, ballot.member, criterion_id)
        asking = Asking(
            id=draw_id(),
            member_id=ballot.member_id,
            vendor_id=vendor_id,
            criterion_id=criterion.id,
            words=text,
        )
        if there := _find_same_asking(session, asking):
            return there
        session.add(asking)
        session.flush()
        note_event(
            session,
            actor,
            Event.QUESTION_ASKED,
            evaluation_id=seat.evaluation.id,
            subject=ballot.vendor.name,
            about=EntryReferences(vendor_id, criterion.id, ballot.member_id),
            after={"words": text, ROW: {"asking": asking.id}},
        )
    return asking


def _find_same_asking(session: Session, asking: Asking) -> Asking | None:
    """The same words of the same member on the same cell, if they wait already."""
    return session.scalar(
        select(Asking).where(
            Asking.member_id == asking.member_id,
            Asking.vendor_id == asking.vendor_id,
            Asking.criterion_id == asking.criterion_id,
            Asking.words == asking.words,
            Asking.question_id.is_(None),
            Asking.set_aside_reason == "",
        )
    )
