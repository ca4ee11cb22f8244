"""The memo of the demo's decided evaluations, a day after each decision."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crrubric.domain.memo.issuing.issues import IssueStamp
from crrubric.models import Evaluation, JournalEntry
from crrubric.queries.people.people import Actor
from crrubric.services.memo.issues import MadeIssue, make_issue
from crrubric.services.shared.journal import set_later_entries_aside

AFTER = timedelta(days=1)  # after the decision


def list_decided_evaluations(
    session: Session, evaluations: Iterable[Evaluation]
) -> list[tuple[int, list[JournalEntry]]]:
    """Evaluations whose memo is to be issued, by id, with what their journals tell after that."""
    return [
        (row.id, set_later_entries_aside(session, row.id, row.decided_at + AFTER))
        for row in evaluations
        if row.decided_at is not None
    ]


def make_demo_issue(session: Session, chair: Actor, evaluation_id: int) -> MadeIssue:
    """The memo as it was then. Raises: ValueError for an evaluation that is not decided."""
    evaluation = session.get_one(Evaluation, evaluation_id)
    if evaluation.decided_at is None:
        raise ValueError("an undecided evaluation has no memo to be issued")
    moment = (evaluation.decided_at + AFTER).astimezone(ZoneInfo(evaluation.district.time_zone))
    stamp = IssueStamp(number=1, at=moment, by=chair.name, language=evaluation.language)
    return make_issue(session, evaluation, stamp)
