"""The seats of a person on committees that have not decided yet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.policy import FROM_DECIDED
from crrubric.models import Evaluation, Member
from crrubric.queries.people.access import lock_evaluation
from crrubric.queries.people.people import has_seat


def lock_open_seats(session: Session, user_id: int | None) -> list[Member]:
    """A person's present seats, their evaluations held in one order for everybody."""
    seats = (
        select(Member, Evaluation.slug)
        .join(Evaluation, Evaluation.id == Member.evaluation_id)
        .where(has_seat(user_id), Evaluation.deleted_at.is_(None))
        .order_by(Evaluation.id)
    )
    return [
        member
        for member, slug in session.execute(seats).all()
        if lock_evaluation(session, slug, exclusive=True).phase not in FROM_DECIDED
    ]
