"""Reading a long CSV file of marks: every line is good, or has the reason why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.text import clean_line, clean_text, key_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer
from crrubric.services.exchange.csv_rows import Report, iterate_csv_rows

COLUMNS = ("reviewer", "vendor", "criterion", "mark")
NOTE = "note"  # a column that may be there
ANSWERS = {answer.value: answer for answer in Answer}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """One good line of the file."""

    number: int
    reviewer: str
    vendor: str
    criterion: str
    answer: Answer
    note: str


def read_mark_lines(path: Path, report: Report) -> Iterator[MarkLine | tuple[int, CrrubricError]]:
    """The good lines, and (number, refusal) for the bad ones, in order.

    Raises: InvalidLines for a header that can't be used; as `iterate_csv_rows`.
    """
    rows = iterate_csv_rows(path, report)
    header = [key_of(name) for name in next(rows, (1, []))[1]]
    places = find_columns(header)
    for number, row in rows:
        yield parse_row(number, row, places, len(header))


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
