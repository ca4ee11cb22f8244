"""Declarations of interest: none, or a conflict, which recuses; a chair's waiver of one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import DeclarationKind, NoticeKind
from crrubric.models import Declaration, Member, Vendor
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.mail.notices import notify_members
from crrubric.services.setup.vendors import find_vendor
from crrubric.services.shared.counting import refuse_once_shown
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import require_printed_reason
from crrubric.services.shared.unit import unit_of_work


def declare_interest(
    actor: Actor, slug: str, vendor_id: int, *, kind: DeclarationKind, words: str = ""
) -> Declaration:
    """State whether the actor has a conflict of interest with a vendor.

    A conflict recuses at once, and only the chair can waive it: it is not taken back by oneself.
    Raises: Invalid if a conflict is not put into words; WrongPhase if there is one already.
    """
    why = clean_text(words, limit=limits.NOTE, field="words")
    if kind is DeclarationKind.CONFLICT and not why:
        raise Invalid(N_("Say what the conflict of interest is."), field="words")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.DECLARE, slug)
        if seat.member is None:
            raise make_not_found()
        vendor = find_vendor(session, seat.evaluation, vendor_id)
        own = _find_declaration(session, seat.member.id, vendor.id)
        if own is None:
            own = Declaration(member_id=seat.member.id, vendor_id=vendor.id)
            session.add(own)
        elif own.kind is DeclarationKind.CONFLICT:
            raise WrongPhase(
                N_("You declared a conflict of interest here. Only the chair can waive it.")
            )
        elif own.kind is kind:
            return own
        own.kind = kind
        own.words = why if kind is DeclarationKind.CONFLICT else ""
        own.declared_at = now_utc()
        note_event(
            session,
            actor,
            Event.CONFLICT_DECLARED
            if kind is DeclarationKind.CONFLICT
            else Event.NO_CONFLICT_DECLARED,
            evaluation_id=seat.evaluation.id,
            subject=vendor.company,
            about=EntryReferences(vendor_id=vendor.id, member_id=seat.member.id),
            reason=own.words,
        )
    return own


def waive_conflict(actor: Actor, slug: str, declaration_id: int, *, reason: str) -> Declaration:
    """Let a member score although they declared a conflict; the memo prints the reason.

    Raises: NotFound for one's own conflict and for a vendor that the chair stays away from;
    Invalid once the committee has seen the ballots.
    """
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.WAIVE_CONFLICT, slug)
        found = find_conflict(session, seat, declaration_id)
        refuse_once_shown(seat.evaluation, field="reason")
        if found.waived_at is not None:
            raise WrongPhase(N_("This conflict of interest has been waived already."))
        found.waived_at, found.waived_by, found.waiver_reason = now_utc(), actor.name, why
        _announce_waiver(
            session, actor, found, Event.CONFLICT_WAIVED, NoticeKind.CONFLICT_WAIVED, why=why
        )
    return found


def end_waiver(actor: Actor, slug: str, declaration_id: int, *, reason: str) -> Declaration:
    """Take a waiver back: the member is recused again. Raises: as `waive_conflict`."""
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.WAIVE_CONFLICT, slug)
        found = find_conflict(session, seat, declaration_id)
        refuse_once_shown(seat.evaluation, field="reason")
        if found.waived_at is None:
            raise WrongPhase(N_("This conflict of interest is not waived."))
        found.waived_at, found.waived_by, found.waiver_reason = None, "", ""
        _announce_waiver(
            session, actor, found, Event.WAIVER_ENDED, NoticeKind.WAIVER_ENDED, why=why
        )
    return found


def find_conflict(session: Session, seat: Seat, declaration_id: int) -> Declaration:
    """Another member's conflict in the seat's evaluation. Raises: NotFound for anything else."""
    found = session.get(Declaration, declaration_id, populate_existing=True)
    if (
        found is None
        or found.kind is not DeclarationKind.CONFLICT
        or found.member.evaluation_id != seat.evaluation.id
        or found.member.removed_at is not None
        or (seat.member is not None and found.member_id == seat.member.id)
    ):
        raise make_not_found()
    refuse_recused(seat, found.vendor_id)
    return found


def require_declaration(session: Session, member: Member, vendor: Vendor) -> None:
    """Raise WrongPhase unless the member has declared, and NotFound if they are recused."""
    own = _find_declaration(session, member.id, vendor.id)
    if own is None:
        raise WrongPhase(
            N_("Say first whether you have a conflict of interest with %(vendor)s."),
            vendor=vendor.company,
        )
    if own.recuses:
        raise WrongPhase(N_("You declared a conflict of interest here: there is no ballot."))


def _find_declaration(session: Session, member_id: int, vendor_id: int) -> Declaration | None:
    return session.scalar(
        select(Declaration).where(
            Declaration.member_id == member_id, Declaration.vendor_id == vendor_id
        )
    )


def _announce_waiver(
    session: Session,
    actor: Actor,
    found: Declaration,
    event: Event,
    kind: NoticeKind,
    *,
    why: str,
) -> None:
    note_event(
        session,
        actor,
        event,
        evaluation_id=found.member.evaluation_id,
        subject=f"{found.member.name}, {found.vendor.company}",
        about=EntryReferences(vendor_id=found.vendor_id, member_id=found.member_id),
        reason=why,
    )
    notify_members(
        session, [found.member_id], kind, {"vendor": found.vendor.company, "reason": why}
    )
