"""Ballots given on paper or by phone: entered by the chair, confirmed by the reviewer."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import BallotState, DeclarationKind, EntrySource, NoticeKind
from crrubric.models import Ballot, Criterion, Declaration, EntryOnBehalf, Mark, Member
from crrubric.queries.ballots.ballots import mark_text
from crrubric.queries.ballots.on_behalf import list_begun_ballots
from crrubric.queries.people.access import (
    Seat,
    make_not_found,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import list_assigned_parts
from crrubric.queries.setup.wording import name_in_refusal
from crrubric.services.ballots.ballots import (
    MarkText,
    check_answer,
    clean_mark,
    make_gap,
    make_mark,
    note_late_change,
    serialize_mark,
    write_mark,
)
from crrubric.services.ballots.seals import lock_ballot, seal_ballot, unseal_ballot
from crrubric.services.mail.notices import notify_chairs_if_complete, notify_members
from crrubric.services.shared.days import refuse_after_end, require_named_day
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work

OTHER_BALLOT = N_(
    "This page was opened for another ballot, and nothing was entered: ballots were issued again"
    " since, or you opened it long ago. Open the ballot that you mean on “Progress”."
)


@dataclass(frozen=True, slots=True)
class GivenBallot:
    """How and when a reviewer gave a ballot that somebody else entered."""

    source: EntrySource
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredBallot:
    """A ballot as somebody gave it. `marks` by criterion id; `rest` says why others have none."""

    source: EntrySource
    given_on: date | None
    no_conflict: bool
    marks: Mapping[int, MarkText]
    rest: str = ""


def enter_ballot(
    actor: Actor, slug: str, ballot_id: int, entry: EnteredBallot, *, seen: str | None = None
) -> EntryOnBehalf:
    """Enter and seal another's ballot as they gave it; they are told and asked to confirm it.

    Who enters it sees it, once. So a chair who scores the vendor as well submits first.
    Args: seen: whose ballot for which vendor the form showed, as `fingerprint_ballot` has it.
    Raises: NotReady with every mark that can't be used; Invalid naming the field; WrongPhase if
    the reviewer has begun it themselves; NotFound for one's own ballot; Stale for another ballot.
    """
    if not entry.marks:
        raise Invalid(N_("Enter at least one answer."))
    marks = _clean_marks(entry.marks)
    rest = clean_text(entry.rest, limit=limits.SHORT_TEXT, field="rest")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ENTER_ON_BEHALF, slug)
        refuse_after_end(seat.evaluation)
        given_on = require_named_day(
            seat.evaluation,
            entry.given_on,
            N_("Enter the day on which the ballot was given."),
            field="given_on",
        )
        ballot = lock_ballot(session, seat, ballot_id)
        if seen is not None and seen != fingerprint_ballot(ballot):
            raise Stale(OTHER_BALLOT)
        require_untouched_ballot(session, seat, ballot)
        require_impartial_once_shown(session, seat)
        own = replace(entry, marks=marks, rest=rest)
        found = write_entered_ballot(session, seat, ballot, own, given_on=given_on)
        notify_chairs_if_complete(session, seat.evaluation.id, {ballot.vendor_id})
    return found


def fingerprint_ballot(ballot: Ballot) -> str:
    """Whose ballot it is, for which vendor: ballots that were taken away and issued again can have
    each other's numbers."""
    return fingerprint_values({"member": ballot.member_id, "vendor": ballot.vendor_id})


def write_entered_ballot(
    session: Session, seat: Seat, ballot: Ballot, entry: EnteredBallot, *, given_on: date
) -> EntryOnBehalf:
    """Write down and seal a ballot as its reviewer gave it, and ask them to confirm it. A step.

    Args: ballot: held and untouched; entry: with clean texts.
    Raises: Invalid naming the field; NotFound for a criterion that is not asked of them.
    """
    actor, evaluation = seat.actor, seat.evaluation
    given = GivenBallot(entry.source, given_on)
    declare_on_behalf(session, actor, ballot, no_conflict=entry.no_conflict)
    note_late_change(evaluation, ballot)
    asked = [row for part in list_assigned_parts(session, ballot.member) for row in part.criteria]
    _write_marks_and_gaps(session, actor, ballot, asked, marks=entry.marks, rest=entry.rest)
    sealed = seal_ballot(session, ballot, evaluation.slug, now_utc())
    session.flush()
    ballot.state, ballot.submitted_at = BallotState.SUBMITTED, sealed.sealed_at
    found = insert_entry(session, seat, ballot.id, sealed.number, given)
    note_event(
        session,
        actor,
        Event.BALLOT_ENTERED,
        evaluation_id=evaluation.id,
        subject=f"{ballot.member.name}, {ballot.vendor.name}",
        about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
        after={
            "source": given.source,
            "given on": given.on.isoformat(),
            "number": sealed.number,
            "receipt": sealed.receipt,
        },
    )
    told, kind = {"vendor": ballot.vendor.name}, NoticeKind.BALLOT_ENTERED
    notify_members(session, [ballot.member_id], kind, told, vendor_id=ballot.vendor_id)
    return found


