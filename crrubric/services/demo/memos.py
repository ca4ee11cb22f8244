"""Issuing the memo of the demo's decided evaluation, a day after the decision."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crrubric.domain.memo.issues import IssueStamp
from crrubric.extensions import db
from crrubric.models import Evaluation, JournalEntry
from crrubric.queries.people.people import Actor
from crrubric.services.memo.issues import keep_issue, make_issue
from crrubric.services.shared.journal import put_entries_back, set_later_entries_aside
from crrubric.services.shared.unit import unit_of_work

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


def issue_demo_memo(chair: Actor, evaluation_id: int, later: Iterable[JournalEntry]) -> None:
    """Issue the memo as it was then, and let the journal go on."""
    session: Session = db.session()
    evaluation = session.get_one(Evaluation, evaluation_id)
    if evaluation.decided_at is None:
        raise ValueError("an undecided evaluation has no memo to be issued")
    moment = (evaluation.decided_at + AFTER).astimezone(ZoneInfo(evaluation.district.time_zone))
    stamp = IssueStamp(number=1, at=moment, by=chair.name, language=evaluation.language)
    made = make_issue(session, evaluation, stamp)
    with unit_of_work() as session:
        keep_issue(session, chair, session.get_one(Evaluation, evaluation_id), made)
        put_entries_back(session, later)
