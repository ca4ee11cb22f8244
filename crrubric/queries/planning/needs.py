"""What the curriculum in place was found to lack, as a hint beside the criteria."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import KnownNeed


def load_needs(session: Session, evaluation_id: int) -> dict[int, KnownNeed]:
    """By criterion id; empty unless the evaluation was started with such a list."""
    rows = session.scalars(select(KnownNeed).where(KnownNeed.evaluation_id == evaluation_id))
    return {row.criterion_id: row for row in rows}
