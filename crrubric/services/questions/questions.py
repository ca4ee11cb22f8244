"""Questions to vendors: the chair writes, sends and answers them; those who asked are told."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import NoticeKind, QuestionState
from crrubric.models import Asking, Question, Vendor
from crrubric.queries.people.access import (
    Seat,
    make_not_found,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.services.mail.notices import notify_members
from crrubric.services.setup.rubrics import find_criterion
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work


def write_question(
    actor: Actor, slug: str, vendor_id: int, *, words: str, criterion_id: int | None = None
) -> Question:
    """A question of the chair's own, on a criterion or on the whole offer."""
    text = clean_question(words)
    with unit_of_work() as session:
        seat, vendor = lock_seat_and_vendor(session, actor, slug, vendor_id)
        if criterion_id is not None:
            find_criterion(session, seat.evaluation, criterion_id)
        question = _insert_question(session, seat, vendor, text, criterion_id)
        note_question(session, seat, question, Event.QUESTION_WRITTEN, after={"words": text})
    return question


def merge_askings(
    actor: Actor, slug: str, vendor_id: int, asking_ids: Iterable[int], *, words: str
) -> Question:
    """Make one question of what was asked; on a criterion if all of it was asked on that one.

    Raises: Invalid if nothing is ticked or no words are given; Stale if something is dealt with.
    """
    text = clean_question(words)
    with unit_of_work() as session:
        seat, vendor = lock_seat_and_vendor(session, actor, slug, vendor_id)
        asked = lock_askings(session, vendor, asking_ids)
        on = {row.criterion_id for row in asked}
        question = _insert_question(session, seat, vendor, text, on.pop() if len(on) == 1 else None)
        for row in asked:
            row.question_id = question.id
        after = serialize_question(text, asked)
        note_question(session, seat, question, Event.QUESTION_WRITTEN, after=after)
    return question


def join_question(
    actor: Actor, slug: str, vendor_id: int, asking_ids: Iterable[int], *, question_id: int
) -> Question:
    """Put what was asked to a question that there is already and that waits for its answer.

    Raises: as `merge_askings`; WrongPhase if the question is answered or withdrawn.
    """
    with unit_of_work() as session:
        seat, vendor = lock_seat_and_vendor(session, actor, slug, vendor_id)
        question = lock_question(session, seat, question_id)
        if question.vendor_id != vendor.id:
            raise make_not_found()
        if question.state in {QuestionState.ANSWERED, QuestionState.WITHDRAWN}:
            raise WrongPhase(N_("This question is already answered or withdrawn: write a new one."))
        asked = lock_askings(session, vendor, asking_ids)
        for row in asked:
            row.question_id = question.id
        after = serialize_question(question.words, asked)
        note_question(session, seat, question, Event.QUESTION_JOINED, after=after)
    return question


def set_aside_asking(actor: Actor, slug: str, asking_id: int, *, reason: str) -> None:
    """Not pass on what was asked; who asked is told why.

    Raises: Stale if somebody dealt with it meanwhile.
    """
    why = require_text(
        reason, N_("Say why: whoever asked reads it."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_QUESTIONS, slug)
        found = session.get(Asking, asking_id)
        vendor = find_vendor_for_seat(session, seat, found.vendor_id if found else 0)
        (asking,) = lock_askings(session, vendor, [asking_id])
        asking.set_aside_reason = why
        note_event(
            session,
            actor,
            Event.ASKING_SET_ASIDE,
            evaluation_id=seat.evaluation.id,
            subject=vendor.name,
            about=EntryReferences(vendor.id, asking.criterion_id),
            before={"words": asking.words},
            after={ROW: {"asking": asking.id}},
            reason=why,
        )
        facts = {"vendor": vendor.name, "question": asking.words, "reason": why}
        kind = NoticeKind.ASKING_SET_ASIDE
        notify_members(session, [asking.member_id], kind, facts, vendor_id=vendor.id)


def reword_question(
    actor: Actor, slug: str, question_id: int, *, words: str, seen_version: int
) -> Question:
    """Other words for a question that was not sent yet. Raises: WrongPhase if it was; Stale."""
    text = clean_question(words)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_QUESTIONS, slug)
        question = lock_question(session, seat, question_id)
        if question.state is not QuestionState.DRAFT:
            raise WrongPhase(N_("This question was sent: its words stay as they are."))
        refuse_stale_question(question, seen_version)
        before, question.words = {"words": question.words}, text
        question.version += 1
        after = {"words": text}
        note_question(session, seat, question, Event.QUESTION_REWORDED, before=before, after=after)
    return question


def clean_question(words: str) -> str:
    """The words of a question, cleaned. Raises: Invalid (field "words")."""
    return require_text(words, N_("Write the question."), limit=limits.QUESTION, field="words")


def lock_question(session: Session, seat: Seat, question_id: int) -> Question:
    """The question, held, if the seat may act on it. Raises: NotFound."""
    question = session.scalar(
        select(Question)
        .where(Question.id == question_id)
        .with_for_update(of=Question)
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise make_not_found()
    find_vendor_for_seat(session, seat, question.vendor_id)
    return question


def lock_askings(session: Session, vendor: Vendor, ids: Iterable[int]) -> list[Asking]:
    """Askings to the vendor that wait, held. Raises: Invalid if there is none; NotFound; Stale."""
    wanted = sorted(set(ids))
    if not wanted:
        raise Invalid(N_("Select what you want to turn into a question."), field="askings")
    rows = session.scalars(
        select(Asking)
        .where(Asking.id.in_(wanted), Asking.vendor_id == vendor.id)
        .order_by(Asking.id)
        .with_for_update(of=Asking)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(wanted):
        raise make_not_found()
    if any(row.question_id is not None or row.set_aside_reason for row in rows):
        raise Stale(
            N_(
                "Somebody else has dealt with some of this in the meantime. Nothing was changed: "
                "please check."
            )
        )
    return list(rows)


def lock_seat_and_vendor(
    session: Session, actor: Actor, slug: str, vendor_id: int
) -> tuple[Seat, Vendor]:
    """The chair's seat, and the vendor if they may act on it."""
    seat = require_locked_seat(session, actor, Action.MANAGE_QUESTIONS, slug)
    return seat, find_vendor_for_seat(session, seat, vendor_id)


def _insert_question(
    session: Session, seat: Seat, vendor: Vendor, words: str, criterion_id: int | None
) -> Question:
    question = Question(
        vendor_id=vendor.id,
        criterion_id=criterion_id,
        words=words,
        recorded_by=seat.actor.name,
    )
    session.add(question)
    session.flush()
    return question


def refuse_stale_question(question: Question, seen_version: int) -> None:
    """Raise Stale if the question is not the version that the page showed."""
    if question.version != seen_version:
        raise Stale(
            N_(
                "Somebody else has changed this question in the meantime. Nothing was "
                "overwritten: compare the two versions."
            )
        )


def serialize_question(words: str, asked: list[Asking]) -> dict[str, Any]:
    """A question as the journal keeps it: how many asked; who did is not told."""
    ids = [row.id for row in asked]
    return {"words": words, "askings": len(ids), ROW: {"askings": ids}}


def note_question(
    session: Session,
    seat: Seat,
    question: Question,
    event: Event,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """The journal entry of a question; it names nobody who asked."""
    told = after or {}
    row = {"question": question.id, **told.get(ROW, {})}
    note_event(
        session,
        seat.actor,
        event,
        evaluation_id=seat.evaluation.id,
        subject=question.vendor.name,
        about=EntryReferences(question.vendor_id, question.criterion_id),
        before=before,
        after={**told, ROW: row},
        reason=reason,
    )
