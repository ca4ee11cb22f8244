"""Reading evaluations: who sees which, what is missing, how far ballots are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, case, func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.people.tasks import Task, TaskKind
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.setup.closing import is_after_closing
from crrubric.domain.setup.lifecycle import Readiness
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import BallotState, CorrectionEffect, Phase
from crrubric.models import (
    Ballot,
    Commitment,
    Criterion,
    Decision,
    Deferral,
    EntryOnBehalf,
    Evaluation,
    Finding,
    JournalEntry,
    Mark,
    Meeting,
    Member,
    MustHaveVote,
    Narrative,
    Reinstatement,
    RubricRevision,
    Vendor,
)
from crrubric.queries.ballots.ballots import is_vendor_in_selection
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import Actor, has_seat, is_present_reviewer
from crrubric.queries.people.waiting import load_tasks
from crrubric.queries.setup.assignments import count_assigned_criteria
from crrubric.queries.setup.closing_days import find_closing_day, list_closing_moves
from crrubric.queries.setup.rubrics import SINCE_OPENING


def load_readiness(session: Session, evaluation_id: int) -> Readiness:
    """The counts that conditions and checklist look at, in one query."""

    def count(model: type, *conditions: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
        return select(func.count()).select_from(model).where(*conditions).scalar_subquery()

    vendors_of = select(Vendor.id).where(Vendor.evaluation_id == evaluation_id)
    in_rubric = (Criterion.evaluation_id == evaluation_id, Criterion.left_out.is_(False))
    row = session.execute(
        select(
            count(Criterion, *in_rubric).label("criteria"),
            count(Criterion, *in_rubric, Criterion.weight > 0).label("weighted_criteria"),
            count(
                Vendor, Vendor.evaluation_id == evaluation_id, Vendor.withdrawn_at.is_(None)
            ).label("vendors"),
            count(Member, is_present_reviewer(evaluation_id)).label("reviewers"),
            Evaluation.rule_set_at.is_not(None).label("rule_set"),
            select(func.count(Mark.id))
            .join(Ballot, Ballot.id == Mark.ballot_id)
            .join(Member, Member.id == Ballot.member_id)
            .where(Member.evaluation_id == evaluation_id)
            .scalar_subquery()
            .label("marks"),
            select(func.count(Ballot.id))
            .join(Member, Member.id == Ballot.member_id)
            .where(Member.evaluation_id == evaluation_id, Ballot.seals > 0)
            .scalar_subquery()
            .label("sealed"),
            (
                count(Meeting, Meeting.evaluation_id == evaluation_id)
                + count(Finding, Finding.vendor_id.in_(vendors_of))
                + count(Deferral, Deferral.vendor_id.in_(vendors_of))
                + count(Commitment, Commitment.vendor_id.in_(vendors_of))
                + count(Reinstatement, Reinstatement.vendor_id.in_(vendors_of))
                + count(Decision, Decision.evaluation_id == evaluation_id)
                + count(Narrative, Narrative.vendor_id.in_(vendors_of))
                # once they are open, none is typed any more: it was never sealed
                + case((Evaluation.prices_opened_at.is_not(None), 1), else_=0)
            ).label("settled"),
            (count(Decision, Decision.evaluation_id == evaluation_id) > 0).label("recommendation"),
            Evaluation.retain_until.is_not(None).label("retention"),
            Evaluation.shown_at.is_not(None).label("shown"),
            Evaluation.in_place,
            (
                count(
                    MustHaveVote,
                    MustHaveVote.evaluation_id == evaluation_id,
                    MustHaveVote.closed_at.is_(None),
                )
                > 0
            ).label("voting"),
        ).where(Evaluation.id == evaluation_id)
    ).one()
    return Readiness(**row._asdict())


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvaluation:
    """One line of the home page: an evaluation, my seat in it, what waits for me there."""

    evaluation: Evaluation
    member: Member
    ballots: int  # mine that are not recused
    submitted: int
    begun: bool  # whether there is a mark on any of them
    tasks: tuple[Task, ...]

    @property
    def waiting(self) -> bool:
        """Whether ballots wait for me now."""
        return any(task.kind is TaskKind.SCORE for task in self.tasks)

    @property
    def closable(self) -> bool:
        """Whether scoring waits to be closed by me."""
        return any(task.kind is TaskKind.CLOSE_SCORING for task in self.tasks)


def list_own_evaluations(session: Session, actor: Actor) -> list[OwnEvaluation]:
    """Every evaluation in which the actor has a seat, in two queries: where something waits first.

    Within that, what is under way comes first.
    """
    done = func.sum(case((Ballot.state == BallotState.SUBMITTED, 1), else_=0))
    begun = (
        select(Mark.id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .where(Ballot.member_id == Member.id)
        .correlate(Member)
        .exists()
    )
    rows = session.execute(
        select(Evaluation, Member, func.count(Ballot.id), func.coalesce(done, 0), begun)
        .join(Member, Member.evaluation_id == Evaluation.id)
        .outerjoin(
            Ballot, (Ballot.member_id == Member.id) & ~Ballot.recused & is_vendor_in_selection()
        )
        .where(has_seat(actor.user_id), Evaluation.deleted_at.is_(None))
        .group_by(Evaluation.id, Member.id)
        .order_by(Evaluation.id.desc())
    ).all()
    order = (
        Phase.SCORING,
        Phase.MEETING,
        Phase.SETUP,
        Phase.PRACTICE,
        Phase.DECIDED,
        Phase.ARCHIVED,
    )
    tasks = load_tasks(session, actor)
    own = [
        OwnEvaluation(
            evaluation=evaluation,
            member=member,
            ballots=ballots,
            submitted=submitted,
            begun=begun_already or submitted > 0,
            tasks=tasks.get(evaluation.id, ()),
        )
        for evaluation, member, ballots, submitted, begun_already in rows
    ]
    return sorted(own, key=lambda row: (not row.tasks, order.index(row.evaluation.phase)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotProgress:
    """One ballot in the chair's progress table: how many marks, never which."""

    member: Member
    vendor: Vendor
    ballot_id: int
    state: BallotState
    recused: bool
    seals: int
    marks: int
    entered: bool  # the present version was entered on the reviewer's behalf
    confirmed: bool  # and the reviewer confirmed it
    late: bool  # submitted after the closing day of that time
    informed: bool  # changed after the committee had seen the ballots; told in the meeting

    @property
    def by_vendor(self) -> tuple[int, "BallotProgress"]:
        """(vendor id, this), to look a reviewer's ballots up by vendor."""
        return self.vendor.id, self


