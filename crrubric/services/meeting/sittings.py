"""The sitting that is under way: what needs one, and closing it, by the chair or with the phase."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.models import Attendance, Meeting
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import note_event


def require_sitting(session: Session, evaluation_id: int) -> Meeting:
    """The sitting that is under way. Raises: WrongPhase if there is none."""
    meeting = find_current_meeting(session, evaluation_id)
    if meeting is None:
        raise WrongPhase(N_("No meeting is under way: open it first."))
    return meeting


def close_sitting(session: Session, actor: Actor, meeting: Meeting) -> None:
    """End a sitting: whoever is still there leaves with it, and the meeting screen moves on."""
    meeting.ended_at = max(now_utc(), meeting.started_at)
    meeting.step += 1
    for row in list_attendance(session, meeting):
        row.left_at = row.left_at or meeting.ended_at
    note_event(
        session,
        actor,
        Event.MEETING_ENDED,
        evaluation_id=meeting.evaluation_id,
        at=meeting.ended_at,
    )


def leave_shown_vendor(session: Session, evaluation_id: int, vendor_id: int) -> None:
    """A vendor leaves the selection: the meeting screen, if it shows an item of it, shows none.

    Else every screen that follows the chair would be told that there is no such page.
    """
    meeting = find_current_meeting(session, evaluation_id)
    if meeting is not None and meeting.vendor_id == vendor_id:
        meeting.vendor_id = meeting.criterion_id = None
        meeting.step += 1


def list_attendance(session: Session, meeting: Meeting) -> Sequence[Attendance]:
    """Who was there, each time they came."""
    return session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id)).all()
