"""The accounts of the site, and what became of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE
from crrubric.domain.text import key_of, sort_key
from crrubric.models import JournalEntry, User
from crrubric.queries.people.access import make_not_found

LATEST = 50  # changes of accounts, at most
EVENTS = tuple(
    event for event in Event if event.name.startswith("ACCOUNT_") or event is Event.INVITE_ACCEPTED
)


def list_accounts(session: Session, words: str = "") -> list[User]:
    """Everybody who has an account, by name; with words, those whose name or address has them."""
    rows = session.scalars(select(User).where(User.removed_at.is_(None)).order_by(User.id))
    asked = key_of(words)
    found = [row for row in rows if asked in key_of(row.name) or asked in key_of(row.email)]
    return sorted(found, key=lambda row: sort_key(row.name))


def find_account(session: Session, user_id: int) -> User:
    """One account. Raises: NotFound."""
    user = session.get(User, user_id)
    if user is None or user.removed_at is not None:
        raise make_not_found()
    return user


def list_account_changes(session: Session) -> list[JournalEntry]:
    """What was done to accounts lately, in the journal of the site, the newest first."""
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event.in_(EVENTS))
    return list(session.scalars(rows.order_by(JournalEntry.number.desc()).limit(LATEST)))
