"""Files with tables, whatever wrote them: text in any of our encodings, or a workbook."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.marks.lines import TableSheet
from crrubric.domain.translation import N_
from crrubric.services.exchange.csv_rows import Report, iterate_csv_text
from crrubric.services.exchange.workbooks import ZIP, read_sheets

CHUNK = 1 << 16
MOST_SHEETS = 40
MOST_ROWS = 150_000  # of a sheet: an evaluation's marks as our own workbook has them
MOST_COLUMNS = 300
PART_BYTES, BOOK_BYTES = 30 * limits.MEGABYTE, 60 * limits.MEGABYTE  # unpacked
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
OTHER_FORMS = {
    OLD_EXCEL: N_("%(file)s is an Excel file of the old form (.xls): save it as .xlsx."),
    b"%PDF": N_("%(file)s is a PDF file: save the table as CSV or as an Excel workbook (.xlsx)."),
}
BLIND_UTF16 = 512  # bytes in which zeros show a UTF-16 that does not say so


@dataclass(slots=True)
class TableSource:
    """A file that can be read several times; a workbook is held in memory."""

    name: str
    open_bytes: Callable[[], IO[bytes]]
    sheets: dict[str, list[list[str]]] | None = field(default=None, init=False)
    encoding: str = field(default="", init=False)

    def iterate_sheets(self, report: Report = lambda _lines: None) -> Iterator[TableSheet]:
        """Each sheet with its rows; of a text file one, without a name. Raises: Invalid."""
        with self._open() as file:
            beginning = file.read(len(OLD_EXCEL))
        if beginning.startswith(ZIP):
            yield from self._iterate_workbook(report)
            return
        for sign, message in OTHER_FORMS.items():
            if beginning.startswith(sign):
                raise Invalid(message, file=self.name)
        self.encoding = self.encoding or self._detect_encoding()
        with TextIOWrapper(self._open(), encoding=self.encoding, newline="") as text:
            yield TableSheet("", iterate_csv_text(text, self.name, report))

    def _open(self) -> IO[bytes]:
        try:
            return self.open_bytes()
        except OSError as error:
            raise Invalid(
                N_("%(file)s can’t be opened: %(why)s."), file=self.name, why=error.strerror
            ) from None

    def _iterate_workbook(self, report: Report) -> Iterator[TableSheet]:
        if self.sheets is None:
            with self._open() as file:
                data = file.read(limits.FILE_BYTES + 1)
            self.sheets = read_sheets(
                data,
                most_sheets=MOST_SHEETS,
                most_rows=MOST_ROWS,
                most_columns=MOST_COLUMNS,
                part_bytes=PART_BYTES,
                together=BOOK_BYTES,
            )
        for name, rows in self.sheets.items():
            yield TableSheet(name, _number_rows(rows, report))

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
        raise Invalid(
            N_("%(file)s can’t be read as text: save it as “CSV UTF-8” and import again."),
            file=self.name,
        )

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
    yield from enumerate(rows, 1)
    report(len(rows))


def read_path(path: Path) -> TableSource:
    """A file on disk."""
    return TableSource(path.name, lambda: path.open("rb"))


def read_data(data: bytes, name: str) -> TableSource:
    """A file that is held in memory."""
    return TableSource(name, lambda: BytesIO(data))
