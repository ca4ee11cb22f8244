"""A workbook as values: its sheets, their columns, what their cells hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crrubric.domain.documents.tree import Tone

Value = str | int | float | date | datetime | None


class Kind(StrEnum):
    """How the values of a column are shown."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    COEFFICIENT = "coefficient"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its header, how its values are shown, how wide it is in characters."""

    header: str
    kind: Kind = Kind.TEXT
    width: int = 16


@dataclass(frozen=True, slots=True)
class TonedCell:
    """A value with a colour that says what the words say, too."""

    value: Value
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A sheet: lines above, then a table whose header stays in view.

    fixed: how many columns stay in view as well; rows: read while they are written.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Iterable[Sequence[Value | TonedCell]]
    intro: tuple[str, ...] = ()
    fixed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BookWords:
    """What the file says of itself, and what a cell says whose text did not fit.

    language: its BCP 47 tag; cut: with the place %(count)s; more: the last line of a sheet that
    did not take all rows.
    """

    title: str
    subject: str
    language: str
    made_at: datetime
    cut: str
    more: str
