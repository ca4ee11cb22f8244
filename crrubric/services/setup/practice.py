"""The practice round: everybody marks one made-up vendor, and sees what is read differently."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, NoticeKind
from crrubric.models import Criterion, Evaluation, Member, PracticeMark
from crrubric.queries.people.access import hold_own_seat, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.act_facts import (
    foresee_end_of_practice,
    foresee_restart_of_practice,
)
from crrubric.services.ballots.ballots import check_answer, find_assigned_criterion
from crrubric.services.mail.notices import list_other_members, notify_members
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_mark


def record_practice_mark(
    actor: Actor,
    slug: str,
    criterion_id: int,
    *,
    answer: Answer,
    note: str = "",
    seen_version: int,
) -> PracticeMark:
    """Store the actor's practice mark. The journal does not tell of it: it never counts.

    Raises: WrongPhase once the spread is shown; Stale, Invalid and NotFound as for a ballot.
    """
    words = clean_text(note, limit=limits.NOTE, field="note")
    with unit_of_work() as session:
        member = _lock_practicing_member(session, actor, slug)
        criterion = find_assigned_criterion(session, member, criterion_id)
        check_answer(criterion, answer)
        mark = session.get(PracticeMark, (member.id, criterion.id), populate_existing=True)
        if mark is not None and (mark.answer, mark.note) == (answer, words):
            return mark
        refuse_unseen_mark(mark, seen_version)
        if mark is None:
            mark = PracticeMark(member_id=member.id, criterion_id=criterion.id, version=0)
            session.add(mark)
        mark.answer, mark.note = answer, words
        mark.version += 1
        mark.marked_at = now_utc()
    return mark


def finish_practice(actor: Actor, slug: str) -> Member:
    """Say that one has practiced enough; marks can still be changed until the spread is shown."""
    with unit_of_work() as session:
        member = _lock_practicing_member(session, actor, slug)
        first = select(PracticeMark.criterion_id).where(PracticeMark.member_id == member.id)
        if session.scalar(first.limit(1)) is None:
            raise Invalid(N_("Mark at least one criterion first."))
        if member.practiced_at is None:
            member.practiced_at = now_utc()
            note_event(
                session,
                actor,
                Event.PRACTICE_FINISHED,
                evaluation_id=member.evaluation_id,
                about=EntryReferences(member_id=member.id),
            )
    return member


def show_spread(actor: Actor, slug: str, *, seen: str | None = None) -> Evaluation:
    """End the round: practice marks are locked, and their spread is open to everybody at once.

    Args: seen: the fingerprint of what the page before said. Raises: Invalid if nobody has marked
    anything; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_PRACTICE, slug)
        evaluation = seat.evaluation
        if evaluation.practice_shown_at is not None:
            return evaluation
        if not _has_practice_marks(session, evaluation):
            raise Invalid(N_("Nobody has practiced yet: there is nothing to show."))
        refuse_unforeseen(foresee_end_of_practice(session, seat), seen)
        evaluation.practice_shown_at = now_utc()
        note_event(session, actor, Event.PRACTICE_SHOWN, evaluation_id=evaluation.id)
        members = list_other_members(session, evaluation.id, actor)
        notify_members(session, members, NoticeKind.PRACTICE_SHOWN, {}, vendor_id=None)
    return evaluation


def restart_practice(actor: Actor, slug: str, *, seen: str | None = None) -> Evaluation:
    """Begin the round anew, after criteria were reworded: practice marks are thrown away.

    Args: seen: the fingerprint of what the page before said. Raises: WrongPhase while the round is
    under way; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_PRACTICE, slug)
        evaluation = seat.evaluation
        if evaluation.practice_shown_at is None:
            raise WrongPhase(N_("The practice round is still under way."))
        refuse_unforeseen(foresee_restart_of_practice(session, seat), seen)
        members = select(Member.id).where(Member.evaluation_id == evaluation.id)
        session.execute(delete(PracticeMark).where(PracticeMark.member_id.in_(members)))
        session.execute(
            update(Member).where(Member.evaluation_id == evaluation.id).values(practiced_at=None)
        )
        evaluation.practice_shown_at = None
        note_event(session, actor, Event.PRACTICE_RESTARTED, evaluation_id=evaluation.id)
    return evaluation


def _lock_practicing_member(session: Session, actor: Actor, slug: str) -> Member:
    seat = require_locked_seat(session, actor, Action.PRACTICE, slug, exclusive=False)
    member = hold_own_seat(session, seat)
    if seat.evaluation.practice_shown_at is not None:
        raise WrongPhase(N_("The practice round is over: its marks stay as they are."))
    return member


def _has_practice_marks(session: Session, evaluation: Evaluation) -> bool:
    """Whether anybody has marked anything."""
    first = (
        select(PracticeMark.criterion_id)
        .join(Criterion, Criterion.id == PracticeMark.criterion_id)
        .where(Criterion.evaluation_id == evaluation.id)
        .limit(1)
    )
    return session.scalar(first) is not None
