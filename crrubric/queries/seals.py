"""Reading sealed ballots, and what a ballot holds in the form in which it is sealed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import Ballot, Criterion, Gap, Mark, SealedBallot


def marks_on(session: Session, ballot_id: int) -> dict[str, dict[str, Any]]:
    """The marks of a ballot by criterion code, as plain values."""
    rows = session.execute(
        select(Criterion.code, Mark)
        .join(Mark, Mark.criterion_id == Criterion.id)
        .where(Mark.ballot_id == ballot_id)
    )
    return {code: plain_mark(mark) for code, mark in rows}


def plain_mark(mark: Mark) -> dict[str, Any]:
    """A mark as the journal and a seal keep it."""
    return {
        "answer": mark.answer.value,
        "note": mark.note,
        "evidence_kind": mark.evidence_kind.value if mark.evidence_kind else None,
        "evidence_place": mark.evidence_place,
        "evidence_on": mark.evidence_on.isoformat() if mark.evidence_on else None,
    }


def gaps_on(session: Session, ballot_id: int) -> dict[str, str]:
    """The reasons for criteria without a mark, by criterion code."""
    rows = session.execute(
        select(Criterion.code, Gap.reason)
        .join(Gap, Gap.criterion_id == Criterion.id)
        .where(Gap.ballot_id == ballot_id)
    )
    return {row.code: row.reason for row in rows}


def versions(session: Session, ballot: Ballot) -> list[SealedBallot]:
    """Every sealed version of a ballot, the oldest first."""
    rows = select(SealedBallot).where(SealedBallot.ballot_id == ballot.id)
    return list(session.scalars(rows.order_by(SealedBallot.number)))
