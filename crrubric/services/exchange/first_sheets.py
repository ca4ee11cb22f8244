"""The first sheet of a workbook as openpyxl reads it, and nothing else of the workbook.

openpyxl is slow for what nobody asks for: it looks through every sheet that is named, fills rows up
to their farthest cell, and makes an object of each format. Who says how much of that there is, is
whoever made the file. Only `workbooks` imports this module, when a workbook comes.
"""

from typing import IO, Any
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

PIECE = 64 * 1024
MOST_BESIDE = 50_000  # elements of a sheet beside its rows: merged cells, links, rules of format


class FirstSheetReader(ExcelReader):  # type: ignore[misc]  # openpyxl ships no types
    """Reads a workbook with its first sheet alone."""

    def read_worksheets(self) -> None:
        """Find the first sheet with cells; the others are not opened."""
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                first = ReadOnlyWorksheet(self.wb, sheet.name, relation.target, self.shared_strings)
                self.wb._sheets.append(first)
                return


def open_first_sheet(file: IO[bytes]) -> tuple[Any, Any]:
    """(book, sheet), the book to be closed. Raises: whatever openpyxl raises for a broken file."""
    reader = FirstSheetReader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    sheet = reader.wb.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size need not be true
    return reader.wb, sheet


def refuse_far_cells(sheet: Any, *, most_rows: int, most_columns: int) -> None:
    """Raise ValueError if something stands in a row or column with a higher number.

    openpyxl would leave it out without a word, or make an empty row or cell of each number that is
    skipped. Cells without anything in them, with a format alone, are no matter.
    """
    looking = FarCells(most_rows, most_columns)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = looking.begin
    parser.EndElementHandler = looking.end
    with sheet._get_source() as source:
        while piece := source.read(PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)


class FarCells:
    """What is looked at while a sheet is read: where its cells say that they are."""

    def __init__(self, most_rows: int, most_columns: int) -> None:
        self.most_rows, self.most_columns = most_rows, most_columns
        self.row = self.column = self.beside = self.depth = 0
        self.in_row = 0  # how deep the row is that is being read

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        kind = name.rpartition(" ")[2]
        if kind == "row" and not self.in_row:
            self.in_row = self.depth
            self.row = _read_number(attributes.get("r"), self.row + 1)
            self.column = 0
            if self.row > self.most_rows:
                raise ValueError(self.row)
        elif self.in_row and self.depth == self.in_row + 1:
            self.column = _read_column(attributes.get("r"), self.column + 1)
        elif self.in_row:
            if self.column > self.most_columns:
                raise ValueError(self.column)
        else:
            self.beside += 1
            if self.beside > MOST_BESIDE:
                raise ValueError(self.beside)

    def end(self, _name: str) -> None:
        """An element ends."""
        if self.depth == self.in_row:
            self.in_row = 0
        self.depth -= 1


def _read_number(text: str | None, following: int) -> int:
    """The number that a row says it has; without one it follows the row before."""
    if text is None:
        return following
    if len(text) > len(str(10**7)):  # more than any sheet has
        raise ValueError(text[:20])
    return int(float(text))  # some programs write 2.0


def _read_column(text: str | None, following: int) -> int:
    """The number of the column that a cell says it is in: of C7, 3."""
    if text is None:
        return following
    number = 0
    for letter in text[:4].rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
