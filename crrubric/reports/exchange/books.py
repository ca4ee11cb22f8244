"""A workbook as values: its sheets, their columns, what their cells hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crrubric.domain.documents.tree import Tone

CELL = 32_767  # UTF-16 units that Excel takes in a cell
# all of it is typed text: nothing in it is a formula, an address or a number
AS_TYPED = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

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


def fit_text(text: str, cut: str) -> str:
    """The text, or as much of it as fits into a cell with the words that say how long it is.

    Args: cut: with the place %(count)s.
    """
    if len(text) <= CELL // 2 or _count_units(text) <= CELL:
        return text
    told = cut % {"count": len(text)}
    room = CELL - _count_units(told) - 1
    whole = text.encode("utf-16-le", "surrogatepass")[: 2 * room]
    return f"{whole.decode('utf-16-le', 'ignore')}\n{told}"


def _count_units(text: str) -> int:
    """How long Excel finds a text: characters beyond U+FFFF count twice."""
    return len(text) + sum(letter > "\uffff" for letter in text)
