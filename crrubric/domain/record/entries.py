"""A journal entry as plain values: what the record is made again from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.record.texts import Text

ROW = "row"  # in an entry: ids, codes and places, for who replays the journal and not for readers

BY_BALLOT = "by ballot"  # in the row of an import: other entries tell each ballot with its marks
SHOWS = "shows ballots"  # in the row of an import: its marks are the first that the committee sees


# Older versions wrote rows a moment before their entry; an import read its file in between.
APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Near:
    """The moment of an entry of an older version: its rows have one that is near."""

    at: datetime

    def is_near(self, stored: object) -> bool:
        """Whether a row can have been written together with the entry."""
        return isinstance(stored, datetime) and abs(self.at - stored) <= APART


@dataclass(frozen=True, slots=True)
class OneOf:
    """Moments of which a row has one: the upgrade that brought it took what the rows still said."""

    moments: tuple["datetime | Near", ...]

    def fits(self, stored: object) -> bool:
        """Whether a row can have been given this one."""
        return any(
            each.is_near(stored) if isinstance(each, Near) else each == stored
            for each in self.moments
        )


Moment = datetime | Near


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEntry:
    """What one entry of an evaluation's journal tells. The ids say what it is about.

    Where a text was withheld, in `before` and `after` as well, stands what is left of it.
    """

    number: int
    at: Moment
    actor_id: int | None
    actor_name: Text
    event: Event
    subject: Text
    vendor_id: int | None
    criterion_id: int | None
    member_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: Text

    @property
    def is_old(self) -> bool:
        """Whether a version wrote it whose entries could tell too little: none does any more."""
        return isinstance(self.at, Near)

    @property
    def told(self) -> Mapping[str, Any]:
        """What is so afterwards; nothing if the entry tells no value."""
        return self.after or {}

    @property
    def row(self) -> Mapping[str, Any]:
        """Ids, codes and places. Raises: KeyError if an older version wrote none."""
        row: Mapping[str, Any] = self.told[ROW]
        return row

    @property
    def own_cell(self) -> tuple[int | None, int | None, int | None]:
        """Member, vendor and criterion: one mark."""
        return self.member_id, self.vendor_id, self.criterion_id

    @property
    def own_ballot(self) -> tuple[int | None, int | None]:
        """Member and vendor: one ballot."""
        return self.member_id, self.vendor_id

    @property
    def own_finding(self) -> tuple[int | None, int | None]:
        """Vendor and criterion: one cell of the matrix."""
        return self.vendor_id, self.criterion_id
