"""Writing a roster with what triage says of each learner, and the summary by setting.

Headers that programs read stay as they are in every language; sheets, labels and the explanation
of the columns are in the reader's.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Protocol

from crrubric.domain.ballots.offline.books import cut_sheet_name
from crrubric.domain.exchange.formulas import guard_formulas
from crrubric.domain.planning.adoption import describe_points
from crrubric.domain.planning.calibration import GUIDE, format_number, read_points, write_points
from crrubric.domain.planning.rosters import (
    ALIKE,
    EARNED,
    LEARNER,
    NEEDED,
    REQUIRED,
    SEMESTERS,
    SUITS,
    PlacedLearner,
)
from crrubric.domain.planning.triage import Placement, Seats, Setting, count_seats
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue
from crrubric.domain.text import replace_control_characters
from crrubric.domain.translation import N_
from crrubric.reports.exchange.books import AS_TYPED, fit_text
from crrubric.reports.results.figures import Translate

WIDE = 64  # characters of a column with sentences
ADDED = ("pace", "chance", "band", "setting")
# what the columns of a roster hold, as its last sheet explains
EXPLAINED: Mapping[str, str] = {
    LEARNER: N_("number or code of the learner, as it was in the file"),
    NEEDED: N_("credits still needed to graduate"),
    EARNED: N_("credits earned so far"),
    REQUIRED: N_("credits required to graduate"),
    SEMESTERS: N_("semesters left until the original graduation date"),
    SUITS: N_("whether fully online learning suits the learner: yes or no"),
    "pace": N_("credits to earn a semester; empty where no semester is left"),
    "chance": N_("rough chance of graduating on time at that pace, in percent"),
    "band": N_("the quarter in which the chance lies; on a border it is the lower one"),
    "setting": N_("where and how the learner recovers credits, by band and suitability"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterWords:
    """In whose language labels are, by which line chances were read, where and when settings
    happen; and the place of each field that was read."""

    translate: Translate = str
    line: str = write_points(GUIDE)
    venues: Mapping[Setting, Venue] = field(default_factory=lambda: DEFAULT_VENUES)
    places: Mapping[str, int] = field(default_factory=dict)

    def label_settings(self) -> dict[Setting, str]:
        """The name of each setting, looked up once and not for each learner."""
        return {setting: self.translate(setting.label) for setting in Setting}


class RosterWriter(Protocol):
    """What takes the lines of a roster one by one, and the summary at the end."""

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Counts by setting, and the seats that they add up to."""


def list_columns(header: Sequence[str]) -> list[str]:
    """The header with the columns that triage adds; one that is there already is not doubled."""
    taken = {name.strip().casefold() for name in header}
    return [*header, *(_find_free_header(name, taken) for name in ADDED)]


