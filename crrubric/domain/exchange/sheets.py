"""Tables of a file, whatever they hold: sheets, rows, and by what a table is known again."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from crrubric.domain.errors import Invalid
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_

Row = tuple[int, Sequence[str]]
LOOKED_AT = 25  # rows of a sheet, to guess
HEADER_WITHIN = 15  # rows that aren't blank: the header is one of them


class TableSheet(NamedTuple):
    """A sheet of a file; a text file has one without a name."""

    name: str
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class SheetHead:
    """How a sheet begins: its name, and its first rows that are not blank."""

    name: str
    rows: Sequence[Row]


def read_head(name: str, rows: Iterator[Row]) -> SheetHead:
    """How a sheet begins."""
    found: list[Row] = []
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            found.append((number, cells))
            if len(found) == LOOKED_AT:
                break
    return SheetHead(name, found)


def refuse_missing_sheet(names: Collection[str], wanted: str) -> None:
    """Raise Invalid, naming what there is, if no sheet is called so."""
    if wanted not in names:
        raise Invalid(
            N_("There is no sheet “%(name)s”. There are: %(all)s."),
            name=wanted,
            all=", ".join(f"“{each}”" for each in names if each) or "–",
        )


def find_header_cells(head: SheetHead, header: int) -> Sequence[str]:
    """The cells of the row with this number; none if it is blank."""
    return next((cells for number, cells in head.rows if number == header), ())


def label_columns(header: Sequence[str]) -> list[str]:
    """What each column is called: as it is written, or by its place; a second of a name is (2)."""
    labels: dict[str, None] = {}  # in their order
    times: dict[str, int] = {}
    for place, name in enumerate(header, 1):
        label = own = " ".join(name.split()) or f"({place})"
        while own in labels:
            times[label] = times.get(label, 1) + 1
            own = f"{label} ({times[label]})"
        labels[own] = None
    return list(labels)


def hash_headers(labels: Sequence[str]) -> str:
    """By what a table is known again: its headers, in whatever order and spelling."""
    return sha256("\n".join(sorted(map(to_plain_word, labels))).encode()).hexdigest()


def name_column(place: int) -> str:
    """The letters of a column as spreadsheets have them: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
