"""Reading a long CSV file of marks: every line is good, or listed with the reason why not."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.text import clean, one_line
from crrubric.domain.vocabulary import N_, Answer

COLUMNS = ("reviewer", "vendor", "criterion", "mark")
EVERY = 5_000  # lines between two reports of progress
LISTED = 1_000  # bad lines named one by one; above that, how many more there are

ANSWERS = {answer.value: answer for answer in Answer}
Report = Callable[[int], None]  # called with the number of lines read so far


@dataclass(frozen=True, slots=True)
class Line:
    """One good line of the file."""

    number: int
    reviewer: str
    vendor: str
    criterion: str
    answer: Answer
    note: str


@dataclass(slots=True)
class Known:
    """Names in the evaluation -> ids, growing as the file brings new ones."""

    reviewers: dict[str, int] = field(default_factory=dict)
    vendors: dict[str, int] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    may_not_apply: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Found:
    """What the first pass over a file saw: names in the order of their first line."""

    reviewers: dict[str, None] = field(default_factory=dict)
    vendors: dict[str, None] = field(default_factory=dict)
    criteria: dict[str, None] = field(default_factory=dict)
    may_not_apply: set[str] = field(default_factory=set)
    marks: int = 0


def first_pass(path: Path, known: Known | None, report: Report) -> Found:
    """Read the whole file without storing anything. Raises: InvalidLines with every bad line."""
    found, bad, seen = Found(), list[tuple[int, CrrubricError]](), dict[tuple[str, ...], int]()
    more = 0
    for line in lines(path, report):
        problem = (
            line[1] if isinstance(line, tuple) else doubled(line, seen) or unknown(line, known)
        )
        if problem is not None:
            number = line[0] if isinstance(line, tuple) else line.number
            if len(bad) < LISTED:
                bad.append((number, problem))
            else:
                more += 1
            continue
        assert isinstance(line, Line)  # noqa: S101  # narrows the type: a tuple is always a problem
        found.reviewers[line.reviewer] = None
        found.vendors[line.vendor] = None
        found.criteria[line.criterion] = None
        if line.answer is Answer.NOT_APPLICABLE:
            found.may_not_apply.add(line.criterion)
        found.marks += 1
    refuse(bad, more)
    if not found.marks:
        raise Invalid(N_("The file holds no mark: below the header there must be lines."))
    return found


def refuse(bad: list[tuple[int, CrrubricError]], more: int) -> None:
    """Raise InvalidLines if there is a bad line."""
    if not bad:
        return
    raise InvalidLines(
        N_("Nothing was imported. Lines that can’t be used: %(count)s. Mend them, import again."),
        bad,
        count=len(bad) + more,
    )


def doubled(line: Line, seen: dict[tuple[str, ...], int]) -> CrrubricError | None:
    """The refusal of a second mark for one cell by one reviewer."""
    key = (line.reviewer.casefold(), line.vendor.casefold(), line.criterion)
    earlier = seen.setdefault(key, line.number)
    if earlier == line.number:
        return None
    return Invalid(
        N_("doubled mark: %(reviewer)s has marked %(vendor)s, %(criterion)s in line %(line)s"),
        reviewer=line.reviewer,
        vendor=line.vendor,
        criterion=line.criterion,
        line=earlier,
    )


def unknown(line: Line, known: Known | None) -> CrrubricError | None:
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


def lines(path: Path, report: Report) -> Iterator[Line | tuple[int, CrrubricError]]:
    """The good lines, and (number, refusal) for the bad ones, in order; UTF-8, BOM or not."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            places = columns(header)
            for row in reader:
                if row:
                    yield parsed(reader.line_num, row, places, len(header))
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


def columns(header: list[str]) -> dict[str, int]:
    """Where each column is. Raises: InvalidLines for line 1 if one is missing."""
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InvalidLines(
            N_("Nothing was imported: the header is not complete."),
            [(1, Invalid(N_("missing column “%(name)s”"), name=name)) for name in missing],
        )
    return {name: header.index(name) for name in (*COLUMNS, "note") if name in header}


def parsed(
    number: int, row: list[str], places: dict[str, int], width: int
) -> Line | tuple[int, CrrubricError]:
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
        return Line(
            number,
            one_line(text["reviewer"], limit=limits.NAME),
            one_line(text["vendor"], limit=limits.CODE),
            one_line(text["criterion"], limit=limits.CODE),
            answer,
            clean(text.get("note", ""), limit=limits.NOTE),
        )
    except Invalid as error:
        return number, error
