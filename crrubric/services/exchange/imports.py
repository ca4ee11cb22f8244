"""Importing marks from a long CSV file: all or nothing, every bad line listed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import EVERYTHING
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, Phase, Stakeholder
from crrubric.models import Ballot, Criterion, Evaluation, Mark, Member, Section, Vendor
from crrubric.queries.people.access import lock_evaluation, require
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import load_assignments
from crrubric.services.ballots.ballots import issue_ballots
from crrubric.services.exchange.mark_lines import (
    LISTED,
    ImportSummary,
    KnownNames,
    Report,
    read_mark_lines,
    refuse_bad_lines,
    scan_mark_lines,
)
from crrubric.services.setup.evaluations import clean_title, insert_evaluation
from crrubric.services.setup.rules import RuleSettings, apply_rule, check_rule
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.days import refuse_after_end
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

SAME_CELL = "uq_mark_ballot_id_criterion_id"
BATCH = 5_000  # rows inserted at once: memory stays flat


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did."""

    slug: str
    marks: int
    reviewers: int
    vendors: int
    criteria: int


def import_new_evaluation(
    actor: Actor, path: Path, *, title: str, rule: RuleSettings, report: Report = lambda _: None
) -> ImportResult:
    """Make an evaluation in the meeting phase out of a file, with all that is found in it.

    Raises: InvalidLines listing every bad line; Invalid for a bad file, title or rule.
    """
    check_rule(rule)
    tidy = clean_title(title)
    found = scan_mark_lines(path, None, report)
    with unit_of_work() as session:
        evaluation = insert_evaluation(session, tidy, "")
        apply_rule(evaluation, replace(rule, prices_sealed=False))  # a file has no prices
        evaluation.rubric_name = path.name[: limits.TITLE]
        evaluation.phase = Phase.MEETING
        evaluation.opened_at = evaluation.closed_at = evaluation.shown_at = now_utc()
        note_event(
            session, actor, Event.EVALUATION_CREATED, evaluation_id=evaluation.id, subject=tidy
        )
        known = KnownNames()
        add_criteria(session, evaluation, known, found)
        return fill_evaluation(
            session, actor, evaluation, known=known, found=found, path=path, report=report
        )


def import_marks(
    actor: Actor, path: Path, *, slug: str, report: Report = lambda _: None
) -> ImportResult:
    """Add the marks of a file to an evaluation. Reviewers and vendors that are new are added;
    criteria must be in its rubric.

    Raises: InvalidLines listing every bad line; NotFound or WrongPhase where it may not be done.
    """
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        require(actor, Action.IMPORT_MARKS, evaluation, session)
        if evaluation.phase is Phase.SCORING:
            refuse_after_end(evaluation)
        known = load_known_names(session, evaluation)
        found = scan_mark_lines(path, known, report)
        refuse_unusable_lines(session, evaluation, known, path)
        doubled = Invalid(
            N_("The file names a reviewer or vendor in two ways, with a mark under each.")
        )
        with explain_constraint(SAME_CELL, doubled):
            return fill_evaluation(
                session, actor, evaluation, known=known, found=found, path=path, report=report
            )


def load_known_names(session: Session, evaluation: Evaluation) -> KnownNames:
    """Who and what the evaluation has already, by every name it goes by."""
    known = KnownNames()
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


def refuse_unusable_lines(
    session: Session, evaluation: Evaluation, known: KnownNames, path: Path
) -> None:
    """Raise InvalidLines for lines whose cell is marked already or not assigned, or whose ballot
    is sealed."""
    bits = {code: 1 << place for place, code in enumerate(known.criteria)}
    sealed = find_sealed_ballots(session, evaluation)
    assigned = load_assignments(session, evaluation.id)
    own_vendors = select(Vendor.id).where(Vendor.evaluation_id == evaluation.id)
    withdrawn = set(session.scalars(own_vendors.where(Vendor.withdrawn_at.is_not(None))))
    taken = find_marked_criteria(
        session, evaluation, {known.criteria[code]: bit for code, bit in bits.items()}
    )
    bad: list[tuple[int, CrrubricError]] = []
    more = 0
    for line in read_mark_lines(path, lambda _: None):
        if isinstance(line, tuple):
            continue
        ballot = (
            known.reviewers.get(line.reviewer.casefold(), 0),
            known.vendors.get(line.vendor.casefold(), 0),
        )
        own = assigned.get(ballot[0], EVERYTHING)
        away = ballot[1] in withdrawn
        if ballot in sealed:
            message = N_("the ballot of %(reviewer)s is submitted and sealed")
        elif taken.get(ballot, 0) & bits[line.criterion]:
            message = N_("duplicate mark: %(reviewer)s has marked this in the evaluation already")
        elif away or not own.asks(ballot[1], known.criteria[line.criterion]):
            message = N_("%(reviewer)s is not assigned to mark this: see “Who marks what”")
        else:
            continue
        if len(bad) >= LISTED:
            more += 1
            continue
        bad.append((line.number, Invalid(message, reviewer=line.reviewer)))
    refuse_bad_lines(bad, more)


