"""Importing marks from a long CSV file: all or nothing, every bad line listed."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.text import clean, one_line
from crrubric.domain.vocabulary import (
    N_,
    Action,
    Answer,
    BallotState,
    Event,
    Phase,
    Stakeholder,
)
from crrubric.models import Ballot, Criterion, Evaluation, Mark, Member, Section, Vendor
from crrubric.queries.access import locked_evaluation, require
from crrubric.queries.people import Actor
from crrubric.services.ballots import issue_ballots
from crrubric.services.evaluations import (
    RuleSettings,
    apply_rule,
    checked_rule,
    checked_title,
    new_evaluation,
)
from crrubric.services.journal import note_event
from crrubric.services.unit import unit_of_work

COLUMNS = ("reviewer", "vendor", "criterion", "mark")
BATCH = 5_000
LISTED = 1_000  # bad lines named one by one; above that, how many more there are
# What spreadsheets and people write for the four answers, folded.
SPELLINGS = {
    "YES": Answer.YES,
    "NO": Answer.NO,
    "NOT_APPLICABLE": Answer.NOT_APPLICABLE,
    "CANNOT_TELL": Answer.CANNOT_TELL,
}

Report = Callable[[int], None]  # called with the number of bytes read so far


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


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    slug: str
    marks: int
    reviewers: int
    vendors: int
    criteria: int


def import_as_new(
    actor: Actor, path: Path, *, title: str, rule: RuleSettings, report: Report = lambda _: None
) -> Imported:
    """Make an evaluation in the meeting phase out of a file, with all that is found in it.

    Raises: InvalidLines listing every bad line; Invalid for a bad file, title or rule.
    """
    checked_rule(rule)
    tidy = checked_title(title)
    found = first_pass(path, None, report)
    with unit_of_work() as session:
        evaluation = new_evaluation(session, tidy, "")
        apply_rule(evaluation, rule)
        evaluation.rubric_name = path.name[: limits.TITLE]
        evaluation.phase = Phase.MEETING
        evaluation.opened_at = evaluation.closed_at = now_utc()
        note_event(
            session, actor, Event.EVALUATION_CREATED, evaluation_id=evaluation.id, subject=tidy
        )
        known = Known()
        add_criteria(session, evaluation, known, found)
        return fill(session, actor, evaluation, known, found, path, report)


def import_into(
    actor: Actor, path: Path, *, slug: str, report: Report = lambda _: None
) -> Imported:
    """Add the marks of a file to an evaluation. Reviewers and vendors that are new are added;
    criteria must be in its rubric.

    Raises: InvalidLines listing every bad line; NotFound or WrongPhase where it may not be done.
    """
    with unit_of_work() as session:
        evaluation = locked_evaluation(session, slug, exclusive=True)
        require(actor, Action.IMPORT_MARKS, evaluation, session)
        known = known_names(session, evaluation)
        found = first_pass(path, known, report)
        refuse_doubles(session, evaluation, known, path)
        return fill(session, actor, evaluation, known, found, path, report)


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
        N_("Nothing was imported: %(count)s lines can’t be used. Mend them and import again."),
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
                if reader.line_num % BATCH == 0:
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
    answer = SPELLINGS.get(text["mark"].upper())
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


def known_names(session: Session, evaluation: Evaluation) -> Known:
    """Who and what the evaluation has already, by every name it goes by."""
    known = Known()
    for member in session.scalars(
        select(Member).where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
    ):
        known.reviewers[member.name.casefold()] = member.id
        if member.user is not None:
            known.reviewers[member.user.email.casefold()] = member.id
    for vendor in session.scalars(select(Vendor).where(Vendor.evaluation_id == evaluation.id)):
        known.vendors[vendor.company.casefold()] = vendor.id
    for vendor in session.scalars(select(Vendor).where(Vendor.evaluation_id == evaluation.id)):
        known.vendors[vendor.code.casefold()] = vendor.id
    for criterion in session.scalars(
        select(Criterion).where(
            Criterion.evaluation_id == evaluation.id, Criterion.left_out.is_(False)
        )
    ):
        known.criteria[criterion.code] = criterion.id
        if criterion.may_not_apply:
            known.may_not_apply.add(criterion.code)
    return known


def refuse_doubles(session: Session, evaluation: Evaluation, known: Known, path: Path) -> None:
    """Raise InvalidLines for lines whose cell that reviewer has marked already."""
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Mark.criterion_id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    taken = {tuple(row) for row in rows}
    bad: list[tuple[int, CrrubricError]] = []
    more = 0
    for line in lines(path, lambda _: None):
        if isinstance(line, tuple):
            continue
        key = (
            known.reviewers.get(line.reviewer.casefold()),
            known.vendors.get(line.vendor.casefold()),
            known.criteria.get(line.criterion),
        )
        if key not in taken:
            continue
        if len(bad) >= LISTED:
            more += 1
            continue
        problem = Invalid(
            N_("doubled mark: %(reviewer)s has marked this in the evaluation already"),
            reviewer=line.reviewer,
        )
        bad.append((line.number, problem))
    refuse(bad, more)


def add_criteria(session: Session, evaluation: Evaluation, known: Known, found: Found) -> None:
    """A rubric of one section with the criteria as found."""
    section = Section(evaluation_id=evaluation.id, code="imported", title="Criteria", position=0)
    session.add(section)
    session.flush()
    for place, code in enumerate(found.criteria):
        criterion = Criterion(
            evaluation_id=evaluation.id,
            section_id=section.id,
            code=code,
            position=place,
            title=code,
            may_not_apply=code in found.may_not_apply,
        )
        session.add(criterion)
        session.flush()
        known.criteria[code] = criterion.id


def fill(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    known: Known,
    found: Found,
    path: Path,
    report: Report,
) -> Imported:
    """Add people and vendors that are new, then all marks, in batches: memory stays flat."""
    vendors = add_vendors(session, evaluation, known, found)
    reviewers = add_reviewers(session, evaluation, known, found)
    issue_ballots(session, evaluation)
    ballots = ballot_ids(session, evaluation, found, known)
    rows = mark_rows(path, known, ballots, report)
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(Mark), batch)
    seal(session, list(ballots.values()))
    note_event(
        session,
        actor,
        Event.MARKS_IMPORTED,
        evaluation_id=evaluation.id,
        subject=path.name,
        after={"marks": found.marks, "reviewers": reviewers, "vendors": vendors},
    )
    return Imported(evaluation.slug, found.marks, reviewers, vendors, len(found.criteria))


def add_vendors(session: Session, evaluation: Evaluation, known: Known, found: Found) -> int:
    """Vendors that the evaluation doesn't have yet, named and coded as in the file."""
    fresh = [name for name in found.vendors if name.casefold() not in known.vendors]
    there = session.query(Vendor).filter_by(evaluation_id=evaluation.id).count()
    for place, name in enumerate(dict.fromkeys(fresh), start=there):
        if name.casefold() in known.vendors:
            continue
        vendor = Vendor(
            evaluation_id=evaluation.id, code=name, company=name, product="", position=place
        )
        session.add(vendor)
        session.flush()
        known.vendors[name.casefold()] = vendor.id
    return len(fresh)


