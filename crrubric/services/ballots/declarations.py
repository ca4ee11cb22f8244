"""Declarations of interest: none, or a conflict, which recuses; a chair's waiver of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines, WrongPhase, clean_together
from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import DeclarationKind, NoticeKind
from crrubric.models import Declaration, Evaluation, Member, Vendor
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.mail.notices import notify_members
from crrubric.services.setup.vendors import find_vendor
from crrubric.services.shared.counting import refuse_choice_of_ballots
from crrubric.services.shared.days import refuse_after_end
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act, require_printed_reason
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

SHOWN_ALREADY = N_(
    "The committee has seen the ballots: a conflict of interest is not taken back any more, for"
    " that could turn the result. Its words can still be corrected. Tell a chair that it was a"
    " mistake; if you are the chair, an administrator can appoint an acting one."
)
MEETING_BEGUN = N_(
    "The meeting has begun: a conflict of interest is not taken back any more, for that could turn"
    " the result. Its words can still be corrected. Tell a chair that it was a mistake; if you are"
    " the chair, an administrator can appoint an acting one."
)
# Made once: every mark that is saved asks it.
DECLARED = select(Declaration).where(
    Declaration.member_id == bindparam("member"), Declaration.vendor_id == bindparam("vendor")
)


@dataclass(frozen=True, slots=True)
class Interest:
    """What somebody states of one vendor: none, or a conflict in words."""

    kind: DeclarationKind
    words: str = ""


def declare_interest(
    actor: Actor, slug: str, vendor_id: int, *, kind: DeclarationKind, words: str = ""
) -> Declaration:
    """State whether the actor has a conflict of interest with a vendor.

    A conflict recuses at once: a chair can waive it, and `retract_conflict` takes it back.
    Raises: Invalid if a conflict is not put into words, or words come without one; WrongPhase if
    there is one already.
    """
    stated = Interest(kind, _clean_words(Interest(kind, words)))
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.DECLARE, slug)
        return _state_interest(session, actor, seat, vendor_id, stated)


def declare_interests(actor: Actor, slug: str, stated: Mapping[int, Interest]) -> None:
    """`declare_interest` for several vendors, by their ids: all of them or none.

    Raises: InvalidLines, by vendor, where a conflict is not put into words, or words have none.
    """
    tidy, problems = {}, []
    for vendor_id, interest in stated.items():
        try:
            tidy[vendor_id] = Interest(interest.kind, _clean_words(interest))
        except Invalid as error:
            problems.append((vendor_id, error))
    if problems:
        raise InvalidLines(N_("Nothing was recorded yet."), problems)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.DECLARE, slug)
        for vendor_id, interest in tidy.items():
            _state_interest(session, actor, seat, vendor_id, interest)


def _clean_words(stated: Interest) -> str:
    why = clean_text(stated.words, limit=limits.NOTE, field="words")
    if stated.kind is DeclarationKind.CONFLICT and not why:
        raise Invalid(N_("Say what the conflict of interest is."), field="words")
    if stated.kind is DeclarationKind.NONE and why:
        raise Invalid(
            N_("You describe a conflict of interest: choose that you have one, or delete this."),
            field="words",
        )
    return why


def _state_interest(
    session: Session, actor: Actor, seat: Seat, vendor_id: int, stated: Interest
) -> Declaration:
    if seat.member is None:
        raise make_not_found()
    conflict = stated.kind is DeclarationKind.CONFLICT
    vendor = find_vendor(session, seat.evaluation, vendor_id)
    own = _find_declaration(session, seat.member.id, vendor.id)
    if own is None:
        own = Declaration(member_id=seat.member.id, vendor_id=vendor.id)
        session.add(own)
    elif own.kind is DeclarationKind.CONFLICT:
        raise WrongPhase(
            N_(
                "You declared a conflict of interest here already. If that was a mistake, take it"
                " back with a reason; else a chair can waive it."
            )
        )
    elif own.kind is stated.kind:
        return own
    own.kind = stated.kind
    own.words = stated.words
    own.declared_at = now_utc()
    note_event(
        session,
        actor,
        Event.CONFLICT_DECLARED if conflict else Event.NO_CONFLICT_DECLARED,
        evaluation_id=seat.evaluation.id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id, member_id=seat.member.id),
        reason=own.words,
    )
    return own


def retract_conflict(actor: Actor, slug: str, vendor_id: int, *, reason: str) -> Declaration:
    """Take one's own conflict of interest back, which was declared by mistake.

    The record and the memo keep its words beside the reason. The ballot is the actor's again, with
    the marks that it had.
    Raises: NotFound if there is none; Invalid once the committee has seen the ballots, in the
    meeting, or if somebody saw a ballot by entering it; WrongPhase after the hard end of scoring;
    DoneAlready.
    """
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        seat, own = _lock_own_declaration(session, actor, slug, vendor_id)
        about = EntryReferences(vendor_id=own.vendor_id, member_id=own.member_id)
        if own.kind is DeclarationKind.NONE:
            event, evaluation_id = Event.CONFLICT_RETRACTED, seat.evaluation.id
            confirm_same_act(session, actor, event, why, evaluation_id=evaluation_id, about=about)
            return own
        _refuse_retraction(session, actor, seat, own)
        before = {"words": own.words}
        own.kind, own.words, own.declared_at = DeclarationKind.NONE, "", now_utc()
        note_event(
            session,
            actor,
            Event.CONFLICT_RETRACTED,
            evaluation_id=seat.evaluation.id,
            subject=own.vendor.name,
            about=about,
            before=before,
            reason=why,
        )
    return own


def find_late_retraction(evaluation: Evaluation) -> str:
    """Why no conflict of interest is taken back any more; "" while one can be."""
    if evaluation.shown_at is not None:
        return SHOWN_ALREADY
    return MEETING_BEGUN if evaluation.phase in FROM_MEETING else ""


def _refuse_retraction(session: Session, actor: Actor, seat: Seat, own: Declaration) -> None:
    """Raise Invalid or WrongPhase where what counts would be chosen by who could aim."""
    if own.waived_at is not None:
        raise Invalid(N_("A chair has waived this conflict: you score the vendor already."))
    if too_late := find_late_retraction(seat.evaluation):
        raise Invalid(too_late, field="reason")
    refuse_choice_of_ballots(
        session, actor, seat.evaluation, own.member_id, vendor_id=own.vendor_id, field="reason"
    )
    refuse_after_end(seat.evaluation)


def reword_conflict(
    actor: Actor, slug: str, vendor_id: int, *, words: str, reason: str, seen: str | None = None
) -> Declaration:
    """Correct the words of one's own conflict of interest; it stays one, whoever saw what.

    Args: seen: the version that the form showed.
    Raises: NotFound if there is none; Invalid without words or reason; Stale; DoneAlready.
    """
    tidy = clean_together(
        words=lambda: _clean_words(Interest(DeclarationKind.CONFLICT, words)),
        reason=lambda: require_printed_reason(reason),
    )
    with unit_of_work() as session:
        seat, own = _lock_own_declaration(session, actor, slug, vendor_id)
        if own.kind is DeclarationKind.NONE:
            raise make_not_found()
        before, after = {"words": own.words}, {"words": tidy["words"]}
        about = EntryReferences(vendor_id=own.vendor_id, member_id=own.member_id)
        refuse_unseen_change(before, after, seen)
        if before == after:
            event, evaluation_id, why = Event.CONFLICT_REWORDED, seat.evaluation.id, tidy["reason"]
            confirm_same_act(session, actor, event, why, evaluation_id=evaluation_id, about=about)
            return own
        own.words = tidy["words"]
        note_event(
            session,
            actor,
            Event.CONFLICT_REWORDED,
            evaluation_id=seat.evaluation.id,
            subject=own.vendor.name,
            about=about,
            before=before,
            after=after,
            reason=tidy["reason"],
        )
    return own


def _lock_own_declaration(
    session: Session, actor: Actor, slug: str, vendor_id: int
) -> tuple[Seat, Declaration]:
    """What the actor declared, with their seat, held. Raises: NotFound."""
    seat = require_locked_seat(session, actor, Action.DECLARE, slug)
    own = _find_declaration(session, seat.member.id, vendor_id) if seat.member else None
    if own is None:
        raise make_not_found()
    return seat, own


def waive_conflict(actor: Actor, slug: str, declaration_id: int, *, reason: str) -> Declaration:
    """Let a member score although they declared a conflict; the memo prints the reason.

    Raises: NotFound for one's own conflict and for a vendor that the chair stays away from;
    Invalid once the committee has seen the ballots; DoneAlready.
    """
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        found = _lock_conflict(session, actor, slug, declaration_id)
        if found.waived_at is not None:
            _confirm_same_waiver(session, actor, found, Event.CONFLICT_WAIVED, why)
            return found
        found.waived_at, found.waived_by, found.waiver_reason = now_utc(), actor.name, why
        _announce_waiver(
            session, actor, found, Event.CONFLICT_WAIVED, NoticeKind.CONFLICT_WAIVED, why=why
        )
    return found


def end_waiver(actor: Actor, slug: str, declaration_id: int, *, reason: str) -> Declaration:
    """Take a waiver back: the member is recused again. Raises: as `waive_conflict`."""
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        found = _lock_conflict(session, actor, slug, declaration_id)
        if found.waived_at is None:
            _confirm_same_waiver(session, actor, found, Event.WAIVER_ENDED, why)
            return found
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
            vendor=vendor.name,
        )
    if own.recuses:
        raise WrongPhase(N_("You declared a conflict of interest here: there is no ballot."))


def _find_declaration(session: Session, member_id: int, vendor_id: int) -> Declaration | None:
    return session.scalar(DECLARED, {"member": member_id, "vendor": vendor_id})


def refuse_waiver(session: Session, seat: Seat, found: Declaration) -> None:
    """Raise Invalid for whoever may not choose whether the ballot with this conflict counts."""
    member, vendor = found.member_id, found.vendor_id
    refuse_choice_of_ballots(
        session, seat.actor, seat.evaluation, member, vendor_id=vendor, field="reason"
    )


def _lock_conflict(session: Session, actor: Actor, slug: str, declaration_id: int) -> Declaration:
    """The conflict, held, of whoever may still choose whether the ballot counts. Raises: Invalid,
    NotFound."""
    seat = require_locked_seat(session, actor, Action.WAIVE_CONFLICT, slug)
    found = find_conflict(session, seat, declaration_id)
    refuse_waiver(session, seat, found)
    return found


def _confirm_same_waiver(
    session: Session, actor: Actor, found: Declaration, event: Event, why: str
) -> None:
    about = EntryReferences(vendor_id=found.vendor_id, member_id=found.member_id)
    evaluation_id = found.member.evaluation_id
    confirm_same_act(session, actor, event, why, evaluation_id=evaluation_id, about=about)


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
        subject=f"{found.member.name}, {found.vendor.name}",
        about=EntryReferences(vendor_id=found.vendor_id, member_id=found.member_id),
        reason=why,
    )
    facts = {"vendor": found.vendor.name, "reason": why}
    notify_members(session, [found.member_id], kind, facts, vendor_id=None)  # of their own seat
