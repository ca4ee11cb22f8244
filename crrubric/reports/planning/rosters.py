"""Writing a roster with what triage says of each learner, and the summary by setting."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from crrubric.domain.planning.calibration import format_number
from crrubric.domain.planning.rosters import PlacedLearner
from crrubric.domain.planning.triage import Seats, Setting, count_seats
from crrubric.domain.text import replace_control_characters
from crrubric.reports.exchange.tables import escape_formula

ADDED = ("pace", "chance", "band", "setting")
# nothing that a person typed becomes a formula, a link or a number
AS_TYPED = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


class RosterWriter(Protocol):
    """What takes the lines of a roster one by one, and the summary at the end."""

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Counts by setting, and the seats that they add up to."""


def list_columns(header: Sequence[str]) -> list[str]:
    """The header with the columns that triage adds; one that is there already is not doubled."""
    taken = {name.strip().casefold() for name in header}
    return [*header, *(f"triage {name}" if name in taken else name for name in ADDED)]


def list_findings(learner: PlacedLearner) -> list[str | Fraction | None]:
    """The cells that triage adds: credits a semester, percent, and both in words."""
    found = learner.placement
    return [found.pace, found.chance, found.band.words, found.setting.label]


class CsvRoster:
    """A roster as CSV in UTF-8. The summary is no part of it: it would be a learner’s line."""

    def __init__(self, file: Any, header: Sequence[str]) -> None:
        self.writer = csv.writer(file, lineterminator="\r\n")
        self._write(list_columns(header))

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""
        self._write(
            [
                *learner.cells,
                *(
                    format_number(cell) if isinstance(cell, Fraction) else cell or ""
                    for cell in list_findings(learner)
                ),
            ]
        )

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Nothing."""

    def _write(self, cells: Iterable[str]) -> None:
        self.writer.writerow([escape_formula(replace_control_characters(cell)) for cell in cells])


class ExcelRoster:
    """A roster as an Excel workbook: the learners on one sheet, the summary on the next."""

    def __init__(self, book: Any, header: Sequence[str]) -> None:
        self.learners = book.add_worksheet("Learners")
        self.summary = book.add_worksheet("Summary")
        self.bold, self.number = book.add_format({"bold": True}), book.add_format()
        self.number.set_num_format("0.##")
        self.lines = 1
        columns = list_columns(header)
        self.learners.freeze_panes(1, 0)
        self.learners.set_column(0, len(columns) - 1, 16)
        for place, name in enumerate(columns):
            self.learners.write_string(0, place, replace_control_characters(name), self.bold)

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""
        for place, cell in enumerate([*learner.cells, *list_findings(learner)]):
            if isinstance(cell, Fraction):
                self.learners.write_number(self.lines, place, float(cell), self.number)
            elif cell:
                self.learners.write_string(self.lines, place, replace_control_characters(cell))
        self.lines += 1

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Counts by setting, and the seats that they add up to."""
        self.summary.set_column(0, 0, 64)
        rows: list[tuple[str, int]] = [
            *((setting.label, count) for setting, count in counts.items()),
            ("Learners", sum(counts.values())),
            ("Online seats needed in any case", seats.low),
            ("Online seats if all who may choose choose online", seats.high),
        ]
        self.summary.write_string(0, 0, "Setting", self.bold)
        self.summary.write_string(0, 1, "Learners", self.bold)
        for line, (words, count) in enumerate(rows, 1):
            self.summary.write_string(line, 0, words)
            self.summary.write_number(line, 1, count)


@contextmanager
def open_csv_roster(path: Path, header: Sequence[str]) -> Iterator[RosterWriter]:
    """A CSV file that takes learners."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield CsvRoster(file, header)


@contextmanager
def open_excel_roster(path: Path, header: Sequence[str]) -> Iterator[RosterWriter]:
    """An Excel workbook that takes learners."""
    from xlsxwriter import Workbook  # seldom needed

    with Workbook(str(path), AS_TYPED) as book:
        yield ExcelRoster(book, header)


def write_excel_roster(
    header: Sequence[str], learners: Iterable[PlacedLearner], counts: Mapping[Setting, int]
) -> bytes:
    """The same workbook, made in memory: no file holds a learner, not even for a moment."""
    from xlsxwriter import Workbook  # seldom needed

    made = BytesIO()
    with Workbook(made, {**AS_TYPED, "constant_memory": False, "in_memory": True}) as book:
        roster = ExcelRoster(book, header)
        for learner in learners:
            roster.write_learner(learner)
        roster.write_summary(counts, count_seats(counts))
    return made.getvalue()


WRITERS = {".csv": open_csv_roster, ".xlsx": open_excel_roster}