def _find_free_header(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"triage {name}"
    return name


def list_findings(found: Placement, labels: Mapping[Setting, str]) -> list[str | float]:
    """The cells that triage adds: credits a semester, percent, and both in words."""
    pace = "" if found.pace is None else float(found.pace)
    return [pace, float(found.chance), found.band.words, labels[found.setting]]


class CsvRoster:
    """A roster as CSV in UTF-8. The summary is no part of it: it would be a learner’s line."""

    def __init__(self, file: Any, header: Sequence[str], words: RosterWords) -> None:
        self.writer = csv.writer(file, lineterminator="\r\n")
        labels = words.label_settings()
        # many learners are alike: what is added is written out once for all of them
        self.added = lru_cache(ALIKE)(partial(write_findings, labels=labels))
        self._write(list_columns(header))

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""
        self._write(learner.cells, self.added(learner.placement))

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Nothing."""

    def _write(self, typed: Iterable[str], added: Iterable[str] = ()) -> None:
        safe = [guard_formulas(replace_control_characters(cell)) for cell in typed]
        self.writer.writerow([*safe, *added])


def write_findings(found: Placement, labels: Mapping[Setting, str]) -> tuple[str, ...]:
    """The cells that triage adds, as texts."""
    pace = "" if found.pace is None else format_number(found.pace)
    return pace, format_number(found.chance), found.band.words, labels[found.setting]


class ExcelRoster:
    """A roster as an Excel workbook: the learners on one sheet, the summary on the next, and on
    the last what the columns hold."""

    def __init__(self, book: Any, header: Sequence[str], words: RosterWords) -> None:
        say = self.say = words.translate
        self.words, self.labels = words, words.label_settings()
        self.cut = say(
            N_(
                "[Excel takes 32,767 characters in a cell. This text has %(count)s: all of it is in"
                " the CSV file.]"
            )
        )
        self.added = lru_cache(ALIKE)(partial(list_findings, labels=self.labels))
        self.learners = book.add_worksheet(say(N_("Learners")))
        self.summary = book.add_worksheet(say(N_("Summary")))
        self.columns = book.add_worksheet(cut_sheet_name(say(N_("What the columns hold"))))
        self.bold, self.number = book.add_format({"bold": True}), book.add_format()
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.number.set_num_format("0.##")
        self.lines = 1
        columns = list_columns(header)
        self.learners.freeze_panes(1, 0)
        self.learners.set_column(0, len(columns) - 1, 16)
        self.learners.set_column(len(columns) - 1, len(columns) - 1, WIDE)
        for place, name in enumerate(columns):
            self.learners.write_string(0, place, self._keep_plain(name), self.bold)
        self._explain_columns(columns)

    def _explain_columns(self, columns: Sequence[str]) -> None:
        """A line for each column: its header, and what it holds."""
        say = self.say
        added = {len(columns) - len(ADDED) + place: name for place, name in enumerate(ADDED)}
        known = {**{place: name for name, place in self.words.places.items()}, **added}
        self.columns.set_column(0, 0, 28)
        self.columns.set_column(1, 1, WIDE)
        self.columns.write_string(0, 0, say(N_("Column")), self.bold)
        self.columns.write_string(0, 1, say(N_("What it holds")), self.bold)
        for line, name in enumerate(columns, 1):
            meaning = EXPLAINED.get(known.get(line - 1, ""))
            self.columns.write_string(line, 0, self._keep_plain(name))
            self.columns.write_string(
                line, 1, say(meaning or N_("carried through from your file as it was"))
            )

    def _keep_plain(self, cell: str) -> str:
        """What somebody typed, for XlsxWriter, which takes <r>…</r> for its own markup: then with a
        blank behind it, so that it is text. What a cell has no room for is said, not left out."""
        text = fit_text(replace_control_characters(cell), self.cut)
        return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text

    def write_learner(self, learner: PlacedLearner) -> None:
        """The next line."""
        line, sheet = self.lines, self.learners
        for place, cell in enumerate(learner.cells):
            if cell:
                sheet.write_string(line, place, self._keep_plain(cell))
        for place, found in enumerate(self.added(learner.placement), len(learner.cells)):
            if isinstance(found, float):
                sheet.write_number(line, place, found, self.number)
            elif found:
                sheet.write_string(line, place, found)
        self.lines += 1

    def write_summary(self, counts: Mapping[Setting, int], seats: Seats) -> None:
        """Counts by setting with where and when, the seats that they add up to, the line."""
        say = self.say
        self.summary.set_column(0, 0, WIDE)
        self.summary.set_column(2, 3, 34)
        header = (N_("Setting"), N_("Learners"), N_("Where"), N_("When"))
        for place, name in enumerate(header):
            self.summary.write_string(0, place, say(name), self.bold)
        for line, (setting, count) in enumerate(counts.items(), 1):
            venue = self.words.venues[setting]
            self.summary.write_string(line, 0, self.labels[setting], self.wrapped)
            self.summary.write_number(line, 1, count)
            self.summary.write_string(line, 2, say(venue.kind.label))
            self.summary.write_string(line, 3, say(venue.hours.label))
        sums = (
            (N_("Learners"), sum(counts.values())),
            (N_("Online seats needed in any case"), seats.low),
            (N_("Online seats if all who may choose choose online"), seats.high),
        )
        below = len(counts) + 2
        for line, (name, count) in enumerate(sums, below):
            self.summary.write_string(line, 0, say(name), self.bold)
            self.summary.write_number(line, 1, count, self.bold)
        points = read_points(self.words.line)
        told = say(N_("Credits a semester, and the chance read from them: %(points)s"))
        self.summary.write_string(
            below + len(sums) + 1,
            0,
            told % {"points": describe_points(points) if points else ""},
            self.wrapped,
        )


@contextmanager
def open_csv_roster(
    path: Path, header: Sequence[str], words: RosterWords
) -> Iterator[RosterWriter]:
    """A CSV file that takes learners."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield CsvRoster(file, header, words)


@contextmanager
def open_excel_roster(
    path: Path, header: Sequence[str], words: RosterWords
) -> Iterator[RosterWriter]:
    """An Excel workbook that takes learners; its parts lie beside it until it is whole."""
    from xlsxwriter import Workbook  # seldom needed

    with Workbook(str(path), {**AS_TYPED, "tmpdir": str(path.parent)}) as book:
        yield ExcelRoster(book, header, words)


def write_excel_roster(
    header: Sequence[str],
    learners: Iterable[PlacedLearner],
    counts: Mapping[Setting, int],
    words: RosterWords,
) -> bytes:
    """The same workbook, made in memory: no file holds a learner, not even for a moment."""
    from xlsxwriter import Workbook  # seldom needed

    made = BytesIO()
    with Workbook(made, {**AS_TYPED, "constant_memory": False, "in_memory": True}) as book:
        roster = ExcelRoster(book, header, words)
        for learner in learners:
            roster.write_learner(learner)
        roster.write_summary(counts, count_seats(counts))
    return made.getvalue()


def write_csv_roster(
    header: Sequence[str], learners: Iterable[PlacedLearner], words: RosterWords
) -> bytes:
    """The learners as CSV, made in memory."""
    made = StringIO()
    roster = CsvRoster(made, header, words)
    for learner in learners:
        roster.write_learner(learner)
    return made.getvalue().encode("utf-8-sig")


WRITERS = {".csv": open_csv_roster, ".xlsx": open_excel_roster}
