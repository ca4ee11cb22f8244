"""Reading the journal. Before the meeting it holds back whatever depends on a mark."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.vocabulary import Event
from crrubric.models import Evaluation, JournalEntry

# Who declared a conflict and who submitted when is progress; what was marked is not.
SEALED = (Event.MARK_RECORDED, Event.MARKS_IMPORTED)
PAGE = 200


def entries(
    session: Session, evaluation: Evaluation, *, before: int | None = None
) -> list[JournalEntry]:
    """The newest entries first, a page of them; `before` is the id where the page above ended."""
    wanted = select(JournalEntry).where(JournalEntry.evaluation_id == evaluation.id)
    if evaluation.phase not in FROM_MEETING:
        wanted = wanted.where(JournalEntry.event.not_in(SEALED))
    if before is not None:
        wanted = wanted.where(JournalEntry.id < before)
    return list(session.scalars(wanted.order_by(JournalEntry.id.desc()).limit(PAGE)))
