"""Reading the meeting: what is under way, what was put off, the minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.meeting.motions import VotersInTheRoom
from crrubric.domain.record.entries import ROW
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import Outcome
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

    Chairs and reviewers vote, observers don't. Where nobody recorded who was there, it can have
    been the whole committee.
    """
    votes = or_(Member.is_chair, Member.is_reviewer)
    there = session.execute(
        select(Attendance.left_at, votes.label("votes"))
        .join(Attendance.member)
        .where(Attendance.meeting_id == meeting.id)
    ).all()
    if there:
        count = sum(row.votes and (whenever or row.left_at is None) for row in there)
        return VotersInTheRoom(count, recorded=True)
    members = select(func.count(Member.id)).where(
        Member.evaluation_id == meeting.evaluation_id, Member.removed_at.is_(None), votes
    )
    return VotersInTheRoom(session.scalar(members) or 0, recorded=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedFinding:
    """What became of the finding of one item, as the journal tells it.

    value: what was adopted; None: it was withdrawn, for the reason.
    """

    vendor: Vendor
    criterion: Criterion
    value: Outcome | None
    reason: str
    at: datetime
    as_computed: bool = False
    evidence: str = ""
    agreed: str = ""


@dataclass(frozen=True, slots=True)
class MinutedItem:
    """An item that was adopted with a motion, and what was adopted."""

    vendor: Vendor
    criterion: Criterion
    value: Outcome


@dataclass(frozen=True, slots=True)
class MinutedPerson:
    """A member who was there: each time from when to when; without an end where they still are."""

    member: Member
    times: tuple[tuple[datetime, datetime | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One sitting: who was there, what was moved, what was settled one by one and at once."""

    meeting: Meeting
    attendance: tuple[MinutedPerson, ...]
    motions: tuple[Motion, ...]
    settled: tuple[MinutedFinding, ...]
    adopted: dict[int, tuple[MinutedItem, ...]]  # motion id -> what was adopted with it
    corrections: dict[int, list[JournalEntry]]  # motion id -> how it was corrected, the first first


@dataclass(frozen=True, slots=True)
class MinuteBook:
    """All sittings, the newest first, and findings from while none was open: older versions
    recorded such."""

    sittings: list[Minutes]
    outside: tuple[MinutedFinding, ...]

    @property
    def recorded_outside(self) -> int:
        """How many findings were recorded while no meeting was open."""
        return sum(row.value is not None for row in self.outside)


FINDINGS = (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN)
MINUTED = (
    *FINDINGS,
    Event.ATTENDANCE_CHANGED,
    Event.MEETING_STARTED,
    Event.MEETING_ENDED,
    Event.MOTION_RECORDED,
    Event.MOTION_CORRECTED,
)


def load_minutes(session: Session, evaluation_id: int) -> MinuteBook:
    """What happened in every sitting, in seven queries at any size.

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
    adopted = _list_adopted_items(session, evaluation_id, motions, moved)
    settled = _list_findings_by_sitting((row[0], row[1], row[2]) for row in told)
    times = _list_times_of_presence(row[0] for row in told)
    corrections = load_motion_corrections(session, evaluation_id, [row.id for row in motions])
    sittings = [
        Minutes(
            meeting=meeting,
            attendance=tuple(
                MinutedPerson(
                    row.member,
                    times.get((place, row.member_id), ((row.arrived_at, row.left_at),)),
                )
                for row in attendance
                if row.meeting_id == meeting.id
            ),
            motions=tuple(row for row in motions if row.meeting_id == meeting.id),
            settled=tuple(settled.get(place, ())),
            adopted=adopted,
            corrections=corrections,
        )
        for place, meeting in reversed(list(enumerate(meetings)))
    ]
    return MinuteBook(sittings, tuple(settled.get(None, ())))


def _list_adopted_items(
    session: Session,
    evaluation_id: int,
    motions: Sequence[Motion],
    moved: Sequence[JournalEntry],
) -> dict[int, tuple[MinutedItem, ...]]:
    """What was adopted with each motion, by its id. Args: moved: their entries, in their order."""
    told = {
        motion.id: rows
        for motion, entry in zip(motions, moved, strict=False)
        if (rows := (entry.after or {}).get("adopted"))
    }
    if not told:
        return {}
    vendors = {
        row.code: row
        for row in session.scalars(select(Vendor).where(Vendor.evaluation_id == evaluation_id))
    }
    criteria = {
        row.code: row
        for row in session.scalars(
            select(Criterion).where(Criterion.evaluation_id == evaluation_id)
        )
    }
    return {
        key: tuple(
            MinutedItem(vendors[vendor], criteria[criterion], Outcome(value))
            for vendor, criterion, value in rows
        )
        for key, rows in told.items()
    }


def _list_times_of_presence(
    told: Iterable[JournalEntry],
) -> dict[tuple[int, int], tuple[tuple[datetime, datetime | None], ...]]:
    """From when to when who was there, by the place of the sitting and the member's id.

    The rows keep the first arrival and the last departure alone.
    """
    found: dict[tuple[int, int], tuple[tuple[datetime, datetime | None], ...]] = {}
    place, there = -1, dict[int, datetime]()
    for row in told:
        if row.event is Event.MEETING_STARTED:
            place += 1
        if row.event is Event.MEETING_ENDED:
            present = set[int]()
        elif row.event is Event.ATTENDANCE_CHANGED and ROW in (row.after or {}):
            present = set((row.after or {})[ROW]["present"])
        else:  # an older version did not tell who
            continue
        for member in there.keys() - present:
            times = found.get((place, member), ())
            found[place, member] = (*times, (there.pop(member), row.at))
        for member in present - there.keys():
            there[member] = row.at
    for member, came in there.items():
        found[place, member] = (*found.get((place, member), ()), (came, None))
    return found


def _list_findings_by_sitting(
    told: Iterable[tuple[JournalEntry, Vendor | None, Criterion | None]],
) -> dict[int | None, list[MinutedFinding]]:
    """Findings recorded or withdrawn one by one, by the place of the sitting in which they were.

    Under None: those from while no sitting was open. What fell with a motion that was corrected is
    told beside the motion.
    """
    found: dict[int | None, list[MinutedFinding]] = {}
    place, open_now = -1, False
    for row, vendor, criterion in told:
        if row.event in (Event.MEETING_STARTED, Event.MEETING_ENDED):
            open_now = row.event is Event.MEETING_STARTED
            place += open_now
        elif row.event is Event.MOTION_CORRECTED:
            fell = found.get(place if open_now else None, [])
            # what fell with it is of its moment; a reason can be that of a withdrawal before
            while fell and fell[-1].value is None and fell[-1].at == row.at:
                fell.pop()
        elif row.event in FINDINGS and vendor and criterion:
            after = (row.after or {}) if row.event is Event.FINDING_RECORDED else {}
            item = MinutedFinding(
                vendor=vendor,
                criterion=criterion,
                value=Outcome(after["value"]) if after else None,
                reason=row.reason or "",
                at=row.at,
                as_computed=after.get("as_computed", False),
                evidence=after.get("evidence") or "",
                agreed=after.get("agreed") or "",
            )
            found.setdefault(place if open_now else None, []).append(item)
    return found


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


@dataclass(frozen=True, slots=True)
class MotionFinding:
    """A finding that was adopted with a motion, and of which item."""

    finding: Finding
    vendor: Vendor
    criterion: Criterion


def list_motion_findings(session: Session, motion: Motion) -> Sequence[MotionFinding]:
    """What was adopted with the motion and still holds, by vendor and criterion."""
    rows = session.execute(
        select(Finding, Vendor, Criterion)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .where(Finding.motion_id == motion.id)
        .order_by(Vendor.position, Vendor.id, Criterion.position, Criterion.id)
    )
    return [MotionFinding(*row) for row in rows]


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
