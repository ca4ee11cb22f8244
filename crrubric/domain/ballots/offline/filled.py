"""Reading the sheets of an offline workbook that came back: every row, or everything wrong."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from crrubric.domain.ballots.marks import MarkText, clean_mark
from crrubric.domain.ballots.offline.books import FILLED_IN, STAMP_SHEET, OfflineColumn
from crrubric.domain.ballots.offline.stamps import (
    NO_STAMP,
    OfflineStamp,
    StampedBallot,
    StampedRow,
    fingerprint_mark,
    read_stamp,
)
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.answer_words import is_blank_answer
from crrubric.domain.text import isolate_direction, key_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_day
from crrubric.domain.vocabulary import Answer, EvidenceKind

Rows = Sequence[Sequence[str]]
Read = TypeVar("Read")
HEADER_AMONG = 20  # rows at the top, among which the header is looked for
SHOWN = 60  # characters of a cell that a message repeats
LISTED = 100  # problems of a sheet that are told one by one; above that, how many more there are
_US_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
NO_HEADER = N_(
    "The header of this sheet is not where it was. Download the workbook again and copy your"
    " answers into it."
)
RENAMED = N_("This sheet is not in the file, but others that it never had are. Rename it back.")
STRANGE_ROW = N_("This row does not begin with the number of a criterion of this sheet.")
TWICE = N_("The number %(number)s stands here a second time. Delete the row that was added.")
NO_ANSWER = N_("“%(typed)s” is no answer: choose from the list in the cell.")
NO_KIND = N_("“%(typed)s” is no kind of evidence: choose from the list in the cell.")
ALONE = N_("Choose an answer for this row, or empty its other cells.")
ANYWHERE = ""  # the cell, where a problem is the whole sheet's


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledWords:
    """What answers and kinds of evidence are called, in any language."""

    read_answer: Callable[[str], Answer | None]
    kinds: Mapping[str, EvidenceKind]  # by `key_of` their names


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something that can't be used, and the cell of the sheet in which it stands."""

    sheet: str
    cell: str
    error: Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """A row that says something else than when the file was made.

    line: its number in the sheet; silent: its answer was taken out, what else it says was not.
    """

    stamped: StampedRow
    line: int
    text: MarkText
    silent: bool = False

    def find_cell(self, column: OfflineColumn) -> str:
        """The name of a cell of this row."""
        return name_cell(self.line, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledBallot:
    """The rows of a vendor's sheet that say something new, and how many say what they said."""

    stamped: StampedBallot
    rows: tuple[FilledRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledBook:
    """A workbook that came back.

    missing: names of sheets that are not in it any more; more: by sheet, how many problems there
    are beyond those.
    """

    stamp: OfflineStamp
    ballots: tuple[FilledBallot, ...]
    missing: tuple[str, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    more: Mapping[str, int] = field(default_factory=dict)

    def count_more(self, shut: Collection[str] = ()) -> int:
        """How many problems are not told one by one. Args: shut: sheets that do not matter."""
        return sum(count for sheet, count in self.more.items() if sheet not in shut)


def read_filled_book(sheets: Mapping[str, Rows], words: FilledWords) -> FilledBook:
    """What the sheets say, with everything that can't be used of them.

    Raises: Invalid (field "file") for a workbook that was not made here.
    """
    found = {key_of(name): rows for name, rows in sheets.items()}
    if key_of(STAMP_SHEET) not in found:
        raise Invalid(NO_STAMP, field="file")
    lines = [row[0] if row else "" for row in found[key_of(STAMP_SHEET)]]
    while lines and not lines[-1]:
        lines.pop()
    stamp = read_stamp(lines)
    known = {key_of(each.sheet) for each in stamp.ballots}
    missing = tuple(each.sheet for each in stamp.ballots if key_of(each.sheet) not in found)
    reader = BookReader(stamp, words)
    strange = len(found) > len(known & found.keys()) + 2  # beside them: to read, and the stamp
    if missing and strange:
        reader.keep(CellProblem(name, ANYWHERE, Invalid(RENAMED)) for name in missing)
    ballots = tuple(
        reader.read_ballot(each, found[key_of(each.sheet)])
        for each in stamp.ballots
        if key_of(each.sheet) in found
    )
    return FilledBook(
        stamp=stamp,
        ballots=ballots,
        missing=missing,
        problems=tuple(reader.problems),
        more=reader.more,
    )


@dataclass
class BookReader:
    """Reads sheets and keeps what is wrong with them."""

    stamp: OfflineStamp
    words: FilledWords
    problems: list[CellProblem] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)  # problems of each sheet

    @property
    def more(self) -> dict[str, int]:
        """How many problems of each sheet are not kept."""
        return {sheet: count - LISTED for sheet, count in self.found.items() if count > LISTED}

    def keep(self, problems: Iterable[CellProblem]) -> None:
        """Keep what is wrong, as far as somebody reads it: a sheet has thousands of rows."""
        for problem in problems:
            self.found[problem.sheet] += 1
            if self.found[problem.sheet] <= LISTED:
                self.problems.append(problem)

    def read_ballot(self, stamped: StampedBallot, rows: Rows) -> FilledBallot:
        """The rows of a vendor's sheet that say something new."""
        return FilledBallot(stamped=stamped, rows=tuple(self._iterate_rows(stamped, rows)))

    def _iterate_rows(self, stamped: StampedBallot, rows: Rows) -> Iterator[FilledRow]:
        top = find_header(rows, self.stamp.columns)
        if top is None:
            self.keep([CellProblem(stamped.sheet, ANYWHERE, Invalid(NO_HEADER))])
            return
        waiting = {row.number: row for row in stamped.rows}
        numbers = frozenset(waiting)
        for line, cells in enumerate(rows[top + 1 :], top + 2):
            row = FilledRowReader(stamped.sheet, line, cells, self.words)
            try:
                was = row.find_stamped(numbers, waiting)
                if was is not None and (filled := row.read(was)) is not None:
                    yield filled
            except Invalid as error:
                self.keep(row.place_problems(error))


def find_header(rows: Rows, columns: Sequence[str]) -> int | None:
    """Which row is the header, from 0; None if none of the first is."""
    wanted = [key_of(text) for text in columns]
    for place, row in enumerate(rows[:HEADER_AMONG]):
        if [key_of(text) for text in row[: len(wanted)]] == wanted:
            return place
    return None


@dataclass(frozen=True, slots=True)
class FilledRowReader:
    """Reads one row of a vendor's sheet."""

    sheet: str
    line: int
    cells: Sequence[str]
    words: FilledWords

    def find_stamped(
        self, numbers: Collection[int], waiting: dict[int, StampedRow]
    ) -> StampedRow | None:
        """What the row was; None for one in which nothing is filled in.

        Args: numbers: of all rows; waiting: the rows that were not read yet, by their number.
        Raises: Invalid.
        """
        typed = self.get_text(OfflineColumn.NUMBER).strip()
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
        if number in waiting:
            return waiting.pop(number)
        if not any(self.get_text(column).strip() for column in FILLED_IN):
            return None
        if number in numbers:
            raise Invalid(TWICE, number=number, field=OfflineColumn.NUMBER.value)
        raise Invalid(STRANGE_ROW, field=OfflineColumn.NUMBER.value)

    def read(self, was: StampedRow) -> FilledRow | None:
        """What the row says; None for nothing, or what it said. Raises: Invalid, all at once."""
        if not any(self.get_text(column).strip() for column in FILLED_IN):
            return None
        problems: list[Invalid] = []
        answer = self._try(self._read_answer, problems)
        kind = self._try(self._read_kind, problems)
        seen, until = (
            self._try(lambda column=column: self._read_day(column), problems)  # type: ignore[misc]
            for column in (OfflineColumn.SEEN_ON, OfflineColumn.UNTIL)
        )
        silent = is_blank_answer(self.get_text(OfflineColumn.ANSWER))
        if silent:
            answer = was.answer
            if answer is None:
                problems.append(Invalid(ALONE, field=OfflineColumn.ANSWER.value))
        text = MarkText(
            answer=answer or Answer.CANNOT_TELL,  # a stand-in, where it is a problem already
            note=self.get_text(OfflineColumn.NOTE),
            evidence_kind=kind,
            evidence_place=self.get_text(OfflineColumn.PLACE),
            evidence_on=seen,
            evidence_until=until,
        )
        tidy = self._try(lambda: clean_mark(text), problems)
        if problems:
            problems[0].more = (*problems[0].more, *problems[1:])
            raise problems[0]
        if tidy is None or fingerprint_mark(tidy) == was.was:
            return None
        return FilledRow(stamped=was, line=self.line, text=tidy, silent=silent)

    def place_problems(self, error: Invalid) -> Iterator[CellProblem]:
        """Every refusal with the cell that it is about, in the order of the cells."""
        told = [error]
        for one in told:
            told += one.more
        for one in sorted(told, key=lambda one: find_column(one).place):
            yield CellProblem(self.sheet, name_cell(self.line, find_column(one)), one)

    def get_text(self, column: OfflineColumn) -> str:
        """What stands in a cell."""
        return self.cells[column.place] if column.place < len(self.cells) else ""

    def _read_answer(self) -> Answer | None:
        typed = self.get_text(OfflineColumn.ANSWER).strip()
        if is_blank_answer(typed):
            return None
        answer = self.words.read_answer(typed)
        if answer is None:
            raise Invalid(NO_ANSWER, typed=quote_cell(typed), field=OfflineColumn.ANSWER.value)
        return answer

    def _read_kind(self) -> EvidenceKind | None:
        typed = self.get_text(OfflineColumn.EVIDENCE).strip()
        kind = self.words.kinds.get(key_of(typed)) if typed else None
        if typed and kind is None:
            raise Invalid(NO_KIND, typed=quote_cell(typed), field=OfflineColumn.EVIDENCE.value)
        return kind

    def _read_day(self, column: OfflineColumn) -> date | None:
        typed = self.get_text(column).strip()
        return parse_cell_day(typed, field=column.value) if typed else None

    @staticmethod
    def _try(read: Callable[[], Read], problems: list[Invalid]) -> Read | None:
        try:
            return read()
        except Invalid as error:
            problems.append(error)
            return None


def parse_cell_day(typed: str, *, field: str) -> date:
    """A day in a cell: 2027-03-12, or 3/12/2027 as the United States write it. Raises: Invalid."""
    plain = _MIDNIGHT.sub("", typed)
    if found := _US_DAY.fullmatch(plain):
        plain = f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}"
    return parse_day(plain, field=field)


def quote_cell(typed: str) -> str:
    """What a message repeats of a cell."""
    plain = " ".join(typed.split())
    return isolate_direction(plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…")


def find_column(error: Invalid) -> OfflineColumn:
    """The column that a refusal is about."""
    return OfflineColumn(error.field) if error.field in set(OfflineColumn) else OfflineColumn.NUMBER


def name_cell(line: int, column: OfflineColumn) -> str:
    """A cell as spreadsheets call it: F7."""
    return f"{chr(ord('A') + column.place)}{line}"
