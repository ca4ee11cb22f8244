"""The meetings of the demo's evaluations: who was there, what was moved, who stands where."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import list_undisputed_cells
from crrubric.domain.record.state import DECISION, VOTE
from crrubric.domain.results.results import Cell
from crrubric.domain.vocabulary import MotionKind, Outcome, PositionKind
from crrubric.models import (
    Attendance,
    Decision,
    Finding,
    Meeting,
    Motion,
    Position,
    RankedVendor,
)
from crrubric.queries.people.people import actor_of
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.meeting.decisions import DecisionText, serialize_finding
from crrubric.services.shared.journal import ROW, EntryReferences, note_event

OPENING = timedelta(minutes=40)  # between the opening and the first finding of the file
LENGTH = timedelta(minutes=110)
APART = timedelta(hours=22)  # so that the last meeting ends before the decision is final


def hold_meetings(cast: DemoEvaluation, row: Mapping[str, Any], found_at: datetime) -> None:
    """The meetings of the file: the first when its findings were recorded, each other a day later.

    Args: found_at: the moment of these findings.
    """
    for place, told in enumerate(row.get("meeting", ())):
        hold_meeting(cast, told, found_at + place * APART)


def hold_meeting(cast: DemoEvaluation, told: Mapping[str, Any], when: datetime) -> None:
    """One meeting with its motions.

    Where one adopts what nobody disputes, every other item was found as the votes were after it.
    """
    began = when - OPENING
    meeting = Meeting(
        evaluation_id=cast.evaluation.id,
        place=told["place"],
        started_at=began,
        started_by=cast.chair.name,
        ended_at=began + LENGTH,
        step=1,
    )
    cast.session.add(meeting)
    cast.session.flush()
    _note(cast, Event.MEETING_STARTED, began, after={"place": meeting.place})
    _note_attendance(cast, meeting, told["present"])
    for moved in told.get("motion", ()):
        _record_motion(cast, meeting, moved)
    if any(moved.get("adopts") for moved in told.get("motion", ())):
        _adopt_other_outcomes(cast, when)
    _note(cast, Event.MEETING_ENDED, began + LENGTH)


def add_positions(cast: DemoEvaluation, row: Mapping[str, Any], when: datetime) -> None:
    """Where reviewers stand on the recommendation."""
    for told in row.get("position", ()):
        member, kind = cast.members[told["person"]], PositionKind(told["kind"])
        words = told.get("words", "")
        cast.session.add(Position(member_id=member.id, kind=kind, words=words, stated_at=when))
        note_event(
            cast.session,
            actor_of(cast.users[told["person"]]),
            Event.POSITION_STATED,
            evaluation_id=cast.evaluation.id,
            about=EntryReferences(member_id=member.id),
            after={"position": kind, "words": words},
            at=when,
        )


def record_demo_decision(cast: DemoEvaluation, row: Mapping[str, Any], when: datetime) -> None:
    """The recommendation with the order that was adopted, after prices were opened."""
    told = row["decision"]
    vendor = cast.vendors[told["vendor"]] if "vendor" in told else None
    text = DecisionText(
        vendor_id=vendor.id if vendor else None,
        **{key: told[key] for key in DECISION if key != "vendor_id"},
    )
    cast.session.add(
        Decision(
            evaluation_id=cast.evaluation.id,
            recorded_by=cast.chair.name,
            recorded_at=when,
            **asdict(text),
        )
    )
    after = {**asdict(text), "vendor": vendor.name if vendor else None}
    after |= _adopt_order(cast, told.get("ranking"))
    _note(cast, Event.PRICES_OPENED, cast.evaluation.prices_opened_at or when)
    _note(cast, Event.DECISION_RECORDED, when, after=after)


def _adopt_order(cast: DemoEvaluation, ranking: Mapping[str, int] | None) -> dict[str, Any]:
    """The order that was adopted, as the journal keeps it; nothing where none was."""
    if ranking is None:
        return {}
    cast.session.add_all(
        RankedVendor(vendor_id=cast.vendors[code].id, rank=rank) for code, rank in ranking.items()
    )
    ranks = sorted(ranking.items(), key=lambda pair: pair[1])
    names = "; ".join(f"{rank}. {cast.vendors[code].name}" for code, rank in ranks)
    told = {"adopted_order": names, "as_computed": True, "why_another_order": ""}
    return {**told, ROW: {"ranks": ranks}}


def _note(cast: DemoEvaluation, event: Event, at: datetime, **values: Any) -> None:
    evaluation_id = cast.evaluation.id
    note_event(cast.session, cast.chair, event, evaluation_id=evaluation_id, at=at, **values)


def _note_attendance(cast: DemoEvaluation, meeting: Meeting, people: list[str]) -> None:
    at = meeting.started_at + timedelta(minutes=2)
    members = sorted((cast.members[person] for person in people), key=lambda member: member.id)
    cast.session.add_all(
        Attendance(
            meeting_id=meeting.id, member_id=member.id, arrived_at=at, left_at=meeting.ended_at
        )
        for member in members
    )
    names = ", ".join(member.name for member in members)
    present = [member.id for member in members]
    _note(cast, Event.ATTENDANCE_CHANGED, at, subject=names, after={ROW: {"present": present}})


def _record_motion(cast: DemoEvaluation, meeting: Meeting, told: Mapping[str, Any]) -> None:
    """A motion that carried, with the findings that it adopted."""
    at = meeting.started_at + timedelta(minutes=15)
    read = read_matrix(cast.session, cast.evaluation)
    motion = Motion(
        meeting_id=meeting.id,
        kind=MotionKind.UNDISPUTED if told.get("adopts") else MotionKind.OTHER,
        words=told["words"],
        moved_by=cast.members[told["moved_by"]].name,
        seconded_by=cast.members[told["seconded_by"]].name,
        in_favor=told["in_favor"],
        opposed=told.get("opposed", 0),
        abstaining=told.get("abstaining", 0),
        carried=True,
        at=at,
    )
    cast.session.add(motion)
    cast.session.flush()
    more = {}
    if told.get("adopts"):
        cells = list_undisputed_cells(read.basis, read.results)
        cast.session.add_all(
            _make_finding(cast, read, cell, at, motion_id=motion.id) for cell in cells
        )
        outcomes = [[cell.vendor, cell.criterion, cell.resolution.outcome.value] for cell in cells]
        more = {"adopted": outcomes}
    votes = {name: getattr(motion, column) for column, name in VOTE.items()}
    row = {ROW: {"kind": motion.kind, "words": motion.words}}
    after = {**votes, "carried": True, **row, **more}
    _note(cast, Event.MOTION_RECORDED, at, subject=motion.words, after=after)
    cast.session.flush()


def _adopt_other_outcomes(cast: DemoEvaluation, when: datetime) -> None:
    """What was disputed and has no finding in the file: as the votes were, item by item."""
    read = read_matrix(cast.session, cast.evaluation)
    open_cells = [
        cell
        for cell in read.results.cells.values()
        if cell.adopted is None and cell.resolution.outcome is not Outcome.UNRESOLVED
    ]
    for minute, cell in enumerate(open_cells, start=1):
        at = when + timedelta(minutes=minute)
        finding = _make_finding(cast, read, cell, at)
        cast.session.add(finding)
        cast.session.flush()
        vendor, criterion = read.vendors[cell.vendor], read.criteria[cell.criterion]
        _note(
            cast,
            Event.FINDING_RECORDED,
            at,
            subject=f"{vendor.name}: {criterion.title}",
            about=EntryReferences(vendor.id, criterion.id),
            after=serialize_finding(finding),
        )


def _make_finding(
    cast: DemoEvaluation, read: Matrix, cell: Cell, at: datetime, motion_id: int | None = None
) -> Finding:
    return Finding(
        vendor_id=read.vendors[cell.vendor].id,
        criterion_id=read.criteria[cell.criterion].id,
        value=cell.resolution.outcome,
        as_computed=True,
        reason="",
        evidence="",
        agreed="",
        motion_id=motion_id,
        recorded_by=cast.chair.name,
        recorded_at=at,
    )
