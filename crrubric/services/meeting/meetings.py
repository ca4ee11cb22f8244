"""The meeting: opening and closing it, who is there, where it is, what is moved and put off."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Stale, WrongPhase, clean_together
from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import fingerprint_cells, list_undisputed_cells
from crrubric.domain.meeting.motions import refuse_excess_votes
from crrubric.domain.record.state import VOTE
from crrubric.domain.results.results import Cell
from crrubric.domain.text import clean_line, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import MotionKind
from crrubric.models import Attendance, Deferral, Finding, Meeting, Member, Motion
from crrubric.queries.meeting.meetings import (
    count_voters,
    find_current_meeting,
    load_deferrals,
)
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.meeting.decisions import lock_finding
from crrubric.services.meeting.sittings import close_sitting, list_attendance, require_sitting
from crrubric.services.setup.rubrics import find_criterion
from crrubric.services.setup.vendors import find_candidate
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionText:
    """A motion with its vote, as counted in the room."""

    words: str
    in_favor: int
    opposed: int = 0
    abstaining: int = 0
    moved_by: str = ""
    seconded_by: str = ""

    @property
    def carried(self) -> bool:
        """Whether more voted in favor than against; who abstains is not counted."""
        return self.in_favor > self.opposed

    @property
    def votes(self) -> int:
        """How many votes were counted."""
        return self.in_favor + self.opposed + self.abstaining


def start_meeting(actor: Actor, slug: str, *, place: str = "") -> Meeting:
    """Open a sitting. Raises: WrongPhase if one is under way."""
    where = clean_line(place, limit=limits.SHORT_TEXT, field="place")
    with unit_of_work() as session:
        seat = _lock_chair_seat(session, actor, slug)
        if find_current_meeting(session, seat.evaluation.id) is not None:
            raise WrongPhase(N_("A meeting is under way already."))
        meeting = Meeting(evaluation_id=seat.evaluation.id, place=where, started_by=actor.name)
        session.add(meeting)
        _note_meeting_event(session, seat, Event.MEETING_STARTED, after={"place": where})
    return meeting


def end_meeting(actor: Actor, slug: str) -> Meeting:
    """Close the sitting that is under way. Raises: WrongPhase if there is none."""
    with unit_of_work() as session:
        seat = _lock_chair_seat(session, actor, slug)
        meeting = require_sitting(session, seat.evaluation.id)
        close_sitting(session, actor, meeting)
    return meeting


def record_attendance(
    actor: Actor, slug: str, present: Iterable[int], *, seen: str | None = None
) -> None:
    """Record which members are present now; arrival and departure keep their time.

    Args: present: ids of members; those of others are not found. seen: the version that the form
    showed. Raises: Stale; WrongPhase if no meeting is under way.
    """
    wanted = set(present)
    with unit_of_work() as session:
        seat = _lock_chair_seat(session, actor, slug)
        meeting = require_sitting(session, seat.evaluation.id)
        members = {
            row.id: row
            for row in session.scalars(
                select(Member).where(
                    Member.evaluation_id == seat.evaluation.id, Member.removed_at.is_(None)
                )
            )
        }
        if not wanted <= members.keys():
            raise make_not_found()
        now = now_utc()
        there = {row.member_id: row for row in list_attendance(session, meeting)}
        before = {key for key, row in there.items() if row.left_at is None}
        refuse_unseen_change(
            read_attendance_values(meeting.id, before),
            read_attendance_values(meeting.id, wanted),
            seen,
        )
        for key in wanted - there.keys():
            session.add(Attendance(meeting_id=meeting.id, member_id=key, arrived_at=now))
        for key, row in there.items():
            row.left_at = None if key in wanted else row.left_at or now
        if wanted != before:
            names = ", ".join(members[key].name for key in sorted(wanted))
            after: dict[str, object] = {ROW: {"present": sorted(wanted)}}
            _note_meeting_event(session, seat, Event.ATTENDANCE_CHANGED, subject=names, after=after)


def read_attendance_values(meeting_id: int, present: Iterable[int]) -> dict[str, object]:
    """Who is present at a meeting, by id."""
    return {"meeting": meeting_id, "present": sorted(present)}


def point_at_cell(actor: Actor, slug: str, vendor_id: int, criterion_id: int) -> None:
    """Show a cell on everybody's screen. Raises: NotFound where it is not for the chair."""
    with unit_of_work() as session:
        seat = _lock_chair_seat(session, actor, slug)
        refuse_recused(seat, vendor_id)
        meeting = require_sitting(session, seat.evaluation.id)
        meeting.vendor_id = find_candidate(session, seat.evaluation, vendor_id).id
        meeting.criterion_id = find_criterion(session, seat.evaluation, criterion_id).id
        meeting.step += 1


