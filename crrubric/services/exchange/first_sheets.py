"""The first sheets of a workbook as openpyxl reads them, and nothing else of the workbook.

openpyxl is slow for what nobody asks for: it looks through every sheet that is named, fills rows up
to their farthest cell, and makes an object of each format. Who says how much of that there is, is
whoever made the file. Only `workbooks` imports this module, when a workbook comes.
"""

from typing import IO, Any
from xml.parsers import expat

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

PIECE = 64 * 1024
MOST_BESIDE = 50_000  # elements of a sheet beside its rows: merged cells, links, rules of format


class FirstSheetsReader(ExcelReader):  # type: ignore[misc]  # openpyxl ships no types
    """Reads a workbook with its first sheets alone."""

    most_sheets = 1

    def read_strings(self) -> None:
        """Read the texts that cells share, as they are written: openpyxl drops some escapes."""
        self.shared_strings: list[str] = []
        listed = self.package.find(SHARED_STRINGS)
        if listed is not None:
            with self.archive.open(listed.PartName[1:]) as source:
                self.shared_strings = read_shared_texts(source)

    def read_worksheets(self) -> None:
        """Find the first sheets with cells; the others are not opened."""
        for sheet, relation in self.parser.find_sheets():
            if len(self.wb._sheets) == self.most_sheets:
                return
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                found = ReadOnlyWorksheet(self.wb, sheet.name, relation.target, self.shared_strings)
                self.wb._sheets.append(found)


def open_first_sheets(file: IO[bytes], most: int) -> tuple[Any, list[Any]]:
    """(book, sheets), the book to be closed; at most so many sheets.

    Raises: whatever openpyxl raises for a broken file.
    """
    reader = FirstSheetsReader(file, read_only=True, data_only=True, keep_links=False)
    reader.most_sheets = most
    reader.read()
    for sheet in reader.wb.worksheets:
        sheet.reset_dimensions()  # what the file says of its size need not be true
    return reader.wb, list(reader.wb.worksheets)


def read_shared_texts(source: IO[bytes]) -> list[str]:
    """The texts that cells share, in their order, without how they are pronounced."""
    found = SharedTexts()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = found.begin
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.read
    while piece := source.read(PIECE):
        parser.Parse(piece)
    parser.Parse(b"", True)
    return found.texts


class SharedTexts:
    """What is kept while the part with the shared texts is read."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.reads = False  # inside the letters of a text
        self.spoken = 0  # how deep inside what says how to pronounce it

    def begin(self, name: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        kind = name.rpartition(" ")[2]
        if kind == "si":
            self.pieces = []
        self.spoken += kind == "rPh"
        self.reads = kind == "t" and not self.spoken

    def read(self, letters: str) -> None:
        """Some letters."""
        if self.reads:
            self.pieces.append(letters)

    def end(self, name: str) -> None:
        """An element ends."""
        kind = name.rpartition(" ")[2]
        self.reads = False
        self.spoken -= kind == "rPh"
        if kind == "si":
            self.texts.append("".join(self.pieces))


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
