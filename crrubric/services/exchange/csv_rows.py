"""Reading a long CSV file row by row, whatever separates its columns."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO

from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.formulas import unguard_formulas
from crrubric.domain.translation import N_

TAB = "\t"
SEPARATORS = f",;{TAB}|"
BEGINNING = 64 * 1024  # characters of a text that show what separates its columns
LINES_LOOKED_AT = 30
MOST_COLUMNS = 1_000  # of a row: what a table of a form or a committee never has
EVERY = 500  # lines between two reports of progress
Report = Callable[[int], None]  # called with how many more lines were read


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
        begun, told = 1, 0
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise _make_wide_row_error(name, begun)
            if begun == 1 or any(cell.strip() for cell in row):
                yield begun, [unguard_formulas(cell) for cell in row]
            begun = reader.line_num + 1
            if reader.line_num - told >= EVERY:
                report(reader.line_num - told)
                told = reader.line_num
        report(reader.line_num - told)
    except UnicodeDecodeError:
        raise Invalid(
            N_("%(file)s is not UTF-8: save it as “CSV UTF-8” and import again."), file=name
        ) from None
    except csv.Error as error:
        raise _make_broken(name, watch.opened, reader.line_num, str(error)) from None


def _make_broken(name: str, opened: int | None, line: int, why: str) -> Invalid:
    """A text that is no CSV.

    Args: name: of the file, "" for a text that was pasted; opened: line of a quotation that does
    not end.
    """
    if not name:
        return Invalid(
            N_(
                "A quotation in line %(line)s does not end, or goes on after its end: remove its"
                " quotation marks."
            ),
            line=opened or line,
        )
    if opened is not None:
        return Invalid(
            N_("%(file)s, line %(line)s: a quotation begins here and does not end."),
            file=name,
            line=opened,
        )
    return Invalid(
        N_("%(file)s, line %(line)s: this can’t be read as CSV (%(why)s)."),
        file=name,
        line=line,
        why=why,
    )


def _make_wide_row_error(name: str, line: int) -> Invalid:
    """A row with more columns than are looked at. Args: name: as above."""
    if not name:
        return Invalid(
            N_("Line %(line)s has more than %(most)s columns."), line=line, most=MOST_COLUMNS
        )
    return Invalid(
        N_("%(file)s, line %(line)s: these are more than %(most)s columns."),
        file=name,
        line=line,
        most=MOST_COLUMNS,
    )


def find_separator(beginning: str) -> str:
    """What sets the columns of a text apart: what makes as many of them in most of its rows.

    Titles above the table have none, and a text within a cell may have any. In doubt it is the tab,
    which nobody types into a cell, then the comma.
    """
    lines = beginning.splitlines(keepends=True)
    is_cut = len(beginning) == BEGINNING or len(lines) > LINES_LOOKED_AT
    return max(
        SEPARATORS,
        key=lambda separator: _rate_separator(lines[:LINES_LOOKED_AT], separator, is_cut=is_cut),
    )


def _rate_separator(
    lines: Sequence[str], separator: str, *, is_cut: bool
) -> tuple[float, bool, int]:
    """The share of rows that have as many columns as most, whether it is the tab, and how many.

    Args: is_cut: the last row may go on.
    """
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if any(row)]
    except csv.Error:
        return 0, False, 0
    if is_cut and len(rows) > 1:
        rows.pop()
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, False, 0
    width, most = max(widths.items(), key=lambda item: (item[1], item[0]))
    return most / len(rows), separator == TAB, width
