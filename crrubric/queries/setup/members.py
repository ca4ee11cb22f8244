"""Reading the members of an evaluation."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.models import Member
from crrubric.queries.people.people import is_present_reviewer


def list_members(session: Session, evaluation_id: int) -> list[Member]:
    """Everybody who is or was a member, with their accounts, in the order of invitation."""
    return list(
        session.scalars(
            select(Member)
            .options(joinedload(Member.user))
            .where(Member.evaluation_id == evaluation_id)
            .order_by(Member.id)
        )
    )


def list_present_members(session: Session, evaluation_id: int) -> list[Member]:
    """The members who were not removed, by name."""
    return list(
        session.scalars(
            select(Member)
            .where(Member.evaluation_id == evaluation_id, Member.removed_at.is_(None))
            .order_by(Member.name, Member.id)
        )
    )


def list_present_reviewers(session: Session, evaluation_id: int) -> list[Member]:
    """The reviewers whose ballots count, by name."""
    return list(
        session.scalars(
            select(Member)
            .where(is_present_reviewer(evaluation_id))
            .order_by(Member.name, Member.id)
        )
    )