def insert_entry(
    session: Session, seat: Seat, ballot_id: int, number: int, given: GivenBallot
) -> EntryOnBehalf:
    """Write down that this seat entered a sealed version, and so has seen it."""
    found = EntryOnBehalf(
        ballot_id=ballot_id,
        number=number,
        source=given.source,
        given_on=given.on,
        entered_by=seat.actor.name,
        entered_by_id=seat.member.id if seat.member else None,
    )
    session.add(found)
    return found


def require_ballot_of_another(seat: Seat, ballot: Ballot) -> Ballot:
    """A ballot that another reviewer can give. Raises: NotFound for one's own, or nobody's."""
    if seat.member is not None and ballot.member_id == seat.member.id:
        raise make_not_found()
    scores = ballot.member.is_reviewer and not ballot.recused
    if ballot.vendor.withdrawn_at is not None or not scores:
        raise make_not_found()
    return ballot


def require_untouched_ballot(session: Session, seat: Seat, ballot: Ballot) -> Ballot:
    """Another's ballot that is untouched, or as it was entered for them.

    Raises: NotFound for one's own; WrongPhase if its reviewer has begun it.
    """
    require_ballot_of_another(seat, ballot)
    if ballot.id in list_begun_ballots(session, [ballot]):
        raise WrongPhase(
            N_("%(name)s has begun this ballot: only they can mark it."), name=ballot.member.name
        )
    if seat.member is not None and _has_open_ballot(session, seat.member, ballot.vendor_id):
        raise WrongPhase(
            N_("Submit your own ballot for %(vendor)s first: you would see another’s marks."),
            vendor=ballot.vendor.name,
        )
    return ballot


def confirm_ballot(actor: Actor, slug: str, vendor_id: int) -> EntryOnBehalf:
    """Say that one's ballot was entered as one gave it; said twice, it is confirmed once.

    Raises: NotFound if none was entered.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.CONFIRM_BALLOT, slug)
        found = lock_entry(session, seat, vendor_id)
        if found.confirmed_at is None:
            found.confirmed_at = now_utc()
            _note_entry_reply(session, actor, seat, found, Event.BALLOT_CONFIRMED)
    return found


def dispute_ballot(actor: Actor, slug: str, vendor_id: int, *, words: str) -> EntryOnBehalf:
    """Say that the ballot is not what one gave: it opens again for oneself, and the chair is told.

    The sealed version stays in the record. Possible while scoring is open, until its hard end.
    """
    why = require_text(
        words, N_("Say what differs from the answers you gave."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_MARK, slug)
        refuse_after_end(seat.evaluation)  # opened then, it could not be submitted again
        found = lock_entry(session, seat, vendor_id)
        if found.confirmed_at is not None:
            raise WrongPhase(
                N_(
                    "You confirmed this ballot already, in this window or another one. If something"
                    " in it is wrong, ask the chair to reopen it."
                )
            )
        found.disputed_at, found.dispute = now_utc(), why
        unseal_ballot(session, found.ballot, slug, by=actor.name, why=why)
        _note_entry_reply(session, actor, seat, found, Event.BALLOT_DISPUTED, why=why)
        chairs = select(Member.id).where(
            Member.evaluation_id == seat.evaluation.id,
            Member.is_chair,
            Member.removed_at.is_(None),
            Member.id != found.ballot.member_id,
        )
        facts = {"name": found.ballot.member.name, "vendor": found.ballot.vendor.name}
        notify_members(
            session,
            session.scalars(chairs),
            NoticeKind.BALLOT_DISPUTED,
            facts,
            vendor_id=found.ballot.vendor_id,
        )
    return found


def lock_entry(session: Session, seat: Seat, vendor_id: int) -> EntryOnBehalf:
    """The entry of the seat's own ballot, confirmed or not, held. Raises: NotFound.

    There is none once the ballot was reopened: it is the reviewer's own again.
    """
    found = session.scalar(
        select(EntryOnBehalf)
        .join(EntryOnBehalf.ballot)
        .where(
            Ballot.member_id == (seat.member.id if seat.member else None),
            Ballot.vendor_id == vendor_id,
            EntryOnBehalf.number == Ballot.seals,
            Ballot.state == BallotState.SUBMITTED,
            EntryOnBehalf.disputed_at.is_(None),
        )
        .with_for_update(of=EntryOnBehalf)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise make_not_found()
    return found


def _clean_marks(marks: Mapping[int, MarkText]) -> dict[int, MarkText]:
    """The marks, cleaned. Raises: NotReady with a problem for each that can't be used."""
    found, problems = {}, []
    for criterion, text in marks.items():
        try:
            found[criterion] = clean_mark(text)
        except Invalid as error:
            field = f"note-{criterion}"
            problems.append(Invalid(error.message, field=field, **error.values))
    if problems:
        raise NotReady(N_("Some notes can’t be used."), problems)
    return found


