"""Reading a long CSV file row by row, whatever separates its columns."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.formulas import unguard_formulas
from crrubric.domain.translation import N_

SEPARATORS = ",;\t"
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
    """Each row with the number of the line where it begins, the header first; UTF-8, BOM or not.

    Columns are separated by commas, semicolons or tabs, as the header has them; a row of blanks is
    no row. Apostrophes that our own files put before signs, for spreadsheets, are taken off.
    Args: name: what the file is called. Raises: Invalid for a text that can't be read.
    """
    watch = _QuoteWatch(())
    try:
        separator = find_separator(file.readline(limits.LONG_TEXT))
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


def find_separator(header: str) -> str:
    """What stands most often in the header: a comma unless it is another."""
    return max(SEPARATORS, key=header.count)