def add_reviewers(session: Session, evaluation: Evaluation, known: Known, found: Found) -> int:
    """Reviewers that the evaluation doesn't have yet: seats without an account."""
    fresh = [name for name in found.reviewers if name.casefold() not in known.reviewers]
    for name in fresh:
        if name.casefold() in known.reviewers:
            continue
        member = Member(
            evaluation_id=evaluation.id,
            name=name,
            stakeholder=Stakeholder.OTHER,
            is_reviewer=True,
        )
        session.add(member)
        session.flush()
        known.reviewers[name.casefold()] = member.id
    return len(fresh)


def ballot_ids(
    session: Session, evaluation: Evaluation, found: Found, known: Known
) -> dict[tuple[int, int], int]:
    """(member, vendor) -> ballot, for the reviewers of the file."""
    members = {known.reviewers[name.casefold()] for name in found.reviewers}
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Ballot.id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    return {(m, v): ballot for m, v, ballot in rows if m in members}


def mark_rows(
    path: Path, known: Known, ballots: dict[tuple[int, int], int], report: Report
) -> Iterator[dict[str, Any]]:
    """The rows to insert, made while the file is read a second time."""
    now = now_utc()
    for line in lines(path, report):
        if isinstance(line, tuple):
            raise Invalid(N_("The file changed while it was read: nothing was imported."))
        member = known.reviewers[line.reviewer.casefold()]
        yield {
            "ballot_id": ballots[member, known.vendors[line.vendor.casefold()]],
            "criterion_id": known.criteria[line.criterion],
            "answer": line.answer,
            "note": line.note,
            "evidence_kind": None,
            "evidence_place": "",
            "evidence_on": None,
            "version": 1,
            "marked_at": now,
        }


def seal(session: Session, ballots: list[int]) -> None:
    """Imported ballots are submitted ones."""
    for start in range(0, len(ballots), 500):
        session.execute(
            update(Ballot)
            .where(Ballot.id.in_(ballots[start : start + 500]), Ballot.state == BallotState.OPEN)
            .values(state=BallotState.SUBMITTED, submitted_at=now_utc())
        )
