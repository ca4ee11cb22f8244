"""What must not live again when a backup is brought back, and that the record tells of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.models import CalendarFeed, ImportDraft, Invite, User, UserSession
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.backups import BackupFacts
from crrubric.services.mail.item_reminders import pass_over_item_reminders
from crrubric.services.mail.outbox import RESTORED, set_aside_after_restoring
from crrubric.services.mail.reminders import pass_over_due_reminders
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

# what is told of it -> (what tells one from another, in words) of all that there are
RETURNING = {
    "Is there again, and was not": "SELECT id, '“' || title || '”' FROM evaluation",
    "Can sign in again, and could not before": """
        SELECT email_key, email_key FROM user_account WHERE disabled_at IS NULL""",
    "Administers the site again, and did not before": """
        SELECT id, email_key FROM user_account WHERE standing = 'ADMINISTRATOR'""",
    "Signs in again with a passkey that was ended": """
        SELECT credential_id, email_key || ', “' || passkey.name || '”'
        FROM passkey JOIN user_account ON user_account.id = user_id""",
    "Signs in again with an account that was disconnected": """
        SELECT issuer || ' ' || subject, email_key || ', ' || issuer
        FROM external_identity JOIN user_account ON user_account.id = user_id""",
    "Signs in with one step again, and had two": """
        SELECT id, email_key FROM user_account
        WHERE id NOT IN (SELECT user_id FROM passkey)
        AND id NOT IN (SELECT user_id FROM authenticator_app WHERE confirmed_at IS NOT NULL)""",
    "Signs in again with a former password": """
        SELECT id || ' ' || password_hash, email_key FROM user_account
        WHERE disabled_at IS NULL AND password_hash IS NOT NULL""",
    "Sits on a committee again, and was removed from it": """
        SELECT member.id, member.name || ', “' || title || '”'
        FROM member JOIN evaluation ON evaluation.id = member.evaluation_id
        WHERE removed_at IS NULL AND user_id IS NOT NULL""",
    "Chairs a committee again, and did not before": """
        SELECT member.id, member.name || ', “' || title || '”'
        FROM member JOIN evaluation ON evaluation.id = member.evaluation_id
        WHERE removed_at IS NULL AND user_id IS NOT NULL AND is_chair""",
}
# what kept somebody from something, and is lost with what was stored since; told likewise
LOST = {
    "Has roles for names in its memo no more, and had": """
        SELECT id, '“' || title || '”' FROM evaluation WHERE NOT names_people""",
    "Stays away from a vendor no more, and did": """
        SELECT member_id || ' ' || vendor_id,
            member.name || ', ' || trim(vendor.company || ' ' || vendor.product)
            || ', “' || title || '”'
        FROM declaration JOIN member ON member.id = member_id JOIN vendor ON vendor.id = vendor_id
            JOIN evaluation ON evaluation.id = member.evaluation_id
        WHERE kind = 'CONFLICT' AND waived_at IS NULL AND removed_at IS NULL""",
    "Has its prices sealed no more, and had": """
        SELECT id, '“' || title || '”' FROM evaluation
        WHERE prices_sealed AND prices_opened_at IS NULL""",
    "Is blacked out no more in copies for the public, and was": """
        SELECT evaluation_id || ' ' || entry || ' ' || pointer,
            'a text of entry ' || entry || ', “' || title || '”'
        FROM redaction JOIN evaluation ON evaluation.id = evaluation_id""",
}
Reader = Callable[[str], Mapping[str, str] | None]  # the pairs that a statement gives, if it can


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedThings:
    """How many of each ended with a restoration."""

    sessions: int
    links: int
    calendars: int
    mails: int


def finish_restoration(
    backup: BackupFacts, sha256: str, now: datetime | None = None
) -> EndedThings:
    """End what may have ended since the backup was made, and note that it was brought back.

    Sessions, one-time links and links of calendars: whoever closed one since, or gave it up because
    somebody else had it, would find it open again. Files that were not taken yet are gone. Mails
    that wait, and reminders that have fallen due: they may have gone out. The database of the
    current app is the one that was brought back.

    Args: now: only tests say another time.
    """
    with unit_of_work() as session:
        now = now or now_utc()
        ended = EndedThings(
            sessions=_end_all_sessions(session, now),
            links=_end_all_links(session, now),
            calendars=_end_all_calendars(session),
            mails=_end_all_mails(session, now),
        )
        session.execute(delete(ImportDraft))
        note_event(session, OPERATOR, Event.SITE_RESTORED, after=_tell_backup(backup, sha256))
    return ended


def _tell_backup(backup: BackupFacts, sha256: str) -> Mapping[str, str | None]:
    newest = backup.newest.isoformat() if backup.newest else None
    return {"newest": newest, "sha256": sha256}


def _end_all_sessions(session: Session, now: datetime) -> int:
    """Everybody signs in again; a sign-in that was under way leads nowhere."""
    session.execute(update(User).values(sign_in_version=User.sign_in_version + 1))
    count = session.scalar(select(func.count(UserSession.id)).where(UserSession.ended_at.is_(None)))
    session.execute(update(UserSession).where(UserSession.ended_at.is_(None)).values(ended_at=now))
    return count or 0


def _end_all_links(session: Session, now: datetime) -> int:
    """Links with which people choose a password, or prove an address; how many still worked."""
    unused = Invite.used_at.is_(None)
    count = session.scalar(select(func.count(Invite.id)).where(unused, Invite.expires_at > now))
    session.execute(update(Invite).where(unused).values(used_at=now))
    return count or 0


def _end_all_calendars(session: Session) -> int:
    count = session.scalar(select(func.count(CalendarFeed.user_id)))
    session.execute(delete(CalendarFeed))
    return count or 0


def _end_all_mails(session: Session, now: datetime) -> int:
    """Those that wait, and reminders that are due and not yet written."""
    return (
        set_aside_after_restoring(session, now)
        + pass_over_due_reminders(session, now, RESTORED)
        + pass_over_item_reminders(session, now, RESTORED)
    )


def list_returning_things(before: Reader, back: Reader) -> tuple[str, ...]:
    """A line for each evaluation, way in, seat and power over the site that a backup has and the
    former database has not: it was removed, or taken from somebody, since; and for each thing that
    kept somebody out, or a text hidden, and that the backup has not. Nothing where that can't be
    read.

    Args: before: asks the former database, back: the one that was brought back.
    """
    told: list[str] = []
    asked = [*((RETURNING, wanted) for wanted in RETURNING), *((LOST, wanted) for wanted in LOST)]
    for kind, words in asked:
        more, less = (back, before) if kind is RETURNING else (before, back)
        there, missing = more(kind[words]), less(kind[words])
        if there is not None and missing is not None:
            told += [f"{words}: {there[key]}" for key in there.keys() - missing.keys()]
    return tuple(sorted(told))
