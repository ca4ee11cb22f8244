"""Reading the practice round: one's own marks; everybody's, in counts, once it is over."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from crrubric.domain.results.tally import Tally
from crrubric.domain.setup.seats import find_told_groups
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import Answer, Stakeholder
from crrubric.models import AssignedCriterion, Criterion, Evaluation, Member, PracticeMark
from crrubric.queries.people.past_seats import read_past_seats
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.rubrics import list_rubric_parts


def load_own_practice_marks(session: Session, member: Member) -> dict[int, PracticeMark]:
    """A member's practice marks by criterion id."""
    rows = session.scalars(select(PracticeMark).where(PracticeMark.member_id == member.id))
    return {row.criterion_id: row for row in rows}


def count_practiced_reviewers(session: Session, evaluation_id: int) -> tuple[int, int]:
    """(reviewers who said that they are done, reviewers): never what they marked."""
    row = session.execute(
        select(func.count(Member.practiced_at), func.count(Member.id)).where(
            is_present_reviewer(evaluation_id)
        )
    ).one()
    return row[0], row[1]


def leaves_practice_unanswered(member: type[Member]) -> ColumnElement[bool]:
    """Whether the member of each row has not answered all that they are to mark."""
    # Named, or the inner questions would be about anybody's rows: from two levels below, the
    # member of the outermost statement is not found unasked, but joined anew.
    outer = (member, Criterion)
    is_asked = (
        exists()
        .where(
            AssignedCriterion.member_id == member.id,
            AssignedCriterion.criterion_id == Criterion.id,
        )
        .correlate(*outer)
    )
    is_answered = (
        exists()
        .where(PracticeMark.member_id == member.id, PracticeMark.criterion_id == Criterion.id)
        .correlate(*outer)
    )
    return (
        exists()
        .where(
            Criterion.evaluation_id == member.evaluation_id,
            ~Criterion.left_out,
            or_(member.every_criterion, is_asked),
            ~is_answered,
        )
        .correlate(member)
    )


def count_answered_practices(session: Session, evaluation_id: int) -> int:
    """How many reviewers have answered everything that they are to mark: never what."""
    rows = select(func.count(Member.id)).where(
        is_present_reviewer(evaluation_id), ~leaves_practice_unanswered(Member)
    )
    return session.scalar(rows) or 0


@dataclass(frozen=True, slots=True)
class PracticeNote:
    """What somebody wrote, with whom they speak for instead of their name.

    stakeholder: as the round was over; None where it would be a name.
    """

    answer: Answer
    stakeholder: Stakeholder | None
    words: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How a criterion was read: the tally of the made-up vendor, and the notes."""

    criterion: Criterion
    tally: Tally
    notes: tuple[PracticeNote, ...]

    @property
    def read_differently(self) -> bool:
        """Whether some said YES and others NO, or some that it does not apply."""
        return bool(self.tally.yes and self.tally.no) or self.tally.applicability_disputed


def list_practice_spreads(session: Session, evaluation: Evaluation) -> list[Spread]:
    """Every criterion with its spread, what was read most differently first.

    Empty until the round is over: before, nothing that depends on a practice mark leaves here.
    From then on it is of those who were reviewers at that moment.
    """
    if evaluation.practice_shown_at is None:
        return []
    seats = read_past_seats(session, evaluation.id, evaluation.practice_shown_at)
    groups = {key: seat.stakeholder for key, seat in seats.items() if seat.reviewer}
    found = session.scalars(
        select(PracticeMark)
        .join(Member, Member.id == PracticeMark.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    rows = sorted(
        (row for row in found if row.member_id in groups),
        key=lambda row: (row.answer, sort_key(row.note)),
    )
    told = {row.member_id for row in rows}
    named = find_told_groups(groups[key] for key in told)
    marks: dict[int, list[tuple[PracticeMark, Stakeholder | None]]] = {}
    for mark in rows:
        marks.setdefault(mark.criterion_id, []).append((mark, groups[mark.member_id]))
    spreads = [
        _make_spread(criterion, marks.get(criterion.id, []), named)
        for part in list_rubric_parts(session, evaluation.id)
        for criterion in part.criteria
    ]
    return sorted(
        spreads, key=lambda row: (not row.read_differently, -(row.tally.disagreement or 0))
    )


def _make_spread(
    criterion: Criterion,
    marks: list[tuple[PracticeMark, Stakeholder | None]],
    named: Collection[Stakeholder | None],
) -> Spread:
    """The spread. Args: named: groups that stand beside notes."""
    said = [mark.answer for mark, _who in marks]
    tally = Tally(
        yes=said.count(Answer.YES),
        no=said.count(Answer.NO),
        not_applicable=said.count(Answer.NOT_APPLICABLE),
        cannot_tell=said.count(Answer.CANNOT_TELL),
    )
    notes = (
        PracticeNote(mark.answer, who if who in named else None, mark.note)
        for mark, who in marks
        if mark.note
    )
    return Spread(criterion, tally, tuple(notes))
