"""Which reminder is due, before a closing day or about an action item: no database."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# so many days before the closing day, in the order of the calendar
STEPS = (5, 2, 0)
# so many days before an action item is due, and once after it
ITEM_STEPS = (7, 0, -1)
LATE_DAYS = 7  # later nobody is told any more that an item is overdue
HOUR = time(8)  # where the district is
# Nobody is reminded twice within this time, by whomever.
PAUSE = timedelta(hours=12)


def find_due_step(
    now: datetime, closes_on: date, zone: ZoneInfo, *, opened: datetime, sent: AbstractSet[int]
) -> int | None:
    """The step that is to be sent now; None if there is none.

    Only the latest whose morning has come: what was missed before it is not made up for. None
    once the closing day is over, and none whose morning came before ballots opened.
    Args: now, opened: aware; sent: the steps that this person was sent already.
    """
    if now.astimezone(zone).date() > closes_on:
        return None
    come = [step for step in STEPS if opened < step_due_time(closes_on, step, zone) <= now]
    return come[-1] if come and come[-1] not in sent else None


def find_due_item_step(
    now: datetime, due_on: date, zone: ZoneInfo, *, recorded: datetime, sent: AbstractSet[int]
) -> int | None:
    """The step of an action item of which its owner is to be told now; None if there is none.

    Only the latest whose morning has come, and none whose morning came before it was recorded.
    Args: now, recorded: aware; sent: the steps of which this person was told already.
    """
    if now.astimezone(zone).date() > due_on + timedelta(days=LATE_DAYS):
        return None
    mornings = [(step, step_due_time(due_on, step, zone)) for step in ITEM_STEPS]
    come = [step for step, morning in mornings if recorded < morning <= now]
    return come[-1] if come and come[-1] not in sent else None


def step_due_time(closes_on: date, step: int, zone: ZoneInfo) -> datetime:
    """When a step falls due: eight in the morning of its day, by the district's clocks."""
    return datetime.combine(closes_on - timedelta(days=step), HOUR, tzinfo=zone)


def may_remind_again(now: datetime, last: datetime | None) -> bool:
    """Whether a person whose last reminder was then may be reminded again."""
    return last is None or now - last >= PAUSE
