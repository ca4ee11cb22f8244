"""Reading a long CSV file of marks: every line is good, or has the reason why not."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.text import clean_line, clean_text, key_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer

COLUMNS = ("reviewer", "vendor", "criterion", "mark")
NOTE = "note"  # a column that may be there
SEPARATORS = ",;\t"
EVERY = 5_000  # lines between two reports of progress
ANSWERS = {answer.value: answer for answer in Answer}
Report = Callable[[int], None]  # called with the number of lines read so far


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """One good line of the file."""

    number: int
    reviewer: str
    vendor: str
    criterion: str
    answer: Answer
    note: str


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


def read_mark_lines(path: Path, report: Report) -> Iterator[MarkLine | tuple[int, CrrubricError]]:
    """The good lines, and (number, refusal) for the bad ones, in order; UTF-8, BOM or not.

    Columns are separated by commas, semicolons or tabs, as the header has them; a row of blanks is
    no row. Raises: Invalid for a file that can't be read.
    """
    watch = _QuoteWatch(())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = find_separator(file.readline(limits.LONG_TEXT))
            file.seek(0)
            watch.lines = file
            reader = csv.reader(watch, delimiter=separator, strict=True)
            header = [key_of(name) for name in next(reader, [])]
            places = find_columns(header)
            begun = reader.line_num + 1
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield parse_row(begun, row, places, len(header))
                begun = reader.line_num + 1
                if reader.line_num % EVERY == 0:
                    report(reader.line_num)
            report(reader.line_num)
    except UnicodeDecodeError:
        raise Invalid(
            N_("%(file)s is not UTF-8: save it as “CSV UTF-8” and import again."), file=path.name
        ) from None
    except csv.Error as error:
        if watch.opened is not None:
            raise Invalid(
                N_("%(file)s, line %(line)s: a quotation begins here and does not end."),
                file=path.name,
                line=watch.opened,
            ) from None
        raise Invalid(
            N_("%(file)s, line %(line)s: this can’t be read as CSV (%(why)s)."),
            file=path.name,
            line=reader.line_num,
            why=str(error),
        ) from None
    except OSError as error:
        raise Invalid(
            N_("%(file)s can’t be opened: %(why)s."), file=path.name, why=error.strerror
        ) from None


def find_separator(header: str) -> str:
    """What stands most often in the header: a comma unless it is another."""
    return max(SEPARATORS, key=header.count)


def find_columns(header: list[str]) -> dict[str, int]:
    """Where each column is. Raises: InvalidLines for line 1 if one is missing, or there twice."""
    wrong = [
        Invalid(N_("missing column “%(name)s”"), name=name)
        for name in COLUMNS
        if name not in header
    ] + [
        Invalid(N_("the column “%(name)s” is there twice"), name=name)
        for name in (*COLUMNS, NOTE)
        if header.count(name) > 1
    ]
    if wrong:
        raise InvalidLines(
            N_("Nothing was imported: the header can’t be used."), [(1, each) for each in wrong]
        )
    return {name: header.index(name) for name in (*COLUMNS, NOTE) if name in header}


def parse_row(
    number: int, row: list[str], places: dict[str, int], width: int
) -> MarkLine | tuple[int, CrrubricError]:
    """One row as a line, or its number with the reason why not."""
    if len(row) != width:
        return number, Invalid(
            N_("%(found)s columns instead of %(wanted)s"), found=len(row), wanted=width
        )
    text = {name: row[place].strip() for name, place in places.items()}
    empty = [name for name in COLUMNS if not text[name]]
    if empty:
        return number, Invalid(N_("the column “%(name)s” is empty"), name=empty[0])
    answer = ANSWERS.get(text["mark"].upper())
    if answer is None:
        return number, Invalid(
            N_("unknown value “%(value)s”: use YES, NO, NOT_APPLICABLE or CANNOT_TELL"),
            value=text["mark"][:40],
        )
    try:
        return MarkLine(
            number=number,
            reviewer=clean_line(text["reviewer"], limit=limits.NAME),
            vendor=clean_line(text["vendor"], limit=limits.VENDOR),
            criterion=clean_line(text["criterion"], limit=limits.CODE),
            answer=answer,
            note=clean_text(text.get(NOTE, ""), limit=limits.NOTE),
        )
    except Invalid as error:
        return number, error
