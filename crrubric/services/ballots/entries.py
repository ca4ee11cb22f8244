"""Ballots given on paper or by phone: entered by the chair, confirmed by the reviewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import clean, stated
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, DeclarationKind, EntrySource, NoticeKind
from crrubric.models import Ballot, Criterion, Declaration, EntryOnBehalf, Gap, Mark, Member
from crrubric.queries.people.access import Seat, locked_seat, not_found
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import asked_of
from crrubric.services.ballots.ballots import (
    MarkText,
    allow_answer,
    checked_mark,
    plain,
    write_mark,
)
from crrubric.services.ballots.seals import ballot_in, reopen, seal_ballot
from crrubric.services.mail.notices import tell, tell_if_all_in
from crrubric.services.shared.days import named_day
from crrubric.services.shared.journal import About, note_event
from crrubric.services.shared.unit import unit_of_work


@dataclass(frozen=True, slots=True)
class Entry:
    """A ballot as somebody gave it. `marks` by criterion id; `rest` says why others have none."""

    source: EntrySource
    given_on: date | None
    no_conflict: bool
    marks: Mapping[int, MarkText]
    rest: str = ""


def enter_ballot(actor: Actor, slug: str, ballot_id: int, entry: Entry) -> EntryOnBehalf:
    """Enter and seal another's ballot as they gave it; they are told and asked to confirm it.

    Who enters it sees it, once. So a chair who scores the vendor as well submits first.
    Raises: NotReady with every mark that can't be used; Invalid naming the field; WrongPhase if
    the reviewer has begun it themselves; NotFound for one's own ballot.
    """
    if not entry.marks:
        raise Invalid(N_("Enter at least one answer."))
    marks = _checked(entry.marks)
    rest = clean(entry.rest, limit=limits.SHORT_TEXT, field="rest")
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.ENTER_ON_BEHALF, slug)
        given_on = named_day(
            seat.evaluation,
            entry.given_on,
            N_("Enter the day on which the ballot was given."),
            field="given_on",
        )
        ballot = enterable(session, seat, ballot_id)
        _declare(session, actor, ballot, entry)
        asked = [row for part in asked_of(session, ballot.member) for row in part.criteria]
        _fill(session, actor, ballot, asked, marks, rest)
        sealed = seal_ballot(session, ballot, slug, now_utc())
        session.flush()
        ballot.state, ballot.submitted_at = BallotState.SUBMITTED, sealed.sealed_at
        found = EntryOnBehalf(
            ballot_id=ballot.id,
            number=sealed.number,
            source=entry.source,
            given_on=given_on,
            entered_by=actor.name,
        )
        session.add(found)
        note_event(
            session,
            actor,
            Event.BALLOT_ENTERED,
            evaluation_id=seat.evaluation.id,
            subject=f"{ballot.member.name}, {ballot.vendor.company}",
            about=About(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
            after={
                "source": entry.source,
                "given on": given_on.isoformat(),
                "number": sealed.number,
                "receipt": sealed.receipt,
            },
        )
        told = {"vendor": ballot.vendor.company}
        tell(session, [ballot.member_id], NoticeKind.BALLOT_ENTERED, told)
        tell_if_all_in(session, seat.evaluation.id)
    return found


def enterable(session: Session, seat: Seat, ballot_id: int) -> Ballot:
    """Another's untouched ballot. Raises: NotFound for one's own; WrongPhase if it was begun."""
    ballot = ballot_in(session, seat, ballot_id)
    if seat.member is not None and ballot.member_id == seat.member.id:
        raise not_found()
    scores = ballot.member.is_reviewer and not ballot.recused
    if ballot.vendor.withdrawn_at is not None or not scores:
        raise not_found()
    if ballot.state is BallotState.SUBMITTED or ballot.seals or _begun(session, ballot):
        raise WrongPhase(
            N_("%(name)s has begun this ballot: only they can mark it."), name=ballot.member.name
        )
    if seat.member is not None and _own_is_open(session, seat.member, ballot.vendor_id):
        raise WrongPhase(
            N_("Submit your own ballot for %(vendor)s first: you would see another’s marks."),
            vendor=ballot.vendor.company,
        )
    return ballot


def confirm_ballot(actor: Actor, slug: str, vendor_id: int) -> EntryOnBehalf:
    """Say that one's ballot was entered as one gave it. Raises: NotFound if none waits for that."""
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.CONFIRM_BALLOT, slug)
        found = waiting_entry(session, seat, vendor_id)
        found.confirmed_at = now_utc()
        _note(session, actor, seat, found, Event.BALLOT_CONFIRMED, "")
    return found


