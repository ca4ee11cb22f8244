"""Reading the file of a roster; nothing of it is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.calibration import GUIDE, Calibration
from crrubric.domain.planning.rosters import (
    FIELDS,
    BadLine,
    PlacedLearner,
    choose_roster_columns,
    find_roster_columns,
    place_roster,
)
from crrubric.domain.planning.triage import Setting, count_settings
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.table_sources import TableSource, read_data, read_path
from crrubric.services.exchange.workbooks import iterate_sheet_rows

EXCEL_ROWS = 1_048_576  # of a sheet, at most
Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRoster:
    """A roster in memory: its header, who could be placed, and the lines that can't be used."""

    header: Sequence[str]
    places: Mapping[str, int]  # of the fields that were read
    learners: Sequence[PlacedLearner]
    bad: Sequence[BadLine]

    def count_settings(self) -> dict[Setting, int]:
        """How many learners get each of the eight settings."""
        return count_settings(learner.placement for learner in self.learners)


@dataclass(frozen=True, slots=True)
class RosterHead:
    """How a file begins: its header, and one line as an example."""

    header: Sequence[str]
    example: Sequence[str]

    def fingerprint(self) -> str:
        """What tells this header from another one; it is no learner's line, but may be one."""
        return fingerprint_values({"header": list(self.header)})


def read_roster_head(data: bytes, name: str) -> RosterHead:
    """How a file begins that is held in memory. Raises: Invalid (field "file")."""
    try:
        rows = [row for _number, row in islice(iterate_roster_data(data, name), 2)]
    except Invalid as error:
        raise Invalid(error.message, field="file", **error.values) from None
    header, example = [*rows, [], []][:2]
    return RosterHead(header, example)


def place_roster_file(
    data: bytes,
    name: str,
    calibration: Calibration = GUIDE,
    chosen: Mapping[str, int] | None = None,
) -> PlacedRoster:
    """Work out a CSV or Excel file that is held in memory.

    Args: chosen: field -> the place of its column, where somebody said so of all of them.
    Raises: Invalid (field "file") for a file that can't be read or has too many lines, and of
    what was chosen wrongly; InvalidLines for a header without the columns.
    """
    rows = iterate_roster_data(data, name)
    try:
        header = next(rows, (1, []))[1]
        if chosen is None:
            columns = find_roster_columns(header)
        else:
            columns = choose_roster_columns(header, chosen)
        learners: list[PlacedLearner] = []
        bad: list[BadLine] = []
        for found in place_roster(rows, columns, calibration):
            if len(learners) + len(bad) == limits.ROSTER_LINES:
                raise Invalid(
                    N_(
                        "This page takes %(most)s learners at most. Divide the file, or have it"
                        " worked out on the server with the command below."
                    ),
                    most=limits.ROSTER_LINES,
                )
            if isinstance(found, PlacedLearner):
                learners.append(found)
            else:
                bad.append(found)
    except Invalid as error:
        if error.field in FIELDS:
            raise
        raise Invalid(error.message, field="file", **error.values) from None
    return PlacedRoster(header=header, places=columns.places, learners=learners, bad=bad)


def iterate_roster_data(data: bytes, name: str) -> Rows:
    """Line number and cells of each row, the header first. Raises: Invalid."""
    book = partial(_iterate_book, part_bytes=limits.SHEET_BYTES, most_rows=2 * limits.ROSTER_LINES)
    return _iterate_roster(replace(read_data(data, name), iterate_book=book))


def iterate_roster_rows(path: Path, report: Report) -> Rows:
    """Line number and cells of each row of a CSV or Excel file, the header first.

    Raises: Invalid for a file that can't be read.
    """
    book = partial(_iterate_book, part_bytes=limits.ROSTER_SHEET_BYTES, most_rows=EXCEL_ROWS)
    return _iterate_roster(replace(read_path(path), iterate_book=book), report)


def _iterate_roster(source: TableSource, report: Report = lambda _lines: None) -> Rows:
    for sheet in source.iterate_sheets(report):
        for number, cells in sheet.rows:
            yield number, list(cells)


def _iterate_book(data: bytes, report: Report, *, part_bytes: int, most_rows: int) -> Rows:
    """The rows of the first sheet, each as wide as the header."""
    width = told = 0
    for number, row in iterate_sheet_rows(data, part_bytes=part_bytes, most_rows=most_rows):
        if not row:
            continue
        width = width or len(row)
        yield number, row + [""] * (width - len(row))  # empty cells at the end are not in the file
        report(number - told)
        told = number
