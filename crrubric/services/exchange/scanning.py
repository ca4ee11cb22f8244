"""The first pass over a file of marks: everything is looked at, nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.setup.assignment import EVERYTHING, Assignment
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.mark_lines import MarkLine, read_mark_lines
from crrubric.services.exchange.names import (
    CRITERION_WORDS,
    REVIEWER_WORDS,
    VENDOR_WORDS,
    NameBook,
    Reference,
)

LISTED = 1_000  # bad lines named one by one; above that, how many more there are
Cell = tuple[Reference, Reference, Reference]  # reviewer, vendor, criterion
BallotKey = tuple[Reference, Reference]


def _make_reviewer_book() -> NameBook:
    return NameBook(words=REVIEWER_WORDS, longest=limits.NAME)


def _make_vendor_book() -> NameBook:
    return NameBook(words=VENDOR_WORDS, longest=limits.CODE)


def _make_criterion_book() -> NameBook:
    return NameBook(words=CRITERION_WORDS, longest=limits.CODE)


@dataclass(slots=True, kw_only=True)
class Roster:
    """Who and what an evaluation has, and what of it can't be marked any more."""

    reviewers: NameBook = field(default_factory=_make_reviewer_book)
    vendors: NameBook = field(default_factory=_make_vendor_book)
    criteria: NameBook = field(default_factory=_make_criterion_book)
    always_apply: set[int] = field(default_factory=set)  # criteria
    sealed: set[BallotKey] = field(default_factory=set)
    recused: set[BallotKey] = field(default_factory=set)
    seen: set[BallotKey] = field(default_factory=set)  # the reviewer has seen another's ballot
    withdrawn: set[int] = field(default_factory=set)  # vendors
    assigned: dict[int, Assignment] = field(default_factory=dict)  # by member

    def find_cell(self, line: MarkLine) -> Cell:
        """What the line is about. Raises: Invalid for a name that can't be used."""
        return (
            self.reviewers.resolve(line.reviewer),
            self.vendors.resolve(line.vendor),
            self.criteria.resolve(line.criterion),
        )

    def find_refusal(self, line: MarkLine, cell: Cell) -> CrrubricError | None:
        """Why this mark can't be given."""
        reviewer, vendor, criterion = cell
        if line.answer is Answer.NOT_APPLICABLE and criterion in self.always_apply:
            return Invalid(
                N_("“%(criterion)s” always applies: NOT_APPLICABLE is no answer to it"),
                criterion=line.criterion,
            )
        if (reviewer, vendor) in self.sealed:
            message = N_("the ballot of %(reviewer)s is submitted and sealed")
        elif (reviewer, vendor) in self.recused:
            message = N_("%(reviewer)s has declared a conflict of interest with this vendor")
        elif (reviewer, vendor) in self.seen:
            message = N_("%(reviewer)s has seen another reviewer’s ballot for this vendor")
        elif vendor in self.withdrawn or not self._asks(*cell):
            message = N_("%(reviewer)s is not assigned to mark this: see “Who marks what”")
        else:
            return None
        return Invalid(message, reviewer=line.reviewer)

    def _asks(self, reviewer: Reference, vendor: Reference, criterion: Reference) -> bool:
        own = self.assigned.get(reviewer, EVERYTHING) if isinstance(reviewer, int) else EVERYTHING
        covers_vendor = own.vendors is None or vendor in own.vendors
        return covers_vendor and (own.criteria is None or criterion in own.criteria)


