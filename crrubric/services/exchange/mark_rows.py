"""Storing the marks of a file: the ballots that are missing, and the marks in batches."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from zlib import compress, decompress

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.vocabulary import Answer, EvidenceKind
from crrubric.models import Ballot, Evaluation, Mark, Member
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.scanning import Cell, ImportSummary, Roster

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


class KeptMarks:
    """The good marks of a file, set aside while it is looked through: while others wait nothing of
    it is read again. They are held packed: a million need a few megabytes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.rows: list[tuple[Any, ...]] = []

    def keep(self, cell: Cell, text: MarkText) -> None:
        """Set a mark aside."""
        days = [day and day.isoformat() for day in (text.evidence_on, text.evidence_until)]
        self.rows.append(
            (*cell, text.answer, text.note, text.evidence_kind, text.evidence_place, *days)
        )
        if len(self.rows) == BATCH:
            self.parts.append(pack_rows(self.rows))
            self.rows.clear()

    def iterate(self) -> Iterator[tuple[Cell, MarkText]]:
        """Each of them, in order."""
        for part in (*self.parts, pack_rows(self.rows)):
            for row in json.loads(decompress(part)):
                reviewer, vendor, criterion, answer, note, kind, place, on, until = row
                yield (
                    (reviewer, vendor, criterion),
                    MarkText(
                        answer=Answer(answer),
                        note=note,
                        evidence_kind=EvidenceKind(kind) if kind else None,
                        evidence_place=place,
                        evidence_on=on and date.fromisoformat(on),
                        evidence_until=until and date.fromisoformat(until),
                    ),
                )


def pack_rows(rows: list[tuple[Any, ...]]) -> bytes:
    """Rows of what JSON knows, as few bytes."""
    return compress(json.dumps(rows).encode(), 1)


def insert_marks(session: Session, rows: Iterator[dict[str, Any]]) -> None:
    """All marks, in batches."""
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(Mark), batch)


def iterate_kept_rows(
    kept: KeptMarks,
    roster: Roster,
    ballots: dict[tuple[int, int], int],
    report: Report,
    *,
    evaluation_id: int,
) -> Iterator[dict[str, Any]]:
    """The rows to insert of marks that were set aside; whoever was new has an id by now."""
    now = now_utc()
    for (reviewer, vendor, criterion), text in kept.iterate():
        member = _id_of(roster.reviewers.new_ids, reviewer)
        ballot = ballots[member, _id_of(roster.vendors.new_ids, vendor)]
        criterion_id = _id_of(roster.criteria.new_ids, criterion)
        yield make_kept_row(evaluation_id, ballot, criterion_id, text, now)
        report(1)


def make_kept_row(
    evaluation_id: int, ballot_id: int, criterion_id: int, text: MarkText, at: datetime
) -> dict[str, Any]:
    """A mark as it is inserted."""
    return {
        "evaluation_id": evaluation_id,
        "ballot_id": ballot_id,
        "criterion_id": criterion_id,
        "answer": text.answer,
        "note": text.note,
        "evidence_kind": text.evidence_kind,
        "evidence_place": text.evidence_place,
        "evidence_on": text.evidence_on,
        "evidence_until": text.evidence_until,
        "version": 1,
        "marked_at": at,
    }


def note_imported_ballots(session: Session, ballots: list[int]) -> None:
    """Write down which ballots hold marks of a file: nobody here saw how they were given.

    Args: ballots: new ones, or those that the file fills; one without a mark stays as it is.
    """
    filled = exists().where(Mark.ballot_id == Ballot.id)
    for start in range(0, len(ballots), 500):
        some = Ballot.id.in_(ballots[start : start + 500])
        session.execute(update(Ballot).where(some, filled).values(imported_at=now_utc()))
