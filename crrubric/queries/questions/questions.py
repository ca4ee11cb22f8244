"""Reading questions to vendors. Who asked leaves the database for the asker alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from crrubric.domain.actions import Action
from crrubric.domain.policy import FROM_MEETING
from crrubric.models import Asking, Ballot, Criterion, Evaluation, Question, Section, Vendor
from crrubric.queries.people.access import Seat, make_not_found


@dataclass(frozen=True, slots=True)
class WaitingAsking:
    """Something that was asked and waits for the chair: what, about what; never by whom."""

    id: int
    vendor_id: int
    criterion: Criterion
    words: str


def select_readable_questions(seat: Seat) -> Select[Question]:
    """The questions that this person may read at all: the one place for that.

    Before the meeting reviewers read those that are answered, of the vendors that they score; the
    chair and, from the meeting on, everybody read all. Nobody reads about a vendor that they stay
    away from.
    """
    reads_all = seat.evaluation.phase in FROM_MEETING or seat.may(Action.MANAGE_QUESTIONS)
    return _select_readable_questions(reads_all=reads_all).params(
        evaluation=seat.evaluation.id,
        away=seat.shut_out,
        member=seat.member.id if seat.member else None,
    )


@cache
def _select_readable_questions(*, reads_all: bool) -> Select[Question]:
    """The same for any evaluation, vendors that somebody stays away from, and member."""
    rows = (
        select(Question)
        .join(Question.vendor)
        .options(contains_eager(Question.vendor), joinedload(Question.criterion))
        .where(
            Vendor.evaluation_id == bindparam("evaluation"),
            Question.vendor_id.not_in(bindparam("away", expanding=True)),
        )
        .order_by(Vendor.position, Question.id)
    )
    if reads_all:
        return rows
    scored = select(Ballot.vendor_id).where(Ballot.member_id == bindparam("member"))
    return rows.where(Question.answered_on.is_not(None), Question.vendor_id.in_(scored))


def list_readable_questions(session: Session, seat: Seat) -> list[Question]:
    """Every question that the person may read."""
    return list(session.scalars(select_readable_questions(seat)))


def find_question(session: Session, seat: Seat, question_id: int) -> Question:
    """The question, if the person may read it. Raises: NotFound."""
    found = session.scalar(select_readable_questions(seat).where(Question.id == question_id))
    if found is None:
        raise make_not_found()
    return found


def load_question_version(session: Session, question_id: int) -> int:
    """How often the question was changed; 0 if it is gone."""
    return session.scalar(select(Question.version).where(Question.id == question_id)) or 0


def list_vendor_questions(
    session: Session, seat: Seat, vendor_id: int, *, criterion_id: int | None = None
) -> list[Question]:
    """Those to one vendor, or on one cell, that were not withdrawn."""
    conditions: list[ColumnElement[bool]] = [
        Question.vendor_id == vendor_id,
        Question.withdrawn_at.is_(None),
    ]
    if criterion_id is not None:
        conditions.append(Question.criterion_id == criterion_id)
    return list(session.scalars(select_readable_questions(seat).where(*conditions)))


def list_standing_questions(
    session: Session, evaluation: Evaluation, away: frozenset[int] = frozenset()
) -> list[Question]:
    """Every question that was not withdrawn, for the memo; none before the meeting.

    Args: away: vendors that whoever reads stays away from.
    """
    if evaluation.phase not in FROM_MEETING:
        return []
    rows = _select_readable_questions(reads_all=True).where(Question.withdrawn_at.is_(None))
    return list(session.scalars(rows, {"evaluation": evaluation.id, "away": away}))


def list_own_askings(session: Session, seat: Seat, *, vendor_id: int | None = None) -> list[Asking]:
    """What the person asked themselves, the oldest first, with the question it became."""
    if seat.member is None:
        return []
    own = {"member": seat.member.id, "away": seat.shut_out, "vendor": vendor_id}
    return list(session.scalars(_select_own_askings(of_one_vendor=vendor_id is not None), own))


@cache
def _select_own_askings(*, of_one_vendor: bool) -> Select[Asking]:
    """What any member asked, of one vendor or of all but those that they stay away from."""
    rows = (
        select(Asking)
        .join(Asking.vendor)
        .options(
            contains_eager(Asking.vendor),
            joinedload(Asking.criterion),
            joinedload(Asking.question),
        )
        .where(
            Asking.member_id == bindparam("member"),
            Asking.vendor_id.not_in(bindparam("away", expanding=True)),
        )
        .order_by(Vendor.position, Asking.asked_at, Asking.id)
    )
    return rows.where(Asking.vendor_id == bindparam("vendor")) if of_one_vendor else rows


def list_waiting_askings(session: Session, seat: Seat) -> list[WaitingAsking]:
    """What waits for the chair, in the order of the rubric, then of the text.

    Neither order nor content depends on who asked or when, nor on whether they are recused since.
    """
    if not seat.may(Action.MANAGE_QUESTIONS):
        return []
    rows = session.execute(
        _select_waiting_askings(seat)
        .with_only_columns(Asking.id, Asking.vendor_id, Criterion, Asking.words)
        .join(Asking.criterion)
        .join(Criterion.section)
        .order_by(Vendor.position, Section.position, Criterion.position, Asking.words, Asking.id)
    )
    return [WaitingAsking(*row) for row in rows]


def _select_waiting_askings(seat: Seat) -> Select[Any]:
    return (
        select(Asking)
        .join(Asking.vendor)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            Asking.vendor_id.not_in(seat.shut_out),
            Asking.question_id.is_(None),
            Asking.set_aside_reason == "",
        )
    )


def list_asking_texts(session: Session, question: Question) -> Sequence[str]:
    """What was asked that the question stands for, in the order of the text; no names."""
    return session.scalars(
        select(Asking.words)
        .where(Asking.question_id == question.id)
        .order_by(Asking.words, Asking.id)
    ).all()
