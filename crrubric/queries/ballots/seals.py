"""Reading sealed ballots, and what a ballot holds in the form in which it is sealed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import Abstention, Ballot, Criterion, Mark, MarkFile, SealedBallot


def serialize_ballot_marks(session: Session, ballot_id: int) -> dict[str, dict[str, Any]]:
    """The marks of a ballot by criterion code, as plain values, with the files on each."""
    rows = session.execute(
        select(Criterion.code, Mark)
        .join(Mark, Mark.criterion_id == Criterion.id)
        .where(Mark.ballot_id == ballot_id)
    )
    files: dict[int, list[MarkFile]] = {}
    for file in session.scalars(
        select(MarkFile)
        .where(MarkFile.ballot_id == ballot_id, MarkFile.removed_at.is_(None))
        .order_by(MarkFile.sha256)
    ):
        files.setdefault(file.criterion_id, []).append(file)
    return {
        code: serialize_sealed_mark(mark, files.get(mark.criterion_id, [])) for code, mark in rows
    }


def serialize_sealed_mark(mark: Mark, files: Iterable[MarkFile]) -> dict[str, Any]:
    """A mark as a seal keeps it; of its files the names, sizes and hashes over their bytes."""
    return {
        "answer": mark.answer.value,
        "note": mark.note,
        "evidence_kind": mark.evidence_kind.value if mark.evidence_kind else None,
        "evidence_place": mark.evidence_place,
        "evidence_on": mark.evidence_on.isoformat() if mark.evidence_on else None,
        "evidence_until": mark.evidence_until.isoformat() if mark.evidence_until else None,
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in files],
    }


def serialize_ballot_gaps(session: Session, ballot_id: int) -> dict[str, str]:
    """The reasons for criteria without a mark, by criterion code."""
    rows = session.execute(
        select(Criterion.code, Abstention.reason)
        .join(Abstention, Abstention.criterion_id == Criterion.id)
        .where(Abstention.ballot_id == ballot_id)
    )
    return {row.code: row.reason for row in rows}


def list_sealed_versions(session: Session, ballot: Ballot) -> list[SealedBallot]:
    """Every sealed version of a ballot, the oldest first."""
    rows = select(SealedBallot).where(SealedBallot.ballot_id == ballot.id)
    return list(session.scalars(rows.order_by(SealedBallot.number)))
