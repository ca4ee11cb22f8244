"""Files with tables, whatever wrote them: text in any of our encodings, or a workbook."""

import codecs
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.sheets import TableSheet
from crrubric.domain.translation import N_
from crrubric.queries.shared.reading import refuse_slow_work
from crrubric.services.exchange.csv_rows import EVERY, Report, iterate_csv_text
from crrubric.services.exchange.kept_sheets import Sheets
from crrubric.services.exchange.workbooks import ZIP, read_sheets

CHUNK = 1 << 16
MOST_SHEETS = 40
MOST_ROWS = 150_000  # of a sheet: an evaluation's marks as our own workbook has them
MOST_COLUMNS = 300
NO_TEXT = N_("%(file)s can’t be read as text: save it as “CSV UTF-8” and import again.")
PART_BYTES, BOOK_BYTES = 30 * limits.MEGABYTE, 60 * limits.MEGABYTE  # unpacked
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
OTHER_FORMS = {
    OLD_EXCEL: N_("%(file)s is an Excel file of the old form (.xls): save it as .xlsx."),
    b"%PDF": N_("%(file)s is a PDF file: save the table as CSV or as an Excel workbook (.xlsx)."),
}
IterateBook = Callable[[bytes, Report], Iterator[tuple[int, list[str]]]]
BLIND_UTF16 = 512  # bytes in which zeros show a UTF-16 that does not say so


@dataclass(slots=True, kw_only=True)
class TableSource:
    """A file that can be read several times; a workbook is held in memory."""

    name: str
    open_bytes: Callable[[], IO[bytes]]
    iterate_book: IterateBook | None = None  # how a workbook is read, if not as a whole
    encoding: str = ""
    part_bytes: int = PART_BYTES  # of a workbook, unpacked; and of all of it
    book_bytes: int = BOOK_BYTES
    sheets: Sheets | None = field(default=None, init=False)

    def iterate_sheets(self, report: Report = lambda _lines: None) -> Iterator[TableSheet]:
        """Each sheet with its rows; of a text file one, without a name. Raises: Invalid."""
        if self.is_workbook():
            yield from self._iterate_workbook(report)
            return
        with self._open_text() as text:
            yield TableSheet("", iterate_csv_text(text, self.name, report))

    def is_workbook(self) -> bool:
        """Whether it is one of Excel. Raises: Invalid for a file that can't be opened."""
        return self._read_beginning().startswith(ZIP)

    def count_lines(self, names: Collection[str]) -> int:
        """How many lines there are to read; of a workbook those of the sheets with these names."""
        if self.sheets is not None:
            return sum(len(rows) for name, rows in self.sheets.items() if name in names)
        with self._open() as file:
            return sum(chunk.count(b"\n") for chunk in iter(partial(file.read, CHUNK), b""))

    def read_text(self) -> str:
        """All of a file that is a text. Raises: Invalid."""
        try:
            with self._open_text() as text:
                return text.read()
        except UnicodeDecodeError:
            raise Invalid(NO_TEXT, file=self.name) from None

    def _read_beginning(self) -> bytes:
        with self._open() as file:
            return file.read(len(OLD_EXCEL))

    def _open_text(self) -> TextIOWrapper:
        """Raises: Invalid for a file that is no text."""
        beginning = self._read_beginning()
        for sign, message in OTHER_FORMS.items():
            if beginning.startswith(sign):
                raise Invalid(message, file=self.name)
        self.encoding = self.encoding or self._detect_encoding()
        return TextIOWrapper(self._open(), encoding=self.encoding, newline="")

    def _open(self) -> IO[bytes]:
        """Raises: Invalid; RuntimeError inside a unit of work: whoever saves would wait for it."""
        refuse_slow_work()
        try:
            return self.open_bytes()
        except OSError as error:
            raise Invalid(
                N_("%(file)s can’t be opened: %(why)s."), file=self.name, why=error.strerror
            ) from None

    def _iterate_workbook(self, report: Report) -> Iterator[TableSheet]:
        if self.iterate_book is not None:
            yield TableSheet("", self.iterate_book(self._read_bytes(), report))
            return
        if self.sheets is None:
            self.sheets = read_sheets(
                self._read_bytes(),
                most_sheets=MOST_SHEETS,
                most_rows=MOST_ROWS,
                most_columns=MOST_COLUMNS,
                part_bytes=self.part_bytes,
                together=self.book_bytes,
            )
        for name, rows in self.sheets.items():
            yield TableSheet(name, _number_rows(rows, report))

    def _read_bytes(self) -> bytes:
        with self._open() as file:
            return file.read(limits.FILE_BYTES + 1)

    def _detect_encoding(self) -> str:
        """UTF-8, UTF-16 or Windows-1252. Raises: Invalid for what is none of them."""
        with self._open() as file:
            beginning = file.read(BLIND_UTF16)
        if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if zeros := beginning.count(0):
            if beginning[1::2].count(0) == zeros and zeros > len(beginning) // 4:
                return "utf-16-le"
            if beginning[::2].count(0) == zeros and zeros > len(beginning) // 4:
                return "utf-16-be"
        for encoding in ("utf-8-sig", "cp1252"):
            if self._can_decode(encoding):
                return encoding
        raise Invalid(NO_TEXT, file=self.name)

    def _can_decode(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        with self._open() as file:
            try:
                while chunk := file.read(CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True


def _number_rows(rows: list[list[str]], report: Report) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, 1):
        yield number, row
        if number % EVERY == 0:
            report(EVERY)
    report(len(rows) % EVERY)


def read_path(path: Path) -> TableSource:
    """A file on disk."""
    return TableSource(name=path.name, open_bytes=lambda: path.open("rb"))


def read_data(data: bytes, name: str, sheets: Sheets | None = None) -> TableSource:
    """A file that is held in memory. Args: sheets: what was read of a workbook before."""
    source = TableSource(name=name, open_bytes=lambda: BytesIO(data))
    source.sheets = sheets
    return source


def read_text_source(text: str) -> TableSource:
    """A table that was pasted; its lines are told without the name of a file."""
    data = text.encode("utf-8", "replace")
    return TableSource(name="", open_bytes=lambda: BytesIO(data), encoding="utf-8-sig")
