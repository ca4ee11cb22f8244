"""Reading the meeting: what is under way, what was put off, the minutes."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import Outcome
from crrubric.models import (
    Attendance,
    Criterion,
    Deferral,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedFinding:
    """What became of the finding of one item in a sitting, as the journal tells it.

    value: what was adopted; None: it was withdrawn, for the reason.
    """

    vendor: Vendor
    criterion: Criterion
    value: Outcome | None
    reason: str
    as_computed: bool = False
    evidence: str = ""
    agreed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One sitting: who was there, what was moved, what was settled one by one, how many at once."""

    meeting: Meeting
    attendance: tuple[Attendance, ...]
    motions: tuple[Motion, ...]
    settled: tuple[MinutedFinding, ...]
    adopted: dict[int, int]  # motion id -> items adopted by it


FINDINGS = (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN)
MINUTED = (*FINDINGS, Event.MEETING_STARTED, Event.MEETING_ENDED, Event.MOTION_RECORDED)


def list_minutes(session: Session, evaluation_id: int) -> list[Minutes]:
    """Every sitting, the newest first, in four queries at any size.

    What was settled is read in the journal: what a later sitting changes stays as it was said.
    """
    meetings = session.scalars(
        select(Meeting).where(Meeting.evaluation_id == evaluation_id).order_by(Meeting.id)
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
    told = session.execute(
        select(JournalEntry, Vendor, Criterion)
        .outerjoin(Vendor, Vendor.id == JournalEntry.vendor_id)
        .outerjoin(Criterion, Criterion.id == JournalEntry.criterion_id)
        .where(JournalEntry.evaluation_id == evaluation_id, JournalEntry.event.in_(MINUTED))
        .order_by(JournalEntry.number)
    ).all()
    moved = [row for row, _vendor, _criterion in told if row.event is Event.MOTION_RECORDED]
    settled = _list_findings_by_sitting((row[0], row[1], row[2]) for row in told)
    return [
        Minutes(
            meeting=meeting,
            attendance=tuple(row for row in attendance if row.meeting_id == meeting.id),
            motions=tuple(row for row in motions if row.meeting_id == meeting.id),
            settled=tuple(settled.get(place, ())),
            adopted={
                motion.id: len((entry.after or {}).get("adopted", ()))
                for motion, entry in zip(motions, moved, strict=False)
            },
        )
        for place, meeting in reversed(list(enumerate(meetings)))
    ]


def _list_findings_by_sitting(
    told: Iterable[tuple[JournalEntry, Vendor | None, Criterion | None]],
) -> dict[int, list[MinutedFinding]]:
    """Findings recorded or withdrawn one by one, by the place of the sitting in which they were."""
    found: dict[int, list[MinutedFinding]] = {}
    place, open_now = -1, False
    for row, vendor, criterion in told:
        if row.event in (Event.MEETING_STARTED, Event.MEETING_ENDED):
            open_now = row.event is Event.MEETING_STARTED
            place += open_now
        elif open_now and row.event in FINDINGS and vendor and criterion:
            after = (row.after or {}) if row.event is Event.FINDING_RECORDED else {}
            item = MinutedFinding(
                vendor=vendor,
                criterion=criterion,
                value=Outcome(after["value"]) if after else None,
                reason=row.reason or "",
                as_computed=after.get("as_computed", False),
                evidence=after.get("evidence") or "",
                agreed=after.get("agreed") or "",
            )
            found.setdefault(place, []).append(item)
    return found