def adopt_undisputed_cells(actor: Actor, slug: str, text: MotionText, *, shown: str) -> Motion:
    """Put the cells that nobody disputes to one vote; if it carries, their outcomes are adopted.

    Vendors that the chair stays away from are left to another chair.
    Args: shown: `fingerprint_cells` of those that the page showed. Raises: Stale if they are no
    longer the same; Invalid for more votes than voters.
    """
    tidy = clean_motion(text)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_FINDING, slug)
        meeting = require_sitting(session, seat.evaluation.id)
        read = read_matrix(session, seat.evaluation)
        cells = list_undisputed_for_seat(read, seat)
        if fingerprint_cells(cells) != shown or not cells:
            raise Stale(
                N_(
                    "These are not the items that you saw: now there are %(count)s that nobody"
                    " disputes. Look again, then vote."
                ),
                count=len(cells),
            )
        refuse_excess_votes(tidy.votes, count_voters(session, meeting))
        motion = _make_motion(meeting, MotionKind.UNDISPUTED, tidy)
        session.add(motion)
        session.flush()
        adopted = cells if tidy.carried else []
        _adopt_outcomes(session, seat, motion, read, adopted)
        told = [[row.vendor, row.criterion, row.resolution.outcome.value] for row in adopted]
        _note_motion(session, seat, motion, {"adopted": told})
    return motion


def _adopt_outcomes(
    session: Session, seat: Seat, motion: Motion, read: Matrix, cells: list[Cell]
) -> None:
    """Store the outcomes of cells as findings, in as many statements at any number: there can be
    thousands, and nobody else writes meanwhile."""
    if not cells:
        return
    places = [(read.vendors[row.vendor].id, read.criteria[row.criterion].id) for row in cells]
    rows = [
        {
            "vendor_id": vendor_id,
            "criterion_id": criterion_id,
            "value": cell.resolution.outcome,
            "as_computed": True,
            "motion_id": motion.id,
            "recorded_by": seat.actor.name,
        }
        for (vendor_id, criterion_id), cell in zip(places, cells, strict=True)
    ]
    session.execute(insert(Finding), rows)
    off = load_deferrals(session, seat.evaluation.id)
    for place in off.keys() & set(places):
        session.delete(off[place])


def list_undisputed_for_seat(read: Matrix, seat: Seat) -> list[Cell]:
    """The undisputed cells without those of vendors that the seat stays away from."""
    return [
        cell
        for cell in list_undisputed_cells(read.basis, read.results)
        if read.vendors[cell.vendor].id not in seat.shut_out
    ]


def record_motion(actor: Actor, slug: str, text: MotionText) -> Motion:
    """Record any other motion with its vote. Raises: Invalid for more votes than voters."""
    tidy = clean_motion(text)
    with unit_of_work() as session:
        seat = _lock_chair_seat(session, actor, slug)
        meeting = require_sitting(session, seat.evaluation.id)
        refuse_excess_votes(tidy.votes, count_voters(session, meeting))
        motion = _make_motion(meeting, MotionKind.OTHER, tidy)
        session.add(motion)
        _note_motion(session, seat, motion, {})
    return motion


