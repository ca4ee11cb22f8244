"""Reading the members of an evaluation."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from crrubric.clock import now_utc
from crrubric.domain.text import email_key, sort_key
from crrubric.models import Invite, Member, User
from crrubric.queries.people.access import Seat
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


def find_run_out_invitations(session: Session, own: Collection[int]) -> frozenset[int]:
    """Those of `find_own_invitations` who have no link any more that would let them in."""
    if not own:
        return frozenset()
    live = select(Invite.id).where(
        Invite.user_id == Member.user_id, Invite.used_at.is_(None), Invite.expires_at > now_utc()
    )
    return frozenset(session.scalars(select(Member.id).where(Member.id.in_(own), ~live.exists())))


def list_waiting_members(session: Session, evaluation_id: int) -> list[Member]:
    """The present members who have not come yet and whose links the committee may hand out."""
    own = find_own_invitations(session, evaluation_id)
    return [
        member
        for member in list_members(session, evaluation_id)
        if member.id in own and member.removed_at is None
    ]


def is_reviewer_to_come(member: type[Member]) -> ColumnElement[bool]:
    """Whether the member, joined with their account, is a reviewer who can't sign in to it yet.

    Nobody has used the account, or it is not certain yet that the address is theirs.
    """
    waits = or_(User.unused, member.awaits_address.is_not(None))
    present = and_(member.is_reviewer, member.removed_at.is_(None))
    return and_(present, User.disabled_at.is_(None), waits)


def list_reviewers_to_come(session: Session, evaluation_id: int) -> list[Member]:
    """The reviewers who have not signed up yet, by name."""
    found = select(Member).join(User, User.id == Member.user_id)
    mine = and_(Member.evaluation_id == evaluation_id, is_reviewer_to_come(Member))
    return _sort_by_name(session.scalars(found.where(mine).order_by(Member.id)))


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


def list_members_to_renew(session: Session, seat: Seat) -> list[Member]:
    """The members whom a renewal of the evaluation invites, by name: those with an account that
    works, without the person who renews it."""
    return _sort_by_name(
        session.scalars(
            select(Member)
            .join(Member.user)
            .where(
                Member.evaluation_id == seat.evaluation.id,
                Member.removed_at.is_(None),
                User.disabled_at.is_(None),
                User.id != seat.actor.user_id,
            )
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
