"""Which of several answers of one person is the latest."""

import re
from collections.abc import Hashable
from datetime import datetime
from typing import NamedTuple

_SLASHED = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp]\.?\s?[Mm])?)?"
)


class Answered(NamedTuple):
    """An answer: when it was given, as written, and the place of its row in the file."""

    time: str
    row: tuple[int, int]


class LatestAnswers:
    """Of each thing the answer with the latest time; without a time that can be read, the last.

    Days come before months, as in 31/12/2027, where one of all times says so: that is known at the
    end, so both are kept. Of a file with a million answers it keeps no more than one for each
    thing. again: how many answers were given again later.
    """

    def __init__(self) -> None:
        self.found: dict[Hashable, tuple[_Dated, _Dated]] = {}
        self.rows: dict[Hashable, tuple[int, int]] = {}  # in which each was answered last
        self.day_first = False
        self.again = 0

    def add(self, key: Hashable, answer: Answered) -> None:
        """An answer; those of one thing come in the order of the file."""
        dated = _Dated(read_time(answer.time, day_first=False), answer.row)
        other = dated
        if slashed := _SLASHED.match(answer.time.strip()):
            self.day_first = self.day_first or int(slashed[1]) > 12
            other = _Dated(read_time(answer.time, day_first=True), answer.row)
        if key in self.found:
            first, second = self.found[key]
            self.again += self.rows[key] != answer.row
            self.found[key] = max(first, dated), max(second, other)
        else:
            self.found[key] = dated, other
        self.rows[key] = answer.row

    def is_latest(self, key: Hashable, row: tuple[int, int]) -> bool:
        """Whether what this row says of a thing is the latest, or all that is said of it."""
        found = self.found.get(key)
        return found is None or found[self.day_first].row == row


class _Dated(NamedTuple):
    """When an answer was given, and the place of its row."""

    at: datetime
    row: tuple[int, int]


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