def declare_on_behalf(session: Session, actor: Actor, ballot: Ballot, *, no_conflict: bool) -> None:
    """The reviewer's declaration, as they made it to whoever enters the ballot.

    Raises: Invalid (field "no_conflict") if there is none, and none was made.
    """
    there = select(Declaration.id).where(
        Declaration.member_id == ballot.member_id, Declaration.vendor_id == ballot.vendor_id
    )
    if session.scalar(there) is not None:
        return
    if not no_conflict:
        raise Invalid(
            N_("Ask %(name)s about conflicts of interest, and check the box that there is none."),
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
        subject=ballot.vendor.name,
        about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
        after={"on behalf of": ballot.member.name},
    )


def _write_marks_and_gaps(
    session: Session,
    actor: Actor,
    ballot: Ballot,
    asked: list[Criterion],
    *,
    marks: Mapping[int, MarkText],
    rest: str,
) -> None:
    """Marks and gaps of the ballot, each with its journal entry. Raises: Invalid, NotFound."""
    _refuse_unasked_marks(session, ballot, marks, {row.id for row in asked})
    if len(marks) < len(asked) and not rest:
        raise Invalid(N_("Say why the others have no mark."), field="rest")
    if len(marks) == len(asked) and rest:
        raise Invalid(N_("Every criterion has an answer: delete this reason."), field="rest")
    there = {
        mark.criterion_id: mark
        for mark in session.scalars(select(Mark).where(Mark.ballot_id == ballot.id))
    }
    for criterion in asked:
        text, old = marks.get(criterion.id), there.get(criterion.id)
        if text is None and old is not None:
            raise Invalid(
                N_("Enter an answer to “%(title)s” as well: there was one, and it stays."),
                title=name_in_refusal(criterion),
                field="rest",
            )
        if text is None:
            session.add(make_gap(ballot, criterion.id, rest))
            continue
        check_answer(criterion, text.answer)
        said = mark_text(old) if old is not None else None
        if said == text:
            continue
        mark = old if old is not None else make_mark(ballot, criterion.id)
        write_mark(mark, text)
        session.add(mark)
        note_event(
            session,
            actor,
            Event.MARK_RECORDED,
            evaluation_id=ballot.member.evaluation_id,
            subject=f"{ballot.vendor.name}: {criterion.title}",
            about=EntryReferences(ballot.vendor_id, criterion.id, ballot.member_id),
            before=serialize_mark(said) if said is not None else None,
            after={**serialize_mark(text), "on behalf of": ballot.member.name},
        )
    session.flush()


def _refuse_unasked_marks(
    session: Session, ballot: Ballot, marks: Mapping[int, MarkText], asked: Set[int]
) -> None:
    """Raise Invalid for answers to what was left out, or taken off the reviewer, meanwhile.

    The form has them no longer, so their notes are told. Raises: NotFound for what is not of this
    rubric.
    """
    lost = marks.keys() - asked
    here = select(Criterion).where(Criterion.evaluation_id == ballot.evaluation_id)
    found = session.scalars(here.where(Criterion.id.in_(lost)).order_by(Criterion.id)).all()
    if len(found) < len(lost):
        raise make_not_found()
    if found:
        raise Invalid(
            N_(
                "This is not asked of %(name)s any more, and stays out: %(what)s. Look through the"
                " rest, then enter the ballot."
            ),
            name=ballot.member.name,
            what="; ".join(": ".join(filter(None, (x.title, marks[x.id].note))) for x in found),
        )


def _has_open_ballot(session: Session, member: Member, vendor_id: int) -> bool:
    """Whether the member can still submit a ballot; not who has ceased to score."""
    if not member.is_reviewer:
        return False
    own = session.scalar(
        select(Ballot).where(Ballot.member_id == member.id, Ballot.vendor_id == vendor_id)
    )
    return own is not None and own.state is BallotState.OPEN and not own.recused


def _note_entry_reply(
    session: Session,
    actor: Actor,
    seat: Seat,
    found: EntryOnBehalf,
    event: Event,
    *,
    why: str = "",
) -> None:
    note_event(
        session,
        actor,
        event,
        evaluation_id=seat.evaluation.id,
        subject=found.ballot.vendor.name,
        about=EntryReferences(vendor_id=found.ballot.vendor_id, member_id=found.ballot.member_id),
        after={"number": found.number},
        reason=why,
    )
