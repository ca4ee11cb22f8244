"""The first pass over a file of marks: everything is looked at, nothing is stored."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crrubric.domain import limits
from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.errors import CrrubricError, Invalid, InvalidPlaces
from crrubric.domain.exchange.answer_words import LONGEST
from crrubric.domain.exchange.marks.latest import Answered, LatestAnswers
from crrubric.domain.exchange.marks.lines import BadMark, MarkLine, Place, UnknownWord
from crrubric.domain.exchange.marks.mapping import Layout
from crrubric.domain.setup.assignment import EVERYTHING, Assignment
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.mark_lines import MarkTable
from crrubric.services.exchange.names import (
    CRITERION_WORDS,
    REVIEWER_WORDS,
    VENDOR_WORDS,
    NameBook,
    Reference,
)

LISTED = 1_000  # bad lines named one by one; above that, how many more there are
TOO_OFTEN = N_(
    "More than %(most)s answers were given again later: look whether the columns are right, or"
    " divide the file."
)
PATIENCE = 20_000  # more bad lines than that, and a page looks no further: a second of work
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
    code_of: dict[int, str] = field(default_factory=dict)  # of criteria
    withdrawn: set[int] = field(default_factory=set)  # vendors
    # of whoever imports: their own seat, vendors with which they have a conflict of interest, and
    # those whom they score and whose ballot they have not submitted
    importer: int | None = None
    shut_out: frozenset[int] = frozenset()
    unscored: set[int] = field(default_factory=set)
    begun: set[BallotKey] = field(default_factory=set)  # by their reviewers themselves
    entered: set[BallotKey] = field(default_factory=set)  # for them; open again, as they were
    assigned: dict[int, Assignment] = field(default_factory=dict)  # by member

    def find_cell(self, line: MarkLine) -> Cell:
        """What the line is about. Raises: Invalid for a name that can't be used."""
        return (
            self.reviewers.resolve(line.reviewer),
            self.vendors.resolve(line.vendor),
            self.criteria.resolve(line.criterion),
        )

    def find_criterion_code(self, text: str) -> str | None:
        """The code of the one criterion that is called this."""
        if not self.criteria.is_known(text):
            return None
        found = self.criteria.resolve(text)
        return self.code_of.get(found) if isinstance(found, int) else None

    def find_refusal(self, line: MarkLine, cell: Cell) -> CrrubricError | None:
        """Why this mark can't be given."""
        refusal = self._find_refusal_for_importer(line, cell)
        if refusal is not None:
            return refusal
        reviewer, vendor, criterion = cell
        if line.text.answer is Answer.NOT_APPLICABLE and criterion in self.always_apply:
            return Invalid(
                N_("“%(criterion)s” always applies: “not applicable” is no answer to it"),
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

    def _find_refusal_for_importer(self, line: MarkLine, cell: Cell) -> CrrubricError | None:
        """Why whoever imports may not bring this mark."""
        reviewer, vendor, _criterion = cell
        if vendor in self.shut_out:
            return Invalid(
                N_(
                    "you have a conflict of interest with %(vendor)s: another chair imports these"
                    " marks"
                ),
                vendor=line.vendor,
            )
        if vendor in self.unscored and reviewer != self.importer:
            return Invalid(
                N_("submit your own ballot for %(vendor)s first: these are another’s marks"),
                vendor=line.vendor,
            )
        if self.importer not in (None, reviewer) and (reviewer, vendor) in self.begun:
            message = (
                N_(
                    "the ballot of %(reviewer)s was entered already: enter it again on the page"
                    " “Progress”"
                )
                if (reviewer, vendor) in self.entered
                else N_("%(reviewer)s has begun this ballot: only they can mark it")
            )
            return Invalid(message, reviewer=line.reviewer)
        return None

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


def forget_mark(_cell: Cell, _text: MarkText) -> None:
    """What becomes of a mark that is looked at and not taken."""


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """What the first pass over a file saw."""

    marked: MarkedCells = field(default_factory=MarkedCells)
    may_not_apply: set[Reference] = field(default_factory=set)  # criteria
    marks: int = 0
    superseded: int = 0  # answers that were given again later
    words: Counter[tuple[str, Answer]] = field(default_factory=Counter)  # as written
    unknown_words: Counter[str] = field(default_factory=Counter)
    bad: Sequence[BadMark] = ()
    more: int = 0  # bad lines beyond those
    cut_off: bool = False  # there are so many that the rest was not looked at

    def count_bad(self) -> int:
        """How many lines can't be used, as far as the file was looked at."""
        return len(self.bad) + self.more

    def refuse_bad_lines(self) -> None:
        """Raise InvalidPlaces if there is a bad line; Invalid if there is no mark."""
        if self.bad:
            raise InvalidPlaces(
                N_(
                    "Nothing was imported. Lines that can’t be used: %(count)s. Correct them and "
                    "import again."
                ),
                self.bad,
                count=self.count_bad(),
            )
        if not self.marks:
            raise Invalid(N_("The file holds no mark: below the header there must be lines."))


def read_grounds(roster: Roster, stored: MarkedCells, found: ImportSummary) -> list[object]:
    """What the look at a file rests on, as far as its ballots go: as long as this is the same, it
    would find the same."""
    ballots = found.marked.rows.keys()
    reviewers = {reviewer for reviewer, _vendor in ballots}
    return [
        *(book.read_grounds() for book in (roster.reviewers, roster.vendors, roster.criteria)),
        roster.always_apply,
        roster.code_of,
        roster.withdrawn,
        (roster.importer, roster.shut_out, roster.unscored),
        [
            each & ballots
            for each in (roster.sealed, roster.recused, roster.seen, roster.begun, roster.entered)
        ],
        {key: own for key, own in roster.assigned.items() if key in reviewers},
        {key: {*stored.list_criteria(key)} for key in ballots},
    ]


def scan_marks(
    table: MarkTable,
    roster: Roster,
    stored: MarkedCells,
    report: Report,
    keep: Callable[[Cell, MarkText], None] = forget_mark,
    *,
    patience: int | None = None,
) -> ImportSummary:
    """Read the whole file without storing anything.

    Args: stored: cells that are marked in the evaluation already; keep: is told each good mark;
    patience: after how many bad lines more than are listed, or answers that were given again, no
    further one is looked at. Raises: InvalidPlaces for a header that can't be used.
    """
    found = ImportSummary()
    latest = LatestAnswers()
    if table.mapping.keep_latest and (
        place := find_latest_answers(table, roster, latest, patience)
    ):
        found.bad, found.cut_off = [(place, Invalid(TOO_OFTEN, most=patience))], True
        return found
    found.superseded = latest.again
    bad: list[tuple[Place, CrrubricError | Cell]] = []  # a cell by itself is one that came before
    for line in table.iterate_lines(report):
        if isinstance(line, MarkLine) and _is_superseded(line, latest, table, roster):
            continue
        place, problem = _look_at(line, roster, stored, found, keep)
        if problem is None:
            found.marks += 1
        elif len(bad) < LISTED:
            bad.append((place, problem))
        elif found.more == patience:
            found.cut_off = True
            break
        else:
            found.more += 1
    found.bad = _name_doubled_marks(bad, table, roster)
    return found


def find_latest_answers(
    table: MarkTable, roster: Roster, latest: LatestAnswers, patience: int | None
) -> Place | None:
    """Find which answers are the latest: of a form whole ballots, else marks.

    One that can't be read is none. Returns: where it became too many, if it did.
    """
    for line in table.iterate_lines():
        if isinstance(line, MarkLine) and (key := _find_answered(line, table, roster)):
            latest.add(key, Answered(line.time, line.row))
            if patience is not None and latest.again > patience:
                return line.place
    return None


def _find_answered(line: MarkLine, table: MarkTable, roster: Roster) -> Cell | BallotKey | None:
    """What a line answers, as far as its names are known."""
    try:
        cell = roster.find_cell(line)
    except Invalid:
        return None
    return cell[:2] if table.mapping.layout is Layout.RESPONSES else cell


def _is_superseded(line: MarkLine, latest: LatestAnswers, table: MarkTable, roster: Roster) -> bool:
    """Whether a line was answered again later; what others said in its row is not left out."""
    return not latest.is_latest(_find_answered(line, table, roster), line.row)


def _look_at(
    line: MarkLine | BadMark,
    roster: Roster,
    stored: MarkedCells,
    found: ImportSummary,
    keep: Callable[[Cell, MarkText], None],
) -> tuple[Place, CrrubricError | Cell | None]:
    """Where a mark is, and why it can't be used; a good one is kept."""
    if isinstance(line, tuple):
        if isinstance(line[1], UnknownWord) and len(line[1].word) <= LONGEST:
            found.unknown_words[line[1].word] += 1
        return line
    found.words[line.word, line.text.answer] += 1
    try:
        cell = roster.find_cell(line)
    except Invalid as error:
        return line.place, error
    if refusal := roster.find_refusal(line, cell):
        return line.place, refusal
    if stored.has(cell):
        message = N_("duplicate mark: %(reviewer)s has marked this in the evaluation already")
        return line.place, Invalid(message, reviewer=line.reviewer)
    if not found.marked.add(cell):
        return line.place, cell
    if line.text.answer is Answer.NOT_APPLICABLE:
        found.may_not_apply.add(cell[2])
    keep(cell, line.text)
    return line.place, None


def _name_doubled_marks(
    bad: Sequence[tuple[Place, CrrubricError | Cell]], table: MarkTable, roster: Roster
) -> list[BadMark]:
    """The bad lines; a doubled one names the line that came first."""
    doubled = {problem for _place, problem in bad if isinstance(problem, tuple)}
    first = _find_first_lines(doubled, table, roster)
    return [
        (place, _doubled_mark_error(first[problem]) if isinstance(problem, tuple) else problem)
        for place, problem in bad
    ]


def _doubled_mark_error(first: MarkLine) -> CrrubricError:
    """The refusal of a second mark for one cell by one reviewer."""
    return Invalid(
        N_("duplicate mark: %(reviewer)s has marked %(vendor)s, %(criterion)s in line %(line)s"),
        reviewer=first.reviewer,
        vendor=first.vendor,
        criterion=first.criterion,
        line=first.place,
    )


def _find_first_lines(
    cells: Iterable[Cell], table: MarkTable, roster: Roster
) -> dict[Cell, MarkLine]:
    """The first line of each cell; the file is read again only if one is wanted."""
    wanted = set(cells)
    found: dict[Cell, MarkLine] = {}
    for line in table.iterate_lines() if wanted else ():
        if len(found) == len(wanted):
            break
        if not isinstance(line, MarkLine):
            continue
        try:
            cell = roster.find_cell(line)
        except Invalid:
            continue
        if cell in wanted:
            found.setdefault(cell, line)
    return found
