"""Reading the members of an evaluation."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from crrubric.domain.text import email_key, sort_key
from crrubric.models import Member, User
from crrubric.queries.people.people import Actor, is_present_reviewer


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


def find_present_member(session: Session, evaluation_id: int, email: str) -> Member | None:
    """Who of the committee has this address, however it is spelled."""
    return session.scalar(
        select(Member)
        .join(User, User.id == Member.user_id)
        .where(
            Member.evaluation_id == evaluation_id,
            Member.removed_at.is_(None),
            User.email_key == email_key(email),
        )
    )


def find_own_invitations(session: Session, evaluation_id: int) -> frozenset[int]:
    """The members whose links the committee may hand out: its own invitation made the account.

    Nobody has used it, and no other committee ever gave it a seat: whoever held a link would come
    in there as well.
    """
    elsewhere = aliased(Member)
    shared = (
        select(elsewhere.id)
        .where(elsewhere.user_id == Member.user_id, elsewhere.evaluation_id != evaluation_id)
        .exists()
    )
    own = (
        select(Member.id)
        .join(User, User.id == Member.user_id)
        .where(
            Member.evaluation_id == evaluation_id,
            Member.made_account,
            User.unused,
            User.disabled_at.is_(None),
            ~shared,
        )
    )
    return frozenset(session.scalars(own))


def list_waiting_members(session: Session, evaluation_id: int) -> list[Member]:
    """The present members who have not come yet and whose links the committee may hand out."""
    own = find_own_invitations(session, evaluation_id)
    return [
        member
        for member in list_members(session, evaluation_id)
        if member.id in own and member.removed_at is None
    ]


def has_links_of_chairs(session: Session, user_id: int) -> bool:
    """Whether one committee alone, whose invitation made the account, has handed out its links."""
    seats = session.scalars(select(Member.made_account).where(Member.user_id == user_id)).all()
    return list(seats) == [True]


def has_waiting_seat(session: Session, actor: Actor) -> bool:
    """Whether a committee gave the address of the actor's account a seat that waits for a proof."""
    seat = (
        select(Member.id)
        .join(User, User.id == Member.user_id)
        .where(
            User.id == actor.user_id,
            Member.awaits_address == User.email_key,
            Member.removed_at.is_(None),
        )
    )
    return session.scalar(seat.limit(1)) is not None


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
