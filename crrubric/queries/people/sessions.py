"""Reading the sessions of signed-in people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, true
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.vocabulary import SIGNED_IN_LEVELS
from crrubric.models import User, UserSession
from crrubric.queries.people.district import ShownLogo, make_shown_logo, select_site

IDLE = timedelta(minutes=limits.IDLE_MINUTES)
LONGEST_SESSION = timedelta(hours=limits.SESSION_HOURS)
CONFIRMED_FOR = timedelta(minutes=limits.CONFIRM_MINUTES)

# Made once: every request asks it. What every page needs of the district comes along.
_SITE = select_site().subquery()
_SESSION = (
    select(UserSession, User, *_SITE.c)
    .join(User, User.id == UserSession.user_id)
    .outerjoin(_SITE, true())
    .where(UserSession.token_hash == bindparam("secret"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A session, whose it is, and the district's logo, language and time zone."""

    own: UserSession
    user: User
    logo: ShownLogo | None
    site_language: str | None
    site_zone: str | None


def find_session(session: Session, token_hash: str) -> FoundSession | None:
    """The session with this secret; None if there never was one."""
    row = session.execute(_SESSION, {"secret": token_hash}).one_or_none()
    if row is None:
        return None
    return FoundSession(
        own=row[0],
        user=row[1],
        logo=make_shown_logo(row),
        site_language=row.site_language,
        site_zone=row.site_zone,
    )


def is_in_use(found: UserSession, now: datetime) -> bool:
    """Whether somebody is signed in with this session: not ended, not asleep, not too old."""
    return (
        found.level in SIGNED_IN_LEVELS
        and found.ended_at is None
        and now - found.seen_at <= IDLE
        and now - found.created_at <= LONGEST_SESSION
    )


def is_confirmed(found: UserSession, now: datetime) -> bool:
    """Whether the person of this session has confirmed just now that it is still them."""
    return found.confirmed_at is not None and now - found.confirmed_at <= CONFIRMED_FOR


def list_sessions_in_use(session: Session, user_id: int | None) -> list[UserSession]:
    """The browsers in which a person is signed in, the one that was used last first."""
    now = now_utc()
    rows = select(UserSession).where(
        UserSession.user_id == user_id,
        UserSession.ended_at.is_(None),
        UserSession.seen_at >= now - IDLE,
    )
    found = session.scalars(rows.order_by(UserSession.seen_at.desc(), UserSession.id.desc()))
    return [row for row in found if is_in_use(row, now)]


def find_session_owner(session: Session, token_hash: str) -> int | None:
    """Whose session this is or was."""
    return session.scalar(select(UserSession.user_id).where(UserSession.token_hash == token_hash))