def find_sealed_ballots(session: Session, evaluation: Evaluation) -> set[tuple[int, int]]:
    """(member, vendor) of every ballot that is submitted."""
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id, Ballot.state == BallotState.SUBMITTED)
    )
    return {(row.member_id, row.vendor_id) for row in rows}


def find_marked_criteria(
    session: Session, evaluation: Evaluation, bits: Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """(member, vendor) -> the bits of the criteria, given by id, that are marked on the ballot."""
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Mark.criterion_id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
        .execution_options(yield_per=BATCH)
    )
    taken: dict[tuple[int, int], int] = {}
    for member, vendor, criterion in rows:
        taken[member, vendor] = taken.get((member, vendor), 0) | bits.get(criterion, 0)
    return taken


def add_criteria(
    session: Session, evaluation: Evaluation, known: KnownNames, found: ImportSummary
) -> None:
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


def fill_evaluation(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    *,
    known: KnownNames,
    found: ImportSummary,
    path: Path,
    report: Report,
) -> ImportResult:
    """Add people and vendors that are new, then all marks, in batches: memory stays flat."""
    vendors = add_vendors(session, evaluation, known, found)
    reviewers = add_reviewers(session, evaluation, known, found)
    issue_ballots(session, evaluation)
    ballots = load_ballot_ids(session, evaluation, found, known)
    now = now_utc()
    rows = read_mark_rows(path, known, ballots, now, report)
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(Mark), batch)
    submit_imported_ballots(session, list(ballots.values()))
    note_imported_ballots(session, list(ballots.values()), now)
    note_event(
        session,
        actor,
        Event.MARKS_IMPORTED,
        evaluation_id=evaluation.id,
        subject=path.name,
        after={"marks": found.marks, "reviewers": reviewers, "vendors": vendors},
    )
    return ImportResult(
        slug=evaluation.slug,
        marks=found.marks,
        reviewers=reviewers,
        vendors=vendors,
        criteria=len(found.criteria),
    )


def list_new_names(found: Iterable[str], known: Mapping[str, int]) -> list[str]:
    """The names that are new, each in its first spelling: upper and lower case are one name."""
    first: dict[str, str] = {}
    for name in found:
        first.setdefault(name.casefold(), name)
    return [name for key, name in first.items() if key not in known]


def add_vendors(
    session: Session, evaluation: Evaluation, known: KnownNames, found: ImportSummary
) -> int:
    """Vendors that the evaluation doesn't have yet, named and coded as in the file."""
    fresh = list_new_names(found.vendors, known.vendors)
    there = session.query(Vendor).filter_by(evaluation_id=evaluation.id).count()
    for place, name in enumerate(fresh, start=there):
        vendor = Vendor(
            evaluation_id=evaluation.id, code=name, company=name, product="", position=place
        )
        session.add(vendor)
        session.flush()
        known.vendors[name.casefold()] = vendor.id
    return len(fresh)


def add_reviewers(
    session: Session, evaluation: Evaluation, known: KnownNames, found: ImportSummary
) -> int:
    """Reviewers that the evaluation doesn't have yet: seats without an account."""
    fresh = list_new_names(found.reviewers, known.reviewers)
    for name in fresh:
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


def load_ballot_ids(
    session: Session, evaluation: Evaluation, found: ImportSummary, known: KnownNames
) -> dict[tuple[int, int], int]:
    """(member, vendor) -> ballot, for the reviewers of the file."""
    members = {known.reviewers[name.casefold()] for name in found.reviewers}
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Ballot.id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    return {(m, v): ballot for m, v, ballot in rows if m in members}


def read_mark_rows(
    path: Path,
    known: KnownNames,
    ballots: dict[tuple[int, int], int],
    now: datetime,
    report: Report,
) -> Iterator[dict[str, Any]]:
    """The rows to insert, made while the file is read a second time."""
    for line in read_mark_lines(path, report):
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
            "evidence_until": None,
            "version": 1,
            "marked_at": now,
        }


def note_imported_ballots(session: Session, ballots: list[int], now: datetime) -> None:
    """Write down which ballots hold marks of this file: nobody here saw how they were given."""
    filled = exists().where(Mark.ballot_id == Ballot.id, Mark.marked_at == now)
    for start in range(0, len(ballots), 500):
        some = Ballot.id.in_(ballots[start : start + 500])
        session.execute(update(Ballot).where(some, filled).values(imported_at=now))


def submit_imported_ballots(session: Session, ballots: list[int]) -> None:
    """Imported ballots are submitted ones."""
    for start in range(0, len(ballots), 500):
        session.execute(
            update(Ballot)
            .where(Ballot.id.in_(ballots[start : start + 500]), Ballot.state == BallotState.OPEN)
            .values(state=BallotState.SUBMITTED, submitted_at=now_utc())
        )
