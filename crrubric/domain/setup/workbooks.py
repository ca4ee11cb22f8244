"""The first sheet of an Excel workbook as lines of text, as if its cells had been copied.

The archive is looked at before (`detect_office_kind`): it declares no entities, and says the truth
of its sizes. Formats, dates and formulas mean nothing here: a cell is what stands in it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath
from xml.etree import ElementTree

from crrubric.domain import limits
from crrubric.domain.ballots.office import detect_office_kind
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind

NO_SHEET = N_(
    "The first sheet of this workbook can’t be read, or is too large. Copy its cells and paste them"
    " instead."
)
BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STRINGS = "xl/sharedStrings.xml"
MOST_COLUMNS = 100
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


def read_workbook(data: bytes) -> str:
    """The cells of the first sheet, set apart by tabs. Raises: Invalid (field "file")."""
    try:
        if detect_office_kind(data) is not FileKind.XLSX:
            raise ValueError
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = set(book.namelist())
            texts = _read_strings(book) if STRINGS in names else []
            rows = list(_read_rows_of(book, _find_first_sheet(book), texts))
    except (Invalid, KeyError, ValueError, IndexError, StopIteration, ElementTree.ParseError):
        raise Invalid(NO_SHEET, field="file") from None
    lines = io.StringIO()
    csv.writer(lines, delimiter="\t", lineterminator="\n").writerows(rows)
    return lines.getvalue()


def _find_first_sheet(book: zipfile.ZipFile) -> str:
    """The name of its entry: the workbook names sheets in order, its relations where they are."""
    sheet = next(node for node in _list_elements(book, BOOK) if _is_called(node, "sheet"))
    key = next(value for name, value in sheet.items() if name.endswith("}id"))
    targets = {node.get("Id"): node.get("Target") for node in _list_elements(book, RELATIONS)}
    target = targets[key] or ""
    return normpath(target.removeprefix("/") if target.startswith("/") else join("xl", target))


def _read_strings(book: zipfile.ZipFile) -> list[str]:
    return [_read_text(node) for node in _list_elements(book, STRINGS) if _is_called(node, "si")]


def _read_rows_of(book: zipfile.ZipFile, name: str, texts: list[str]) -> Iterator[list[str]]:
    for row in _list_elements(book, name):
        if not _is_called(row, "row"):
            continue
        cells: dict[int, str] = {}
        for cell in row:
            text = _read_cell(cell, texts)
            if text:
                cells[_find_column(cell, max(cells, default=-1) + 1)] = text
        yield [cells.get(column, "") for column in range(max(cells, default=-1) + 1)]
        row.clear()


def _list_elements(book: zipfile.ZipFile, name: str) -> Iterator[ElementTree.Element]:
    """The elements of a part as they end. Raises: ValueError for a part that is too large."""
    if book.getinfo(name).file_size > limits.SHEET_BYTES:
        raise ValueError(name)
    # what declares entities was refused before
    return (x for _event, x in ElementTree.iterparse(book.open(name)))  # noqa: S314


def _is_called(node: ElementTree.Element, name: str) -> bool:
    return node.tag.rpartition("}")[2] == name


def _find_column(cell: ElementTree.Element, following: int) -> int:
    """The number of a cell's column, from 0; without a place, the one that follows."""
    place = cell.get("r")
    if place is None:
        number = following
    else:
        found = _PLACE.fullmatch(place)
        letters = found[1] if found else ""
        number = -1
        for letter in letters:
            number = (number + 1) * 26 + ord(letter) - ord("A")
    if not 0 <= number < MOST_COLUMNS:
        raise ValueError(place)
    return number


def _read_cell(cell: ElementTree.Element, texts: list[str]) -> str:
    """What stands in a cell: a text, or a number as short as it can be written."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _read_text(cell)
    value = next((node.text or "" for node in cell if _is_called(node, "v")), "")
    if kind == "s":
        return texts[int(value)]
    if kind == "n" and value:
        return f"{float(value):.15g}"
    return value


def _read_text(node: ElementTree.Element) -> str:
    """The text in a node, whatever its letters look like; no notes on how it is pronounced."""
    parts = []
    for child in node:
        if _is_called(child, "t"):
            parts.append(child.text or "")
        elif not _is_called(child, "rPh"):
            parts.append(_read_text(child))
    return "".join(parts)
