"""Excel workbooks that people send: their first sheets, row by row, each cell as a text."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from crrubric.domain import limits
from crrubric.domain.ballots.office import CONTENTS, detect_office_kind
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind
from crrubric.queries.shared.reading import refuse_slow_work

NO_SHEET = N_(
    "The first sheet of this workbook can’t be read, or is too large. Copy its cells and paste them"
    " instead."
)
NO_BOOK = N_(
    "This is no Excel workbook (.xlsx), or it is broken, too large, locked with a password or holds"
    " macros."
)
ZIP = b"PK\x03\x04"
MOST_COLUMNS = 100
MOST_ROWS = 10_000  # of a table
EMPTY_ROW = 40  # letters, as which a row counts in which nothing stands
# what openpyxl makes objects of, a thousandth of a second for every thirty
SLOW_PARTS = frozenset(
    {
        "[Content_Types].xml",
        "docProps/core.xml",
        "docProps/custom.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
    }
)
SLOW_BYTES = 512 * 1024  # of each of them, unpacked
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes what XML does not hold
BOOK, MAIN_TYPE = "/xl/workbook.xml", "main+xml"


def iterate_sheet_rows(
    data: bytes, *, part_bytes: int = limits.SHEET_BYTES, most_rows: int = MOST_ROWS
) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of each row; of a formula, what it gave when the workbook was saved.

    Cells without a text at the end of a row are left out. Args: part_bytes: the most that a part
    of the workbook may hold, unpacked, and all texts together; most_rows: the highest number that
    a row may have. Raises: Invalid (field "file").
    """
    from crrubric.services.exchange.first_sheets import open_first_sheets  # slow

    try:
        _check_parts(data, part_bytes)
        book, sheets = open_first_sheets(BytesIO(data), 1)
        with closing(book):
            yield from _iterate_rows(sheets[0], part_bytes, most_rows, MOST_COLUMNS)
    except Exception as error:  # openpyxl and its readers of XML have many for a broken file
        raise Invalid(NO_SHEET, field="file") from error


def read_sheets(
    data: bytes,
    *,
    most_sheets: int,
    most_rows: int,
    most_columns: int,
    part_bytes: int = limits.SHEET_BYTES,
    together: int = limits.BOOK_BYTES,
) -> dict[str, list[list[str]]]:
    """The rows of each of the first sheets, by its name; cells as `iterate_sheet_rows` has them.

    All cells together are held; they and their letters are no more than `part_bytes`.
    Args: part_bytes, together: the most that a part of the workbook may hold, unpacked, and all.
    Raises: Invalid (field "file"), also for a workbook with more sheets.
    """
    from crrubric.services.exchange.first_sheets import open_first_sheets  # slow

    found: dict[str, list[list[str]]] = {}
    room = part_bytes
    try:
        _check_parts(data, part_bytes, together=together)
        book, sheets = open_first_sheets(BytesIO(data), most_sheets + 1)
        with closing(book):
            if len(sheets) > most_sheets:
                raise ValueError(most_sheets)
            for sheet in sheets:
                rows = _iterate_rows(sheet, room, most_rows, most_columns)
                found[sheet.title] = [row for _number, row in rows]
                room -= sum(map(_weigh_row, found[sheet.title]))
    except Exception as error:  # as above
        raise Invalid(NO_BOOK, field="file") from error
    return found


def _iterate_rows(
    sheet: Any, most_letters: int, most_rows: int, most_columns: int
) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of each row of a sheet. Raises: ValueError for more than the most."""
    from crrubric.services.exchange.first_sheets import refuse_far_cells  # slow

    letters = 0
    refuse_far_cells(sheet, most_rows=most_rows, most_columns=most_columns)
    rows = sheet.iter_rows(max_row=most_rows, max_col=most_columns, values_only=True)
    for number, cells in enumerate(rows, 1):
        row = [] if _is_empty(cells) else [_write_cell(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        letters += _weigh_row(row)
        if letters > most_letters:
            raise ValueError(number)
        yield number, row


def _is_empty(cells: tuple[object, ...]) -> bool:
    """Whether nothing stands in a row: a file names two cells, and has a million such rows."""
    return cells.count(None) == len(cells)


def _weigh_row(row: list[str]) -> int:
    """What a row costs: its letters, and an empty cell before a full one as much as a letter; an
    empty row what it takes in memory and time."""
    return len(row) + sum(map(len, row)) or EMPTY_ROW


def _check_parts(data: bytes, part_bytes: int, *, together: int = limits.FILE_UNPACKED) -> None:
    """Raise ValueError for what is no workbook of Excel, or is too large in a part or together.

    `detect_office_kind` has seen that the archive declares no entities and tells its sizes truly.
    """
    refuse_slow_work()
    if detect_office_kind(data) is not FileKind.XLSX:
        raise ValueError(FileKind.XLSX)
    with ZipFile(BytesIO(data)) as book:
        if sum(part.file_size for part in book.infolist()) > together:
            raise ValueError(together)
        for part in book.infolist():
            if part.file_size > (SLOW_BYTES if part.filename in SLOW_PARTS else part_bytes):
                raise ValueError(part.file_size)
        for listed in ElementTree.fromstring(book.read(CONTENTS)):  # noqa: S314  # no entities
            is_book = listed.get("ContentType", "").endswith(MAIN_TYPE)
            if is_book and listed.get("PartName", BOOK) != BOOK:  # its size was not looked at
                raise ValueError(listed.get("PartName"))


def _write_cell(value: object) -> str:
    """A cell as people see it where nothing is formatted: 38.5 and not 38.499999999999996."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time.min:  # a day is stored so
        value = value.date()
    if isinstance(value, str):
        return _ESCAPED.sub(_read_escape, value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _read_escape(found: re.Match[str]) -> str:
    """The character that a file writes as _x000D_; half of a pair stays as it is written."""
    letter = chr(int(found[1], 16))
    return found[0] if "\ud800" <= letter <= "\udfff" else letter
