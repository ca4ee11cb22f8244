"""Storing the marks of a file: the ballots that are missing, and the marks in batches."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.marks.lines import MarkLine
from crrubric.domain.translation import N_
from crrubric.models import Ballot, Evaluation, Mark, Member
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.mark_lines import MarkTable
from crrubric.services.exchange.scanning import ImportSummary, Roster

BATCH = 5_000  # rows inserted at once: memory stays flat


def load_ballot_ids(session: Session, evaluation: Evaluation) -> dict[tuple[int, int], int]:
    """(member, vendor) -> ballot."""
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Ballot.id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    return {(member, vendor): ballot for member, vendor, ballot in rows}


def resolve_again(found: ImportSummary, roster: Roster) -> dict[tuple[int, int], list[int]]:
    """(member, vendor) -> criteria that the file marks, all by id now that everybody has one."""
    criteria = found.marked.list_criteria
    return {
        (_id_of(roster.reviewers.new_ids, key[0]), _id_of(roster.vendors.new_ids, key[1])): [
            _id_of(roster.criteria.new_ids, each) for each in criteria(key)
        ]
        for key in found.marked.rows
    }


def _id_of(new_ids: dict[str, int], reference: int | str) -> int:
    return reference if isinstance(reference, int) else new_ids[reference]


def issue_filled_ballots(
    session: Session, evaluation: Evaluation, cells: dict[tuple[int, int], list[int]]
) -> dict[tuple[int, int], int]:
    """(member, vendor) -> ballot, with those that are missing: scoring may be closed."""
    there = load_ballot_ids(session, evaluation)
    rows = [
        {"evaluation_id": evaluation.id, "member_id": member, "vendor_id": vendor}
        for member, vendor in cells
        if (member, vendor) not in there
    ]
    if rows:
        session.execute(insert(Ballot), rows)
        there = load_ballot_ids(session, evaluation)
    return {key: there[key] for key in cells}


def insert_marks(session: Session, rows: Iterator[dict[str, Any]]) -> None:
    """All marks, in batches."""
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(Mark), batch)


def read_mark_rows(
    table: MarkTable,
    found: ImportSummary,
    roster: Roster,
    ballots: dict[tuple[int, int], int],
    report: Report,
    *,
    evaluation_id: int,
) -> Iterator[dict[str, Any]]:
    """The rows to insert, made while the file is read a second time."""
    now = now_utc()
    for line in table.iterate_lines(report):
        if not isinstance(line, MarkLine):
            raise _changed_file_error()
        if line.row in found.superseded:
            continue
        member, vendor, criterion = roster.find_cell(line)
        known = all(isinstance(each, int) for each in (member, vendor, criterion))
        ballot = ballots.get((int(member), int(vendor))) if known else None
        if ballot is None:
            raise _changed_file_error()
        yield {
            "evaluation_id": evaluation_id,
            "ballot_id": ballot,
            "criterion_id": criterion,
            "answer": line.text.answer,
            "note": line.text.note,
            "evidence_kind": line.text.evidence_kind,
            "evidence_place": line.text.evidence_place,
            "evidence_on": line.text.evidence_on,
            "evidence_until": line.text.evidence_until,
            "version": 1,
            "marked_at": now,
        }


def _changed_file_error() -> Invalid:
    return Invalid(N_("The file changed while it was read: nothing was imported."))


def note_imported_ballots(session: Session, ballots: list[int]) -> None:
    """Write down which ballots hold marks of a file: nobody here saw how they were given.

    Args: ballots: new ones, or those that the file fills; one without a mark stays as it is.
    """
    filled = exists().where(Mark.ballot_id == Ballot.id)
    for start in range(0, len(ballots), 500):
        some = Ballot.id.in_(ballots[start : start + 500])
        session.execute(update(Ballot).where(some, filled).values(imported_at=now_utc()))
