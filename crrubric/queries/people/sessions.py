"""Reading the sessions of signed-in people, by the hash of their secret."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crrubric.models import User, UserSession

# Made once: every request asks it.
_SESSION = (
    select(UserSession, User)
    .join(User, User.id == UserSession.user_id)
    .where(UserSession.token_hash == bindparam("secret"))
)


def find_session(session: Session, token_hash: str) -> tuple[UserSession, User] | None:
    """The session with this secret and whose it is; None if there never was one."""
    row = session.execute(_SESSION, {"secret": token_hash}).one_or_none()
    return None if row is None else (row[0], row[1])


def find_session_owner(session: Session, token_hash: str) -> int | None:
    """Whose session this is or was."""
    return session.scalar(select(UserSession.user_id).where(UserSession.token_hash == token_hash))
