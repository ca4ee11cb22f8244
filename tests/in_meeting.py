"""What the committee settles in a meeting: opened first where none is under way."""

from typing import Any

from crrubric.extensions import db
from crrubric.models import Deferral, Finding
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.meeting import decisions, meetings


def open_meeting(actor: Actor, slug: str) -> None:
    """Open a meeting unless one is under way."""
    evaluation = find_evaluation(db.session(), slug)
    under_way = find_current_meeting(db.session(), evaluation.id)
    db.session.rollback()
    if under_way is None:
        meetings.start_meeting(actor, slug)


def record_finding(actor: Actor, slug: str, *where: Any, **more: Any) -> Finding:
    """Record a finding in a meeting."""
    open_meeting(actor, slug)
    return decisions.record_finding(actor, slug, *where, **more)


def withdraw_finding(actor: Actor, slug: str, *where: Any, **more: Any) -> None:
    """Withdraw a finding in a meeting."""
    open_meeting(actor, slug)
    decisions.withdraw_finding(actor, slug, *where, **more)


def defer_cell(actor: Actor, slug: str, *where: Any, **more: Any) -> Deferral:
    """Postpone an item in a meeting."""
    open_meeting(actor, slug)
    return meetings.defer_cell(actor, slug, *where, **more)
