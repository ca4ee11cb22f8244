"""Reading the meeting: what is under way, what was put off, the minutes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.meeting.motions import VotersInTheRoom
from crrubric.domain.record.entries import ROW
from crrubric.domain.text import sort_key
from crrubric.models import (
    Attendance,
    Criterion,
    Deferral,
    Finding,
    JournalEntry,
    Meeting,
    Member,
    Motion,
    Vendor,
)


def find_current_meeting(session: Session, evaluation_id: int) -> Meeting | None:
    """The meeting that is under way."""
    return session.scalar(
        select(Meeting).where(Meeting.evaluation_id == evaluation_id, Meeting.ended_at.is_(None))
    )


def load_deferrals(session: Session, evaluation_id: int) -> dict[tuple[int, int], Deferral]:
    """Cells that were put off, by (vendor id, criterion id)."""
    rows = session.scalars(
        select(Deferral)
        .join(Vendor, Vendor.id == Deferral.vendor_id)
        .where(Vendor.evaluation_id == evaluation_id)
    )
    return {(row.vendor_id, row.criterion_id): row for row in rows}


def find_deferral(session: Session, vendor_id: int, criterion_id: int) -> Deferral | None:
    """The note that the cell was put off; None if it was not."""
    return session.get(Deferral, (vendor_id, criterion_id))


def list_present_member_ids(session: Session, meeting: Meeting) -> set[int]:
    """Ids of the members who are there now."""
    return set(
        session.scalars(
            select(Attendance.member_id).where(
                Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None)
            )
        )
    )


def count_voters(session: Session, meeting: Meeting, *, whenever: bool = False) -> VotersInTheRoom:
    """How many can vote now; whenever: how many can have voted at any time of the meeting.

    Where nobody recorded who was there, it can have been the whole committee.
    """
    there = session.scalars(
        select(Attendance.left_at).where(Attendance.meeting_id == meeting.id)
    ).all()
    if there:
        count = len(there) if whenever else sum(left is None for left in there)
        return VotersInTheRoom(count, recorded=True)
    members = select(func.count(Member.id)).where(
        Member.evaluation_id == meeting.evaluation_id, Member.removed_at.is_(None)
    )
    return VotersInTheRoom(session.scalar(members) or 0, recorded=False)


@dataclass(frozen=True, slots=True)
class MinutedFinding:
    """A finding in the minutes."""

    finding: Finding
    vendor: Vendor
    criterion: Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One sitting: who was there, what was moved, what was settled one by one, how many at once."""

    meeting: Meeting
    attendance: tuple[Attendance, ...]
    motions: tuple[Motion, ...]
    settled: tuple[MinutedFinding, ...]
    adopted: dict[int, int]  # motion id -> cells adopted by it that still hold
    corrections: dict[int, list[JournalEntry]]  # motion id -> how it was corrected, the first first


def list_minutes(session: Session, evaluation_id: int) -> list[Minutes]:
    """Every sitting, the newest first, in six queries at any size."""
    meetings = session.scalars(
        select(Meeting).where(Meeting.evaluation_id == evaluation_id).order_by(Meeting.id.desc())
    ).all()
    ids = [meeting.id for meeting in meetings]
    attendance = sorted(
        session.scalars(
            select(Attendance)
            .join(Attendance.member)
            .options(joinedload(Attendance.member))
            .where(Attendance.meeting_id.in_(ids))
            .order_by(Member.id)
        ),
        key=lambda row: sort_key(row.member.name),
    )
    motions = session.scalars(
        select(Motion).where(Motion.meeting_id.in_(ids)).order_by(Motion.id)
    ).all()
    findings = session.execute(
        select(Finding, Vendor, Criterion)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .where(Vendor.evaluation_id == evaluation_id, Finding.motion_id.is_(None))
        .order_by(Finding.recorded_at, Finding.id)
    ).all()
    counted = session.execute(
        select(Finding.motion_id, func.count())
        .where(Finding.motion_id.in_([motion.id for motion in motions]))
        .group_by(Finding.motion_id)
    ).all()
    corrections = load_motion_corrections(session, evaluation_id, [row.id for row in motions])
    return [
        Minutes(
            meeting=meeting,
            attendance=tuple(row for row in attendance if row.meeting_id == meeting.id),
            motions=tuple(row for row in motions if row.meeting_id == meeting.id),
            settled=tuple(
                MinutedFinding(*row) for row in findings if _is_finding_of_meeting(meeting, row[0])
            ),
            adopted={number: count for number, count in counted if number is not None},
            corrections=corrections,
        )
        for meeting in meetings
    ]


def load_motion_corrections(
    session: Session, evaluation_id: int, motions: Sequence[int]
) -> dict[int, list[JournalEntry]]:
    """The entries that corrected motions, by motion id.

    Args: motions: ids of all motions of the evaluation, in their order: entries tell the place.
    """
    if not motions:
        return {}
    rows = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event == Event.MOTION_CORRECTED,
        )
        .order_by(JournalEntry.number)
    )
    found: dict[int, list[JournalEntry]] = {}
    for entry in rows:
        found.setdefault(motions[(entry.after or {})[ROW]["place"]], []).append(entry)
    return found


def list_motion_ids(session: Session, evaluation_id: int) -> Sequence[int]:
    """The ids of all motions of an evaluation, in their order."""
    return session.scalars(
        select(Motion.id)
        .join(Meeting, Meeting.id == Motion.meeting_id)
        .where(Meeting.evaluation_id == evaluation_id)
        .order_by(Motion.id)
    ).all()


def find_motion(session: Session, evaluation_id: int, motion_id: int) -> Motion | None:
    """A motion of the evaluation."""
    return session.scalar(
        select(Motion)
        .join(Meeting, Meeting.id == Motion.meeting_id)
        .where(Meeting.evaluation_id == evaluation_id, Motion.id == motion_id)
    )


def list_motion_findings(session: Session, motion: Motion) -> Sequence[MinutedFinding]:
    """What was adopted with the motion and still holds, by vendor and criterion."""
    rows = session.execute(
        select(Finding, Vendor, Criterion)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .where(Finding.motion_id == motion.id)
        .order_by(Vendor.position, Vendor.id, Criterion.position, Criterion.id)
    )
    return [MinutedFinding(*row) for row in rows]


def _is_finding_of_meeting(meeting: Meeting, finding: Finding) -> bool:
    """Whether the finding was recorded in this sitting."""
    begun = finding.recorded_at >= meeting.started_at
    return begun and (meeting.ended_at is None or finding.recorded_at <= meeting.ended_at)


def count_meetings(session: Session, evaluation_id: int) -> int:
    """How many meetings were opened."""
    rows = select(func.count(Meeting.id)).where(Meeting.evaluation_id == evaluation_id)
    return session.scalar(rows) or 0


def count_unattended_motions(session: Session, evaluation_id: int) -> int:
    """How many motions were voted on in meetings of which nobody recorded who was there."""
    attended = select(Attendance.id).where(Attendance.meeting_id == Meeting.id).exists()
    rows = (
        select(func.count(Motion.id))
        .join(Meeting, Meeting.id == Motion.meeting_id)
        .where(Meeting.evaluation_id == evaluation_id, ~attended)
    )
    return session.scalar(rows) or 0