def list_ballot_progress(session: Session, seat: Seat) -> list[BallotProgress]:
    """Every ballot with its number of marks, by reviewer and vendor, in three queries.

    Nothing of the vendors that the person stays away from. A mark that a correction left out or
    set aside still counts: a number that fell would tell who had marked the criterion.
    """
    marks = (
        select(Mark.ballot_id, func.count().label("marks"))
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Criterion.evaluation_id == seat.evaluation.id)
        .group_by(Mark.ballot_id)
        .subquery()
    )
    aside = count_marks_set_aside(session, seat.evaluation.id)
    found = session.execute(
        select(
            Member,
            Vendor,
            Ballot.id.label("ballot_id"),
            Ballot.state,
            Ballot.recused,
            Ballot.seals,
            Ballot.submitted_at,
            Ballot.changed_after_shown_at.is_not(None).label("informed"),
            func.coalesce(marks.c.marks, 0).label("marks"),
            EntryOnBehalf.id.is_not(None).label("entered"),
            EntryOnBehalf.confirmed_at.is_not(None).label("confirmed"),
        )
        .select_from(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .outerjoin(marks, marks.c.ballot_id == Ballot.id)
        .outerjoin(
            EntryOnBehalf,
            (EntryOnBehalf.ballot_id == Ballot.id) & (EntryOnBehalf.number == Ballot.seals),
        )
        .where(is_present_reviewer(seat.evaluation.id), Vendor.withdrawn_at.is_(None))
        .where(Ballot.vendor_id.not_in(seat.shut_out))
        .order_by(Member.id, Vendor.position)
    )
    moved = list_closing_moves(session, seat.evaluation)
    zone = seat.evaluation.district.time_zone

    def is_late(moment: datetime) -> bool:
        return is_after_closing(moment, find_closing_day(seat.evaluation, moved, moment), zone)

    return [
        BallotProgress(
            member=row.Member,
            vendor=row.Vendor,
            ballot_id=row.ballot_id,
            state=row.state,
            recused=row.recused,
            seals=row.seals,
            marks=row.marks + aside.get((row.Member.id, row.Vendor.id), 0),
            late=row.submitted_at is not None and is_late(row.submitted_at),
            informed=row.informed and seat.evaluation.phase in FROM_MEETING,
            entered=row.entered,
            confirmed=row.confirmed,
        )
        for row in sorted(found, key=lambda row: sort_key(row.Member.name))
    ]


def count_marks_set_aside(session: Session, evaluation_id: int) -> dict[tuple[int, int], int]:
    """Per member and vendor, the criteria whose mark a correction set aside and that have none.

    Not on ballots that went as the evaluation stepped back to set-up: these are others.
    """
    entry = JournalEntry
    opened = select(Evaluation.opened_at).where(Evaluation.id == evaluation_id).scalar_subquery()
    again = (
        select(Mark.id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .where(
            Ballot.member_id == entry.member_id,
            Ballot.vendor_id == entry.vendor_id,
            Mark.criterion_id == entry.criterion_id,
        )
        .exists()
    )
    rows = session.execute(
        select(entry.member_id, entry.vendor_id, func.count(entry.criterion_id.distinct()))
        .where(entry.evaluation_id == evaluation_id, entry.event == Event.MARK_SET_ASIDE, ~again)
        .where(entry.at >= opened)
        .group_by(entry.member_id, entry.vendor_id)
    )
    return {(member, vendor): count for member, vendor, count in rows if member and vendor}


def count_progress_criteria(session: Session, evaluation_id: int) -> dict[int, int]:
    """How many criteria each reviewer's progress counts, by member id.

    Also those that were left out since ballots opened.
    """
    left_out = session.scalars(
        select(RubricRevision.criterion_id).where(
            RubricRevision.evaluation_id == evaluation_id,
            RubricRevision.effect == CorrectionEffect.LEAVE_OUT,
            SINCE_OPENING,
        )
    ).all()
    return count_assigned_criteria(session, evaluation_id, left_out)
