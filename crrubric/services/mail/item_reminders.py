"""Reminding owners of action items: a week before the due day, on it, and once after it.

One mail lists everything of which a person is to be told at the time, of all their committees.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.mail.item_mails import ItemLine, compose_item_reminder
from crrubric.domain.mail.mails import SITE_NAME, MailContext, MailText, clean_header_line
from crrubric.domain.vocabulary import MailKind
from crrubric.models import ItemReminder, OutgoingMail, User
from crrubric.queries.mail.item_reminders import DueItem, holds_item_reminder, list_due_items
from crrubric.queries.people.district import find_named_district, find_site_language
from crrubric.queries.people.people import load_site_zone
from crrubric.services.mail.outbox import NO_USE, set_aside_mail, site_url, use_language
from crrubric.services.shared.unit import unit_of_work


def write_due_item_reminders(now: datetime | None = None) -> int:
    """Write the reminders of action items that have fallen due; how many.

    One person is one transaction. Args: now: only tests say another time.
    """
    at = now or now_utc()
    with unit_of_work() as session:
        people = sorted(list_due_items(session, at, load_site_zone(session)))
    return sum(_write_item_reminder(user_id, at) for user_id in people)


def _write_item_reminder(user_id: int, now: datetime) -> bool:
    with unit_of_work() as session:
        # held, so that two who write at the same time do not write twice
        user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        zone = load_site_zone(session)
        due = list_due_items(session, now, zone, user_id=user_id).get(user_id)
        if not due:
            return False
        _queue_item_reminder(session, user, due, now, zone)
    return True


def pass_over_item_reminders(session: Session, now: datetime, why: str) -> int:
    """Take the reminders of action items that have fallen due for sent; how many there are.

    Args: why: a text to translate.
    """
    zone = load_site_zone(session)
    due = list_due_items(session, now, zone)
    for user_id, items in due.items():
        user = session.get_one(User, user_id)
        set_aside_mail(_queue_item_reminder(session, user, items, now, zone), why)
    return len(due)


def _queue_item_reminder(
    session: Session, user: User, due: Sequence[DueItem], now: datetime, zone: ZoneInfo
) -> OutgoingMail:
    """Write one mail about all of them, and that it told of each."""
    mail = write_item_text(session, user, due, now, zone)
    row = OutgoingMail(
        dedup_key=f"items-{user.id}-{token_hex(16)}",
        kind=MailKind.ITEM_REMINDER,
        user_id=user.id,
        to_name=clean_header_line(user.name),
        to_address=user.email,
        subject=mail.subject,
        body=mail.body,
        vendors=[],
        created_at=now,
        due_at=now,
        next_try_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        ItemReminder(
            item_id=each.item.id,
            user_id=user.id,
            due_on=each.item.due_on,
            step=each.step,
            mail_id=row.id,
        )
        for each in due
    )
    return row


def write_item_text(
    session: Session, user: User, due: Sequence[DueItem], now: datetime, zone: ZoneInfo
) -> MailText:
    """The mail in the language of the person."""
    district = find_named_district(session)
    name = district.name if district else SITE_NAME
    to = MailContext(user.name, name, name, f"{site_url()}/")
    lines = [
        ItemLine(each.item.words, each.item.due_on, each.item.evaluation.title)
        for each in due
        if each.item.due_on is not None
    ]
    languages = current_settings().LANGUAGES
    chosen = user.language if user.language in languages else None
    with use_language(chosen or find_site_language(session, languages)) as say:
        return compose_item_reminder(say, to, lines, now.astimezone(zone).date())


def drop_stale_item_reminder(session: Session, mail: OutgoingMail) -> bool:
    """Set a reminder aside of which something holds no more; whether so.

    What still holds is told by another one: the next round writes it.
    """
    if mail.kind is not MailKind.ITEM_REMINDER or holds_item_reminder(session, mail):
        return False
    session.execute(delete(ItemReminder).where(ItemReminder.mail_id == mail.id))
    set_aside_mail(mail, NO_USE)
    return True
