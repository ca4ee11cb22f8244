"""Sending questions to vendors and recording what they answer; those who asked are told."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import NoticeKind, QuestionState
from crrubric.models import Asking, Question
from crrubric.queries.people.access import require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.mail.notices import notify_members
from crrubric.services.questions.questions import (
    lock_question,
    lock_seat_and_vendor,
    note_question,
    refuse_stale_question,
)
from crrubric.services.shared.days import require_named_day
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work


def send_questions(
    actor: Actor, slug: str, vendor_id: int, *, day: date | None, seen: str | None = None
) -> int:
    """Record that the vendor's questions were sent on a day; how many there were.

    Args: seen: the version of the questions that the page showed.
    Raises: Invalid without a day or for one to come; NotReady if every question was sent; Stale if
    one was added or reworded since: the vendor has not got it.
    """
    with unit_of_work() as session:
        seat, vendor = lock_seat_and_vendor(session, actor, slug, vendor_id)
        sent_on = require_named_day(
            seat.evaluation, day, N_("Enter the day on which they were sent."), field="sent_on"
        )
        drafts = session.scalars(
            select(Question)
            .where(
                Question.vendor_id == vendor.id,
                Question.sent_on.is_(None),
                Question.withdrawn_at.is_(None),
            )
            .order_by(Question.id)
            .with_for_update(of=Question)
        ).all()
        if not drafts:
            raise NotReady(N_("There is no question to this vendor that was not sent."))
        if seen is not None and fingerprint_values(read_question_versions(drafts)) != seen:
            raise Stale(
                N_(
                    "The questions to %(vendor)s changed after you opened this page. Check that"
                    " the vendor has got them as they are now, then record it."
                ),
                vendor=vendor.name,
            )
        for question in drafts:
            question.sent_on = sent_on
        note_event(
            session,
            actor,
            Event.QUESTIONS_SENT,
            evaluation_id=seat.evaluation.id,
            subject=vendor.name,
            about=EntryReferences(vendor_id=vendor.id),
            after={
                "questions": len(drafts),
                "sent on": sent_on.isoformat(),
                ROW: {"questions": [question.id for question in drafts]},
            },
        )
    return len(drafts)


def read_question_versions(questions: Iterable[Question]) -> dict[str, object]:
    """Which questions these are, each in which version."""
    return {str(question.id): question.version for question in questions}


def record_answer(
    actor: Actor,
    slug: str,
    question_id: int,
    *,
    answer: str,
    day: date | None,
    seen_version: int,
) -> Question:
    """Record what the vendor answered, or correct it; who asked is told the first time.

    A question that was not sent counts as asked and answered on the same day.
    Raises: Invalid naming what is missing; Stale if somebody recorded something since.
    """
    text = require_text(
        answer, N_("Enter what the vendor answered."), limit=limits.LONG_TEXT, field="answer"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_QUESTIONS, slug)
        question = lock_question(session, seat, question_id)
        if question.state is QuestionState.WITHDRAWN:
            raise WrongPhase(N_("This question was withdrawn: it takes no answer."))
        refuse_stale_question(question, seen_version)
        on = require_named_day(
            seat.evaluation, day, N_("Enter the day of the answer."), field="answered_on"
        )
        if question.sent_on and on < question.sent_on:
            raise Invalid(N_("It was sent only after that day."), field="answered_on")
        before = serialize_answer(question) if question.answered_on else None
        question.sent_on = question.sent_on or on
        question.answer, question.answered_on = text, on
        question.answer_recorded_by, question.answer_recorded_at = actor.name, now_utc()
        question.version += 1
        after = serialize_answer(question)
        note_question(session, seat, question, Event.QUESTION_ANSWERED, before=before, after=after)
        if before is None:
            _notify_askers(session, question, NoticeKind.QUESTION_ANSWERED)
    return question


def withdraw_question(
    actor: Actor, slug: str, question_id: int, *, reason: str, seen_version: int | None = None
) -> None:
    """Take a question back that was not answered, with the reason; who asked is told.

    Args: seen_version: of the question that the page showed. Raises: WrongPhase if it is answered;
    Stale if it was reworded since: the reason is not about that; DoneAlready.
    """
    why = require_text(
        reason, N_("Say why the question is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_QUESTIONS, slug)
        question = lock_question(session, seat, question_id)
        if question.state is QuestionState.WITHDRAWN:
            confirm_same_act(
                session,
                actor,
                Event.QUESTION_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                tells=lambda entry: (entry.after or {}).get(ROW, {}).get("question") == question_id,
            )
            return
        if question.state is QuestionState.ANSWERED:
            raise WrongPhase(
                N_(
                    "This question has been answered and can’t be withdrawn: it stays in the "
                    "record."
                )
            )
        if seen_version is not None:
            refuse_stale_question(question, seen_version)
        question.withdrawn_at, question.withdrawn_reason = now_utc(), why
        before = {"words": question.words}
        note_question(session, seat, question, Event.QUESTION_WITHDRAWN, before=before, reason=why)
        _notify_askers(session, question, NoticeKind.QUESTION_WITHDRAWN)


def serialize_answer(question: Question) -> dict[str, object]:
    """The answer as the journal keeps it."""
    day = question.answered_on
    return {"answer": question.answer, "answered on": day.isoformat() if day else None}


def _notify_askers(session: Session, question: Question, kind: NoticeKind) -> None:
    """Tell everybody once for whom the question stands."""
    members = session.scalars(
        select(Asking.member_id).where(Asking.question_id == question.id).distinct()
    )
    facts = {
        "vendor": question.vendor.name,
        "question": question.words,
        "reason": question.withdrawn_reason,
    }
    notify_members(session, members, kind, facts, vendor_id=question.vendor_id)