def defer_cell(
    actor: Actor,
    slug: str,
    vendor_id: int,
    criterion_id: int,
    *,
    reason: str,
    seen: str | None = None,
) -> Deferral:
    """Put a cell off, or give another reason for it; the same by the same person is done once.

    Args: seen: the version that the form showed. Raises: WrongPhase if it is settled already
    or no meeting is under way; Stale if somebody else has put it off meanwhile.
    """
    why = require_text(reason, N_("Say why it is postponed."), limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_FINDING, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        criterion = find_criterion(session, seat.evaluation, criterion_id)
        require_sitting(session, seat.evaluation.id)
        if lock_finding(session, vendor.id, criterion.id) is not None:
            raise WrongPhase(N_("The committee has adopted a finding here: withdraw it first."))
        found = session.get(Deferral, (vendor.id, criterion.id), populate_existing=True)
        stored = read_deferral_values(found)
        wanted: dict[str, object] = {"reason": why, "recorded_by": actor.name}
        refuse_unseen_change(stored, wanted, seen)
        if found is not None and stored == wanted:
            return found
        if found is None:
            found = Deferral(vendor_id=vendor.id, criterion_id=criterion.id)
            session.add(found)
        found.reason, found.recorded_by, found.recorded_at = why, actor.name, now_utc()
        note_event(
            session,
            actor,
            Event.CELL_DEFERRED,
            evaluation_id=seat.evaluation.id,
            subject=f"{vendor.name}: {criterion.title}",
            about=EntryReferences(vendor.id, criterion.id),
            reason=why,
        )
    return found


def read_deferral_values(deferral: Deferral | None) -> dict[str, object]:
    """Why a cell was put off, and by whom; nothing if it is not."""
    if deferral is None:
        return {}
    return {"reason": deferral.reason, "recorded_by": deferral.recorded_by}


def clean_motion(text: MotionText) -> MotionText:
    """The motion, cleaned. Raises: Invalid naming the field."""
    tidy = clean_together(
        words=lambda: require_text(
            text.words, N_("Say what the motion is."), limit=limits.NOTE, field="words"
        ),
        moved_by=lambda: clean_line(text.moved_by, limit=limits.NAME, field="moved_by"),
        seconded_by=lambda: clean_line(text.seconded_by, limit=limits.NAME, field="seconded_by"),
        in_favor=lambda: require_in_bounds(text.in_favor, limits.VOTES, field="in_favor"),
        opposed=lambda: require_in_bounds(text.opposed, limits.VOTES, field="opposed"),
        abstaining=lambda: require_in_bounds(text.abstaining, limits.VOTES, field="abstaining"),
    )
    return replace(text, **tidy)


def _lock_chair_seat(session: Session, actor: Actor, slug: str) -> Seat:
    return require_locked_seat(session, actor, Action.RUN_MEETING, slug)


def _make_motion(meeting: Meeting, kind: MotionKind, text: MotionText) -> Motion:
    return Motion(
        meeting_id=meeting.id,
        kind=kind,
        words=text.words,
        moved_by=text.moved_by,
        seconded_by=text.seconded_by,
        in_favor=text.in_favor,
        opposed=text.opposed,
        abstaining=text.abstaining,
        carried=text.carried,
    )


def _note_motion(session: Session, seat: Seat, motion: Motion, more: dict[str, object]) -> None:
    votes = {
        **{told: getattr(motion, column) for column, told in VOTE.items()},
        "carried": motion.carried,
        ROW: {"kind": motion.kind, "words": motion.words},  # a subject may be cut
    }
    _note_meeting_event(
        session, seat, Event.MOTION_RECORDED, subject=motion.words, after={**votes, **more}
    )


def _note_meeting_event(
    session: Session,
    seat: Seat,
    event: Event,
    *,
    subject: str = "",
    after: dict[str, object] | None = None,
) -> None:
    note_event(
        session, seat.actor, event, evaluation_id=seat.evaluation.id, subject=subject, after=after
    )
