"""Reading the meeting: what is under way, what was put off, the minutes."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.text import sort_key
from crrubric.models import (
    Attendance,
    Criterion,
    Deferral,
    Finding,
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


def list_minutes(session: Session, evaluation_id: int) -> list[Minutes]:
    """Every sitting, the newest first, in five queries at any size."""
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
    return [
        Minutes(
            meeting=meeting,
            attendance=tuple(row for row in attendance if row.meeting_id == meeting.id),
            motions=tuple(row for row in motions if row.meeting_id == meeting.id),
            settled=tuple(
                MinutedFinding(*row) for row in findings if _is_finding_of_meeting(meeting, row[0])
            ),
            adopted={number: count for number, count in counted if number is not None},
        )
        for meeting in meetings
    ]


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
