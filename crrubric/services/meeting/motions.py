"""Correcting a motion that was recorded wrong: a vote miscounted or mistyped, the wording."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.meeting.motions import refuse_excess_votes
from crrubric.domain.record.state import VOTE
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import MotionKind
from crrubric.models import Meeting, Motion
from crrubric.queries.meeting.meetings import (
    count_voters,
    find_motion,
    list_motion_findings,
    list_motion_ids,
)
from crrubric.queries.people.access import (
    Seat,
    make_not_found,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.services.meeting.decisions import serialize_finding
from crrubric.services.meeting.meetings import MotionText, clean_motion
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def correct_motion(
    actor: Actor,
    slug: str,
    motion_id: int,
    text: MotionText,
    *,
    reason: str,
    seen: str | None = None,
) -> Motion:
    """Correct what is recorded of a motion; the minutes and the memo tell both, with the reason.

    If it carried and does not carry as corrected, the findings that were adopted with it fall.
    Args: seen: the version that the form showed. Raises: Invalid without a reason, for more votes
    than voters, or if findings would have to be adopted after all; Stale; DoneAlready if nothing
    is changed.
    """
    tidy = clean_motion(text)
    why = require_text(reason, N_("Say why it is corrected."), limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RECORD_FINDING, slug)
        motion = require_motion(session, seat, motion_id)
        old = read_motion_values(motion)
        new = {**asdict(tidy), "carried": tidy.carried}
        refuse_unseen_change(old, new, seen)
        place = list_motion_ids(session, seat.evaluation.id).index(motion.id)
        if old == new:
            confirm_same_act(
                session,
                actor,
                Event.MOTION_CORRECTED,
                why,
                evaluation_id=seat.evaluation.id,
                tells=lambda entry: (entry.after or {}).get(ROW) == {"place": place},
            )
            return motion
        # who voted then may have left the committee since
        if tidy.votes > count_recorded_votes(motion):
            meeting = session.get_one(Meeting, motion.meeting_id)
            refuse_excess_votes(tidy.votes, count_voters(session, meeting, whenever=True))
        if motion.kind is MotionKind.UNDISPUTED and motion.carried != tidy.carried:
            drop_adopted_findings(session, seat, motion, why)
        for column, value in new.items():
            setattr(motion, column, value)
        before, after = find_changes(tell_motion(old), tell_motion(new))
        note_event(
            session,
            actor,
            Event.MOTION_CORRECTED,
            evaluation_id=seat.evaluation.id,
            subject=motion.words,
            before=before,
            after={**after, ROW: {"place": place}},
            reason=why,
        )
    return motion


def count_recorded_votes(motion: Motion) -> int:
    """How many votes are recorded of a motion."""
    return motion.in_favor + motion.opposed + motion.abstaining


def require_motion(session: Session, seat: Seat, motion_id: int) -> Motion:
    """The motion. Raises: NotFound if it is none of this evaluation."""
    motion = find_motion(session, seat.evaluation.id, motion_id)
    if motion is None:
        raise make_not_found()
    return motion


def read_motion_values(motion: Motion) -> dict[str, object]:
    """What can be corrected, and whether the motion carried."""
    return {name: getattr(motion, name) for name in ("words", *VOTE, "carried")}


def tell_motion(values: dict[str, object]) -> dict[str, object]:
    """The same under the names that the journal uses."""
    return {
        VOTE.get(name, "motion" if name == "words" else name): value
        for name, value in values.items()
    }


def drop_adopted_findings(session: Session, seat: Seat, motion: Motion, why: str) -> None:
    """The motion did not carry: what was adopted with it is withdrawn, item by item."""
    if not motion.carried:
        raise Invalid(
            N_(
                "With these votes the motion carries, and nothing was adopted with it. Record it"
                " again on the agenda."
            ),
            field="in_favor",
        )
    rows = list_motion_findings(session, motion)
    if any(row.vendor.id in seat.shut_out for row in rows):
        raise Invalid(
            N_(
                "Findings for a vendor from whom you stay away were adopted with it: another chair"
                " must correct it."
            )
        )
    require_impartial_once_shown(session, seat)
    for row in rows:
        note_event(
            session,
            seat.actor,
            Event.FINDING_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=f"{row.vendor.name}: {row.criterion.title}",
            about=EntryReferences(row.vendor.id, row.criterion.id),
            before=serialize_finding(row.finding),
            reason=why,
        )
        session.delete(row.finding)
