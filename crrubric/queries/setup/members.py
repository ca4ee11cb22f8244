"""Reading the members of an evaluation."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.text import sort_key
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
    return _sort_by_name(
        session.scalars(
            select(Member)
            .where(Member.evaluation_id == evaluation_id, Member.removed_at.is_(None))
            .order_by(Member.id)
        )
    )


def list_present_reviewers(session: Session, evaluation_id: int) -> list[Member]:
    """The reviewers whose ballots count, by name."""
    return _sort_by_name(
        session.scalars(
            select(Member).where(is_present_reviewer(evaluation_id)).order_by(Member.id)
        )
    )


def _sort_by_name(members: Iterable[Member]) -> list[Member]:
    return sorted(members, key=lambda member: sort_key(member.name))
