"""What stands in a calendar: days and meetings, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A day, or a meeting with its hours. uid: stays the same whatever else changes.

    sequence: grows with each change that somebody recorded.
    """

    uid: str
    title: str
    starts: date | datetime
    ends: datetime | None = None
    place: str = ""
    note: str = ""
    sequence: int = 0


def make_entry_uid(kind: str, row_id: int, made_at: datetime, part: str = "") -> str:
    """What tells an entry from all others of the world: two sites number their rows alike."""
    parts = [kind, str(row_id), *([part] if part else []), f"{made_at:%Y%m%dT%H%M%S}"]
    return f"{'-'.join(parts)}@crrubric"
