"""Excel workbooks that people send: the first sheet, row by row, each cell as a text."""

import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

from crrubric.domain import limits
from crrubric.domain.ballots.files import decode_text
from crrubric.domain.ballots.office import CONTENTS, detect_office_kind
from crrubric.domain.errors import Invalid
from crrubric.domain.setup.pasted import UNREADABLE
from crrubric.domain.text import clean_text, find_forbidden_character
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind

NO_SHEET = N_(
    "The first sheet of this workbook can’t be read, or is too large. Copy its cells and paste them"
    " instead."
)
ZIP = b"PK\x03\x04"
MOST_COLUMNS = 100
MOST_ROWS = 10_000  # of a table
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
BOOK, MAIN_TYPE = "/xl/workbook.xml", "main+xml"


def decode_table(data: bytes) -> str:
    """The text of a file with a table. Raises: Invalid (field "file") saying what to do."""
    text = read_workbook(data) if data.startswith(ZIP) else decode_text(data)[1] or ""
    text = text.removeprefix("\ufeff")
    if not text.strip() or find_forbidden_character(text):
        raise Invalid(UNREADABLE, field="file")
    clean_text(text, limit=limits.TABLE_TEXT, field="file")
    return text


def read_workbook(data: bytes) -> str:
    """The cells of the first sheet, set apart by tabs. Raises: Invalid (field "file")."""
    lines = StringIO()
    writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
    writer.writerows(row for _number, row in iterate_sheet_rows(data))
    return lines.getvalue()


def iterate_sheet_rows(
    data: bytes, *, part_bytes: int = limits.SHEET_BYTES, most_rows: int = MOST_ROWS
) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of each row; of a formula, what it gave when the workbook was saved.

    Cells without a text at the end of a row are left out. Args: part_bytes: the most that a part
    of the workbook may hold, unpacked, and all texts together; most_rows: the highest number that
    a row may have. Raises: Invalid (field "file").
    """
    from crrubric.services.exchange.first_sheets import open_first_sheet, refuse_far_cells  # slow

    letters = 0
    try:
        _check_parts(data, part_bytes)
        book, sheet = open_first_sheet(BytesIO(data))
        with closing(book):
            refuse_far_cells(sheet, most_rows=most_rows, most_columns=MOST_COLUMNS)
            rows = sheet.iter_rows(max_row=most_rows, max_col=MOST_COLUMNS, values_only=True)
            for number, cells in enumerate(rows, 1):
                row = [_write_cell(cell) for cell in cells]
                while row and not row[-1]:
                    row.pop()
                letters += sum(map(len, row))
                if letters > part_bytes:
                    raise ValueError(number)
                yield number, row
    except Exception as error:  # openpyxl and its readers of XML have many for a broken file
        raise Invalid(NO_SHEET, field="file") from error


def _check_parts(data: bytes, part_bytes: int) -> None:
    """Raise ValueError for what is no workbook of Excel, or has a part that is too large.

    `detect_office_kind` has seen that the archive declares no entities and tells its sizes truly.
    """
    if detect_office_kind(data) is not FileKind.XLSX:
        raise ValueError(FileKind.XLSX)
    with ZipFile(BytesIO(data)) as book:
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
    return value.isoformat() if isinstance(value, date) else str(value)
