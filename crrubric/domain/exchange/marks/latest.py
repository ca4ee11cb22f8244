"""Which of several answers of one person is the latest."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

_SLASHED = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp]\.?\s?[Mm])?)?"
)


class Answered(NamedTuple):
    """An answer: when it was given, as written, and the place of its row in the file."""

    time: str
    row: tuple[int, int]


def find_latest(answers: Iterable[Answered], *, day_first: bool) -> Answered:
    """The one with the latest time; without a time that can be read, the last in the file."""
    return max(answers, key=lambda each: (read_time(each.time, day_first=day_first), each.row))


def comes_day_first(times: Iterable[str]) -> bool:
    """Whether days come before months, as in 31/12/2027: so where one of them says so."""
    return any((found := _SLASHED.match(time)) and int(found[1]) > 12 for time in times)


def read_time(text: str, *, day_first: bool) -> datetime:
    """A time as forms export it; the first there is for what is none. Zones are left out."""
    found = _SLASHED.match(text.strip())
    try:
        if found is None:
            return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (one, two) if day_first or one > 12 else (two, one)
        hour, minute, second = (int(part or 0) for part in found.groups()[3:6])
        if found[7]:
            hour = hour % 12 + 12 * (found[7][0].lower() == "p")
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # compared alone
    except ValueError:
        return datetime.min  # noqa: DTZ901  # compared alone
