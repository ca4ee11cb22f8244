"""When scoring closes: a day that reminds, and an hour after which nothing is taken."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def is_after_closing(moment: datetime, closes_on: date | None, zone: str) -> bool:
    """Whether the closing day was over in this time zone; never where there is none."""
    return closes_on is not None and moment.astimezone(ZoneInfo(zone)).date() > closes_on


def has_ended(now: datetime, ends_at: datetime | None) -> bool:
    """Whether the hard end of scoring is over; never where there is none."""
    return ends_at is not None and now >= ends_at
