"""What stands in calendars: closing days, meetings and review days that a person may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from crrubric.domain.actions import Action
from crrubric.domain.planning.followup.measures import SUCCESS
from crrubric.domain.planning.followup.reviews import REVIEWS, read_review_day
from crrubric.domain.policy import OPEN_WORK, is_allowed
from crrubric.domain.vocabulary import Phase
from crrubric.models import (
    CalendarFeed,
    Evaluation,
    Meeting,
    Member,
    PlanAssignment,
    PlanVersion,
    User,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import Actor, has_seat, list_roles
from crrubric.queries.planning.proposals import read_plan_rows
from crrubric.queries.planning.workbook import Workbook, load_newest_versions, load_plan_rights


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """A day of the plan on which the program is looked at."""

    evaluation: Evaluation
    on: date
    about: str


@dataclass(frozen=True, slots=True)
class CommitteeDays:
    """What one person's committees have before them: whose scoring closes, and review days."""

    closing: Sequence[Evaluation]
    reviews: Sequence[ReviewDay]


def find_calendar_feed(session: Session, user_id: int | None) -> CalendarFeed | None:
    """The link of a person's calendar, if there is one."""
    return session.get(CalendarFeed, user_id) if user_id is not None else None


def find_feed_owner(session: Session, token_hash: str) -> User | None:
    """Whose calendar the link with this hash reads; nobody's if the account is disabled."""
    return session.scalar(
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == token_hash, User.disabled_at.is_(None))
    )


def is_closing_ahead(evaluation: Evaluation) -> bool:
    """Whether an evaluation has a closing day and is not past it: later, the day is no help."""
    return evaluation.closes_on is not None and evaluation.phase in OPEN_WORK


def list_meetings_for(session: Session, seat: Seat) -> Sequence[Meeting]:
    """The meetings of which the seat may read, as they were held."""
    if not seat.may(Action.FOLLOW_MEETING):
        return ()
    wanted = select(Meeting).where(Meeting.evaluation_id == seat.evaluation.id)
    return session.scalars(wanted.order_by(Meeting.started_at)).all()


def list_review_days(session: Session, seat: Seat) -> list[ReviewDay]:
    """The review days of the plan, if the seat may read that section."""
    if not load_plan_rights(session, seat).may_read(SUCCESS):
        return []
    versions = load_newest_versions(session, [seat.evaluation.id], SUCCESS)
    return read_review_days([seat.evaluation], versions)


def read_review_days(
    evaluations: Sequence[Evaluation], versions: Sequence[PlanVersion]
) -> list[ReviewDay]:
    """The days that the newest answers name. Rows without a day are left out."""
    by_id = {evaluation.id: evaluation for evaluation in evaluations}
    return [
        ReviewDay(by_id[version.evaluation_id], on, row.get("about", ""))
        for version in versions
        for row in read_plan_rows(Workbook({SUCCESS: version}), SUCCESS, REVIEWS)
        if (on := read_review_day(row)) is not None
    ]


def load_committee_days(session: Session, actor: Actor) -> CommitteeDays:
    """The days of all committees on which the person has a seat, in as many queries for any
    number of them."""
    seats = session.scalars(
        select(Member)
        .join(Member.evaluation)
        .where(
            has_seat(actor.user_id),
            Evaluation.deleted_at.is_(None),
            Evaluation.phase != Phase.ARCHIVED,
        )
        .options(contains_eager(Member.evaluation))
        .order_by(Evaluation.id)
    ).all()
    readable = list_review_readers(session, seats)
    versions = load_newest_versions(session, [row.id for row in readable], SUCCESS)
    closing = [seat.evaluation for seat in seats if is_closing_ahead(seat.evaluation)]
    return CommitteeDays(closing, read_review_days(readable, versions))


def list_review_readers(session: Session, seats: Sequence[Member]) -> list[Evaluation]:
    """The evaluations of those seats that may read the review days of the plan."""
    asked = select(PlanAssignment.member_id).where(
        PlanAssignment.section == SUCCESS,
        PlanAssignment.member_id.in_([seat.id for seat in seats]),
    )
    members = set(session.scalars(asked))
    return [
        seat.evaluation
        for seat in seats
        if seat.id in members
        or is_allowed(list_roles(seat), seat.evaluation.phase, Action.VIEW_WHOLE_PLAN)
    ]
