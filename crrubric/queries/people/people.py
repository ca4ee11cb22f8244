"""Who is acting, and what they are in an evaluation."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from crrubric.domain.vocabulary import Role, Standing
from crrubric.models import District, Member, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a signed-in person, or the operator at the server's console (no id)."""

    user_id: int | None
    name: str
    standing: Standing


OPERATOR = Actor(None, "operator", Standing.ADMINISTRATOR)
# What happens by the clock, such as a reminder before the closing day.
CLOCKWORK = Actor(None, "crrubric", Standing.MEMBER)


def actor_of(user: User) -> Actor:
    """The signed-in person as an actor."""
    return Actor(user.id, user.name, user.standing)


def is_present_reviewer(evaluation_id: int) -> ColumnElement[bool]:
    """Which members' ballots count: present reviewers. Others' marks stay in the record."""
    return and_(
        Member.evaluation_id == evaluation_id, Member.is_reviewer, Member.removed_at.is_(None)
    )


def has_seat(user_id: int | None) -> ColumnElement[bool]:
    """Which seats a person has now: neither taken away, nor waiting for a proof of the address."""
    return and_(
        Member.user_id == user_id, Member.removed_at.is_(None), Member.awaits_address.is_(None)
    )


def roles_of(actor: Actor, member: Member | None) -> frozenset[Role]:
    """What the actor is in the evaluation of `member`; nothing at all for a stranger."""
    if actor.user_id is None:
        return frozenset({Role.OPERATOR})
    return list_roles(member) if member is not None else frozenset()


def list_roles(member: Member) -> frozenset[Role]:
    """The roles of a seat; who neither chairs nor scores observes."""
    roles = {Role.CHAIR} if member.is_chair else set()
    if member.is_reviewer:
        roles.add(Role.REVIEWER)
    return frozenset(roles or {Role.OBSERVER})


def load_time_zone_name(session: Session) -> str | None:
    """The time zone in which the site's people read times."""
    return session.scalar(select(District.time_zone).order_by(District.id).limit(1))


def load_site_zone(session: Session) -> ZoneInfo:
    """The same, in which days of the site begin and end."""
    return ZoneInfo(load_time_zone_name(session) or "UTC")


def require_user(actor: Actor) -> int:
    """The account of somebody who has a seat. Raises: ValueError for the operator."""
    if actor.user_id is None:
        raise ValueError(actor.name)
    return actor.user_id
