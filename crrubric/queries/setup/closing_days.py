"""Closing days as the journal tells them: which one was in force when."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.models import Evaluation, JournalEntry


def list_closing_moves(session: Session, evaluation: Evaluation) -> Sequence[JournalEntry]:
    """The entries that may tell of another closing day or hard end, the first first."""
    rows = select(JournalEntry).where(
        JournalEntry.evaluation_id == evaluation.id,
        JournalEntry.event == Event.EVALUATION_CHANGED,
    )
    return session.scalars(rows.order_by(JournalEntry.number)).all()


def find_closing_day(
    evaluation: Evaluation, moved: Sequence[JournalEntry], moment: datetime
) -> date | None:
    """The closing day that was in force then: moving it later makes nothing early that was late."""
    for entry in moved:
        if entry.at > moment and "closes_on" in (entry.before or {}):
            day = (entry.before or {})["closes_on"]
            return date.fromisoformat(day) if day else None
    return evaluation.closes_on