class MarkedCells:
    """Which cells are marked: a bit for each criterion, so memory stays flat.

    A row of bits for each ballot; a million marks of 21 criteria are 48,000 rows.
    """

    def __init__(self) -> None:
        self.places: dict[Reference, int] = {}  # of criteria
        self.rows: dict[BallotKey, int] = {}

    def add(self, cell: Cell) -> bool:
        """Whether the cell is new; from now on it isn't."""
        reviewer, vendor, criterion = cell
        bit = 1 << self.places.setdefault(criterion, len(self.places))
        row = self.rows.get((reviewer, vendor), 0)
        self.rows[reviewer, vendor] = row | bit
        return not row & bit

    def has(self, cell: Cell) -> bool:
        """Whether the cell is marked."""
        bit = 1 << self.places.get(cell[2], len(self.places))
        return bool(self.rows.get(cell[:2], 0) & bit)

    def list_criteria(self, ballot: BallotKey) -> list[Reference]:
        """The criteria that are marked on a ballot."""
        row = self.rows.get(ballot, 0)
        return [criterion for criterion, place in self.places.items() if row >> place & 1]


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """What the first pass over a file saw."""

    marked: MarkedCells = field(default_factory=MarkedCells)
    may_not_apply: set[Reference] = field(default_factory=set)  # criteria
    marks: int = 0


def scan_marks(path: Path, roster: Roster, stored: MarkedCells, report: Report) -> ImportSummary:
    """Read the whole file without storing anything.

    Args: stored: cells that are marked in the evaluation already.
    Raises: InvalidLines with every bad line.
    """
    found, more = ImportSummary(), 0
    bad: list[tuple[int, CrrubricError | Cell]] = []  # a cell by itself is one that came before
    for line in read_mark_lines(path, report):
        number, problem = _look_at(line, roster, stored, found)
        if problem is None:
            found.marks += 1
        elif len(bad) < LISTED:
            bad.append((number, problem))
        else:
            more += 1
    _refuse_bad_lines(bad, more, path, roster)
    if not found.marks:
        raise Invalid(N_("The file holds no mark: below the header there must be lines."))
    return found


def _look_at(
    line: MarkLine | tuple[int, CrrubricError],
    roster: Roster,
    stored: MarkedCells,
    found: ImportSummary,
) -> tuple[int, CrrubricError | Cell | None]:
    """The number of a line, and why it can't be used."""
    if isinstance(line, tuple):
        return line
    try:
        cell = roster.find_cell(line)
    except Invalid as error:
        return line.number, error
    if refusal := roster.find_refusal(line, cell):
        return line.number, refusal
    if stored.has(cell):
        message = N_("duplicate mark: %(reviewer)s has marked this in the evaluation already")
        return line.number, Invalid(message, reviewer=line.reviewer)
    if not found.marked.add(cell):
        return line.number, cell
    if line.answer is Answer.NOT_APPLICABLE:
        found.may_not_apply.add(cell[2])
    return line.number, None


def _refuse_bad_lines(
    bad: list[tuple[int, CrrubricError | Cell]], more: int, path: Path, roster: Roster
) -> None:
    """Raise InvalidLines if there is a bad line; a doubled one names the line that came first."""
    if not bad:
        return
    doubled = {problem for _number, problem in bad if isinstance(problem, tuple)}
    first = _find_first_lines(doubled, path, roster)
    raise InvalidLines(
        N_(
            "Nothing was imported. Lines that can’t be used: %(count)s. Correct them and "
            "import again."
        ),
        [
            (number, _doubled_mark_error(first[problem]) if isinstance(problem, tuple) else problem)
            for number, problem in bad
        ],
        count=len(bad) + more,
    )


def _doubled_mark_error(first: MarkLine) -> CrrubricError:
    """The refusal of a second mark for one cell by one reviewer."""
    return Invalid(
        N_("duplicate mark: %(reviewer)s has marked %(vendor)s, %(criterion)s in line %(line)s"),
        reviewer=first.reviewer,
        vendor=first.vendor,
        criterion=first.criterion,
        line=first.number,
    )


def _find_first_lines(cells: Iterable[Cell], path: Path, roster: Roster) -> dict[Cell, MarkLine]:
    """The first line of each cell; the file is read again only if one is wanted."""
    wanted = set(cells)
    found: dict[Cell, MarkLine] = {}
    for line in read_mark_lines(path, lambda _: None) if wanted else ():
        if isinstance(line, tuple):
            continue
        try:
            cell = roster.find_cell(line)
        except Invalid:
            continue
        if cell in wanted:
            found.setdefault(cell, line)
    return found
