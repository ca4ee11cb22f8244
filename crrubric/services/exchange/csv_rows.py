"""Reading a long CSV file row by row, whatever separates its columns."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.formulas import unguard_formulas
from crrubric.domain.translation import N_

SEPARATORS = ",;\t|"
BEGINNING = 64 * 1024  # characters of a text that show what separates its columns
LINES_LOOKED_AT = 30
EVERY = 5_000  # lines between two reports of progress
Report = Callable[[int], None]  # called with the number of lines read so far


class _QuoteWatch:
    """The lines of a file as they are read, and where a quotation began that is not closed yet.

    A mark inside a quotation is doubled, so that each line opens or closes one if it has an odd
    number of them.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.opened: int | None = None

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.lines, 1):
            if line.count('"') % 2:
                self.opened = number if self.opened is None else None
            yield line


def iterate_csv_rows(path: Path, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Each row of a file: see `iterate_csv_text`. Raises: Invalid for one that can't be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from iterate_csv_text(file, path.name, report)
    except OSError as error:
        raise Invalid(
            N_("%(file)s can’t be opened: %(why)s."), file=path.name, why=error.strerror
        ) from None


def iterate_csv_text(file: TextIO, name: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line where it begins, the header first.

    Columns are separated by commas, semicolons, tabs or bars, as most rows have them; a row of
    blanks is no row. Apostrophes that our own files put before signs, for spreadsheets, are taken
    off. Args: name: what the file is called. Raises: Invalid for a text that can't be read.
    """
    watch = _QuoteWatch(())
    try:
        separator = find_separator(file.read(BEGINNING))
        file.seek(0)
        watch.lines = file
        reader = csv.reader(watch, delimiter=separator, strict=True)
        begun = 1
        for row in reader:
            if begun == 1 or any(cell.strip() for cell in row):
                yield begun, [unguard_formulas(cell) for cell in row]
            begun = reader.line_num + 1
            if reader.line_num % EVERY == 0:
                report(reader.line_num)
        report(reader.line_num)
    except UnicodeDecodeError:
        raise Invalid(
            N_("%(file)s is not UTF-8: save it as “CSV UTF-8” and import again."), file=name
        ) from None
    except csv.Error as error:
        if watch.opened is not None:
            raise Invalid(
                N_("%(file)s, line %(line)s: a quotation begins here and does not end."),
                file=name,
                line=watch.opened,
            ) from None
        raise Invalid(
            N_("%(file)s, line %(line)s: this can’t be read as CSV (%(why)s)."),
            file=name,
            line=reader.line_num,
            why=str(error),
        ) from None


def find_separator(beginning: str) -> str:
    """What sets the columns of a text apart: what makes as many of them in most of its rows.

    Titles above the table have none, and a text within a cell may have any. A comma in doubt.
    """
    lines = beginning.splitlines()[:LINES_LOOKED_AT]
    return max(SEPARATORS, key=lambda separator: _rate_separator(lines, separator))


def _rate_separator(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """How many rows have as many columns as most, and how many columns; (0, 0) for one column."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        widths = Counter(len(row) for row in reader if len(row) > 1)
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    return rows, width
