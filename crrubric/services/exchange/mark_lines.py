"""Reading a long CSV file of marks: every line is good, or listed with the reason why not."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer

COLUMNS = ("reviewer", "vendor", "criterion", "mark")
EVERY = 5_000  # lines between two reports of progress
LISTED = 1_000  # bad lines named one by one; above that, how many more there are

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


@dataclass(slots=True)
class KnownNames:
    """Names in the evaluation -> ids, growing as the file brings new ones."""

    reviewers: dict[str, int] = field(default_factory=dict)
    vendors: dict[str, int] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    may_not_apply: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """What the first pass over a file saw: names in the order of their first line."""

    reviewers: dict[str, None] = field(default_factory=dict)
    vendors: dict[str, None] = field(default_factory=dict)
    criteria: dict[str, None] = field(default_factory=dict)
    may_not_apply: set[str] = field(default_factory=set)
    marks: int = 0


class MarkedCells:
    """Which cells each reviewer has marked: a bit for each criterion, so memory stays flat.

    A row of bits for each reviewer and vendor; a million marks of 21 criteria are 48,000 rows.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}  # of reviewers and of vendors, told apart by a prefix
        self.criteria: dict[str, int] = {}
        self.rows: dict[tuple[int, int], int] = {}

    def add(self, line: MarkLine) -> bool:
        """Whether the line's cell is new; from now on it isn't."""
        number = self.numbers.setdefault
        reviewer = number(f"r{line.reviewer.casefold()}", len(self.numbers))
        vendor = number(f"v{line.vendor.casefold()}", len(self.numbers))
        bit = 1 << self.criteria.setdefault(line.criterion, len(self.criteria))
        row = self.rows.get((reviewer, vendor), 0)
        self.rows[reviewer, vendor] = row | bit
        return not row & bit


def scan_mark_lines(path: Path, known: KnownNames | None, report: Report) -> ImportSummary:
    """Read the whole file without storing anything. Raises: InvalidLines with every bad line."""
    found, marked, more = ImportSummary(), MarkedCells(), 0
    bad: list[tuple[int, CrrubricError | MarkLine]] = []  # a line by itself is a doubled one
    for line in read_mark_lines(path, report):
        problem = problem_of(line, known, marked)
        if problem is None and isinstance(line, MarkLine):
            count_line(found, line)
        elif problem is not None and len(bad) < LISTED:
            bad.append((line.number if isinstance(line, MarkLine) else line[0], problem))
        else:
            more += 1
    refuse_bad_lines(explain_bad_lines(bad, path), more)
    if not found.marks:
        raise Invalid(N_("The file holds no mark: below the header there must be lines."))
    return found


def problem_of(
    line: MarkLine | tuple[int, CrrubricError], known: KnownNames | None, marked: MarkedCells
) -> CrrubricError | MarkLine | None:
    """Why a line can't be used; a second mark for a cell is its own reason."""
    if isinstance(line, tuple):
        return line[1]
    return find_criterion_error(line, known) if marked.add(line) else line


def count_line(found: ImportSummary, line: MarkLine) -> None:
    """Count a good line, and the names in it."""
    found.reviewers[line.reviewer] = None
    found.vendors[line.vendor] = None
    found.criteria[line.criterion] = None
    if line.answer is Answer.NOT_APPLICABLE:
        found.may_not_apply.add(line.criterion)
    found.marks += 1


def refuse_bad_lines(bad: list[tuple[int, CrrubricError]], more: int) -> None:
    """Raise InvalidLines if there is a bad line."""
    if not bad:
        return
    raise InvalidLines(
        N_(
            "Nothing was imported. Lines that can’t be used: %(count)s. Correct them and "
            "import again."
        ),
        bad,
        count=len(bad) + more,
    )


def explain_bad_lines(
    bad: list[tuple[int, CrrubricError | MarkLine]], path: Path
) -> list[tuple[int, CrrubricError]]:
    """The bad lines with their reasons; a doubled one names the line that came first."""
    first = find_first_lines({cell_of(line) for _, line in bad if isinstance(line, MarkLine)}, path)
    return [
        (number, doubled_mark_error(problem, first) if isinstance(problem, MarkLine) else problem)
        for number, problem in bad
    ]


def doubled_mark_error(line: MarkLine, first: dict[tuple[str, str, str], int]) -> CrrubricError:
    """The refusal of a second mark for one cell by one reviewer."""
    return Invalid(
        N_("duplicate mark: %(reviewer)s has marked %(vendor)s, %(criterion)s in line %(line)s"),
        reviewer=line.reviewer,
        vendor=line.vendor,
        criterion=line.criterion,
        line=first[cell_of(line)],
    )


def find_first_lines(
    cells: set[tuple[str, str, str]], path: Path
) -> dict[tuple[str, str, str], int]:
    """The number of the first line of each cell; the file is read again only if there is one."""
    found: dict[tuple[str, str, str], int] = {}
    for line in read_mark_lines(path, lambda _: None) if cells else ():
        if isinstance(line, MarkLine) and cell_of(line) in cells:
            found.setdefault(cell_of(line), line.number)
    return found


def cell_of(line: MarkLine) -> tuple[str, str, str]:
    """What makes two lines marks of one cell by one reviewer; names are one name in any case."""
    return line.reviewer.casefold(), line.vendor.casefold(), line.criterion


def find_criterion_error(line: MarkLine, known: KnownNames | None) -> CrrubricError | None:
    """The refusal of a criterion that the evaluation's rubric doesn't have."""
    if known is None:
        return None
    if line.criterion not in known.criteria:
        return Invalid(
            N_("“%(criterion)s” is not in the rubric of this evaluation"), criterion=line.criterion
        )
    if line.answer is Answer.NOT_APPLICABLE and line.criterion not in known.may_not_apply:
        return Invalid(
            N_("“%(criterion)s” always applies: NOT_APPLICABLE is no answer to it"),
            criterion=line.criterion,
        )
    return None


def read_mark_lines(path: Path, report: Report) -> Iterator[MarkLine | tuple[int, CrrubricError]]:
    """The good lines, and (number, refusal) for the bad ones, in order; UTF-8, BOM or not."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            places = find_columns(header)
            for row in reader:
                if row:
                    yield parse_row(reader.line_num, row, places, len(header))
                if reader.line_num % EVERY == 0:
                    report(reader.line_num)
            report(reader.line_num)
    except UnicodeDecodeError:
        raise Invalid(
            N_("%(file)s is not UTF-8: save it as “CSV UTF-8” and import again."), file=path.name
        ) from None
    except csv.Error as error:
        raise Invalid(
            N_("%(file)s is not a CSV file that can be read: %(why)s."), file=path.name, why=error
        ) from None
    except OSError as error:
        raise Invalid(
            N_("%(file)s can’t be opened: %(why)s."), file=path.name, why=error.strerror
        ) from None


def find_columns(header: list[str]) -> dict[str, int]:
    """Where each column is. Raises: InvalidLines for line 1 if one is missing."""
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InvalidLines(
            N_("Nothing was imported: the header is not complete."),
            [(1, Invalid(N_("missing column “%(name)s”"), name=name)) for name in missing],
        )
    return {name: header.index(name) for name in (*COLUMNS, "note") if name in header}


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
            vendor=clean_line(text["vendor"], limit=limits.CODE),
            criterion=clean_line(text["criterion"], limit=limits.CODE),
            answer=answer,
            note=clean_text(text.get("note", ""), limit=limits.NOTE),
        )
    except Invalid as error:
        return number, error
