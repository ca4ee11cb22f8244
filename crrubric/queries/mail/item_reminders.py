"""Action items of which their owners are to be reminded, and the mails that did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, contains_eager

from crrubric.domain.mail.reminders import ITEM_STEPS, LATE_DAYS, PAUSE, find_due_item_step
from crrubric.domain.vocabulary import MailKind
from crrubric.models import ActionItem, Evaluation, ItemReminder, Member, OutgoingMail, User
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.items import is_item_for, is_to_do_for_owner

DAY = timedelta(days=1)  # where the district is, it may be another one than in UTC
Steps = Mapping[tuple[int, int, date], set[int]]  # of an item, for a person, before this day


@dataclass(frozen=True, slots=True)
class DueItem:
    """An action item of which its owner is to be told now, and which step that is."""

    item: ActionItem
    owner: User
    step: int


def list_due_items(
    session: Session, now: datetime, zone: ZoneInfo, *, user_id: int | None = None
) -> dict[int, list[DueItem]]:
    """What everybody is to be reminded of now, by the id of their account, in two queries.

    Nobody who was reminded a short while ago, or turned such reminders off.
    """
    window = ActionItem.due_on.between(
        now.date() - timedelta(days=LATE_DAYS) - DAY,
        now.date() + timedelta(days=max(ITEM_STEPS)) + DAY,
    )
    wanted = select_items_to_do().where(window, ~was_reminded_lately(now))
    if user_id is not None:
        wanted = wanted.where(User.id == user_id)
    rows = session.execute(wanted.order_by(User.id, ActionItem.due_on, ActionItem.id)).all()
    sent = load_sent_steps(session, [item.id for item, _owner in rows])
    due = [
        DueItem(item, owner, step)
        for item, owner in rows
        if (step := find_step_of_item(item, owner, sent, now, zone)) is not None
    ]
    return {key: list(group) for key, group in groupby(due, key=lambda each: each.owner.id)}


def select_items_to_do() -> Select[ActionItem, User]:
    """The items that somebody with an account has to do and may read, with that account."""
    return (
        select(ActionItem, User)
        .join(ActionItem.member)
        .join(ActionItem.evaluation)
        .join(User, User.id == Member.user_id)
        .options(contains_eager(ActionItem.evaluation))
        .where(
            Member.removed_at.is_(None),
            Member.awaits_address.is_(None),
            User.disabled_at.is_(None),
            User.item_mails_off.is_(False),
            is_to_do_for_owner(),
        )
    )


def was_reminded_lately(now: datetime) -> ColumnElement[bool]:
    """Whether a mail about action items was written to the account a short while ago."""
    return (
        select(OutgoingMail.id)
        .where(
            OutgoingMail.user_id == User.id,
            OutgoingMail.kind == MailKind.ITEM_REMINDER,
            OutgoingMail.set_aside_at.is_(None),
            OutgoingMail.created_at > now - PAUSE,
        )
        .exists()
    )


def load_sent_steps(session: Session, items: Sequence[int]) -> Steps:
    """Which steps were written before which due day."""
    found: dict[tuple[int, int, date], set[int]] = {}
    for row in session.scalars(select(ItemReminder).where(ItemReminder.item_id.in_(items))):
        found.setdefault((row.item_id, row.user_id, row.due_on), set()).add(row.step)
    return found


def find_step_of_item(
    item: ActionItem, owner: User, sent: Steps, now: datetime, zone: ZoneInfo
) -> int | None:
    """The step that is due of an item; None if there is none."""
    if item.due_on is None:
        return None
    known = sent.get((item.id, owner.id, item.due_on), set())
    return find_due_item_step(now, item.due_on, zone, recorded=item.recorded_at, sent=known)


def holds_item_reminder(session: Session, mail: OutgoingMail) -> bool:
    """Whether everything that a reminder lists is still to be done by its reader, by that day."""
    listed = select(ItemReminder.item_id).where(ItemReminder.mail_id == mail.id)
    held = (
        select_items_to_do()
        .join(
            ItemReminder,
            and_(ItemReminder.item_id == ActionItem.id, ItemReminder.due_on == ActionItem.due_on),
        )
        .where(ItemReminder.mail_id == mail.id, User.id == mail.user_id)
        .with_only_columns(ActionItem.id)
    )
    return set(session.scalars(listed)) == set(session.scalars(held))


def list_sent_item_reminders(session: Session, seat: Seat, *, most: int = 50) -> list[OutgoingMail]:
    """The newest mails about items of an evaluation that the seat may read."""
    about = (
        select(ItemReminder.mail_id)
        .join(ActionItem, ActionItem.id == ItemReminder.item_id)
        .join(Evaluation, Evaluation.id == ActionItem.evaluation_id)
        .where(ActionItem.evaluation_id == seat.evaluation.id, is_item_for(seat))
    )
    wanted = select(OutgoingMail).where(OutgoingMail.id.in_(about))
    return list(session.scalars(wanted.order_by(OutgoingMail.id.desc()).limit(most)))