def dispute_ballot(actor: Actor, slug: str, vendor_id: int, *, words: str) -> EntryOnBehalf:
    """Say that the ballot is not what one gave: it opens again for oneself, and the chair is told.

    The sealed version stays in the record. Possible while scoring is open.
    """
    why = stated(words, N_("Say what is not as you gave it."), limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.RECORD_MARK, slug)
        found = waiting_entry(session, seat, vendor_id)
        found.disputed_at, found.dispute = now_utc(), why
        reopen(session, found.ballot, slug, by=actor.name, why=why)
        _note(session, actor, seat, found, Event.BALLOT_DISPUTED, why)
        chairs = select(Member.id).where(
            Member.evaluation_id == seat.evaluation.id,
            Member.is_chair,
            Member.removed_at.is_(None),
            Member.id != found.ballot.member_id,
        )
        facts = {"name": found.ballot.member.name, "vendor": found.ballot.vendor.company}
        tell(session, session.scalars(chairs), NoticeKind.BALLOT_DISPUTED, facts)
    return found


def waiting_entry(session: Session, seat: Seat, vendor_id: int) -> EntryOnBehalf:
    """The entry of the seat's own ballot that is neither confirmed nor disputed, held.

    Once the ballot was reopened nothing waits: it is the reviewer's own again.
    """
    found = session.scalar(
        select(EntryOnBehalf)
        .join(EntryOnBehalf.ballot)
        .where(
            Ballot.member_id == (seat.member.id if seat.member else None),
            Ballot.vendor_id == vendor_id,
            EntryOnBehalf.number == Ballot.seals,
            Ballot.state == BallotState.SUBMITTED,
            EntryOnBehalf.confirmed_at.is_(None),
            EntryOnBehalf.disputed_at.is_(None),
        )
        .with_for_update(of=EntryOnBehalf)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise not_found()
    return found


def _checked(marks: Mapping[int, MarkText]) -> dict[int, MarkText]:
    """The marks, cleaned. Raises: NotReady with a problem for each that can't be used."""
    found, problems = {}, []
    for criterion, text in marks.items():
        try:
            found[criterion] = checked_mark(text)
        except Invalid as error:
            field = f"note-{criterion}"
            problems.append(Invalid(error.message, field=field, **error.values))
    if problems:
        raise NotReady(N_("Some notes can’t be used."), problems)
    return found


def _declare(session: Session, actor: Actor, ballot: Ballot, entry: Entry) -> None:
    """The reviewer's declaration, as they made it to whoever enters the ballot."""
    there = select(Declaration.id).where(
        Declaration.member_id == ballot.member_id, Declaration.vendor_id == ballot.vendor_id
    )
    if session.scalar(there) is not None:
        return
    if not entry.no_conflict:
        raise Invalid(
            N_("Ask %(name)s about conflicts of interest, and tick that there is none."),
            name=ballot.member.name,
            field="no_conflict",
        )
    session.add(
        Declaration(
            member_id=ballot.member_id, vendor_id=ballot.vendor_id, kind=DeclarationKind.NONE
        )
    )
    note_event(
        session,
        actor,
        Event.NO_CONFLICT_DECLARED,
        evaluation_id=ballot.member.evaluation_id,
        subject=ballot.vendor.company,
        about=About(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
        after={"on behalf of": ballot.member.name},
    )


def _fill(
    session: Session,
    actor: Actor,
    ballot: Ballot,
    asked: list[Criterion],
    marks: Mapping[int, MarkText],
    rest: str,
) -> None:
    """Marks and gaps of the ballot, each with its journal entry. Raises: Invalid, NotFound."""
    if not marks.keys() <= {row.id for row in asked}:
        raise not_found()
    if len(marks) < len(asked) and not rest:
        raise Invalid(N_("Say why the others have no mark."), field="rest")
    for criterion in asked:
        text = marks.get(criterion.id)
        if text is None:
            session.add(Gap(ballot_id=ballot.id, criterion_id=criterion.id, reason=rest))
            continue
        allow_answer(criterion, text.answer)
        mark = Mark(ballot_id=ballot.id, criterion_id=criterion.id, version=0)
        write_mark(mark, text)
        session.add(mark)
        note_event(
            session,
            actor,
            Event.MARK_RECORDED,
            evaluation_id=ballot.member.evaluation_id,
            subject=f"{ballot.vendor.company}: {criterion.title}",
            about=About(ballot.vendor_id, criterion.id, ballot.member_id),
            after={**plain(text), "on behalf of": ballot.member.name},
        )
    session.flush()


def _begun(session: Session, ballot: Ballot) -> bool:
    first = select(Mark.id).where(Mark.ballot_id == ballot.id).limit(1)
    return session.scalar(first) is not None


def _own_is_open(session: Session, member: Member, vendor_id: int) -> bool:
    own = session.scalar(
        select(Ballot).where(Ballot.member_id == member.id, Ballot.vendor_id == vendor_id)
    )
    return own is not None and own.state is BallotState.OPEN and not own.recused


def _note(
    session: Session, actor: Actor, seat: Seat, found: EntryOnBehalf, event: Event, why: str
) -> None:
    note_event(
        session,
        actor,
        event,
        evaluation_id=seat.evaluation.id,
        subject=found.ballot.vendor.company,
        about=About(vendor_id=found.ballot.vendor_id, member_id=found.ballot.member_id),
        after={"number": found.number},
        reason=why,
    )
