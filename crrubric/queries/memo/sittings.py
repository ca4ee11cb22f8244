"""The meetings that the memo tells of, and what was voted on in them."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from crrubric.domain.meeting.motions import group_adopted_items
from crrubric.domain.memo.meeting_facts import (
    MemoMotion,
    MemoMotionCorrection,
    MemoMotionText,
    MemoSitting,
)
from crrubric.domain.record.state import VOTE
from crrubric.models import Motion
from crrubric.queries.meeting.meetings import Minutes
from crrubric.queries.setup.wording import translate_rubric_text

TOLD = {"words": "motion", **VOTE}  # columns of a motion, and what the journal calls them


def load_memo_sitting(row: Minutes, zone: ZoneInfo, language: str) -> MemoSitting:
    """A meeting with who attended and what was voted on."""
    return MemoSitting(
        opened_at=row.meeting.started_at.astimezone(zone),
        closed_at=row.meeting.ended_at.astimezone(zone) if row.meeting.ended_at else None,
        place=row.meeting.place,
        present=tuple(seen.member.name for seen in row.attendance),
        motions=tuple(
            MemoMotion(
                text=make_motion_text({told: getattr(motion, name) for name, told in TOLD.items()}),
                carried=motion.carried,
                adopted=group_adopted_items(
                    (
                        item.vendor.name,
                        item.value,
                        translate_rubric_text(item.criterion, "title", language),
                    )
                    for item in row.adopted.get(motion.id, ())
                ),
                corrections=list_memo_motion_corrections(motion, row, zone),
            )
            for motion in row.motions
        ),
    )


def make_motion_text(told: Mapping[str, object]) -> MemoMotionText:
    """A motion, from what the journal calls its parts."""
    return MemoMotionText(
        words=str(told["motion"]),
        moved_by=str(told["moved by"]),
        seconded_by=str(told["seconded by"]),
        votes=tuple(int(str(told[name])) for name in ("in favor", "against", "abstaining")),
    )


def list_memo_motion_corrections(
    motion: Motion, row: Minutes, zone: ZoneInfo
) -> tuple[MemoMotionCorrection, ...]:
    """Corrections of a motion, the first first; each with the motion before and after it."""
    after = {told: getattr(motion, name) for name, told in TOLD.items()}
    found = []
    for entry in reversed(row.corrections.get(motion.id, [])):
        old = entry.before or {}
        before = {name: old.get(name, value) for name, value in after.items()}
        found.append(
            MemoMotionCorrection(
                before=make_motion_text(before),
                after=make_motion_text(after),
                reason=entry.reason,
                by=entry.actor_name,
                at=entry.at.astimezone(zone),
            )
        )
        after = before
    return tuple(reversed(found))
