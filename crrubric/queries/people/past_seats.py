"""Seats as they were when something was shown without names.

Whoever sees a group beside words, or a count, before and after one seat was changed knows whose
they are: what was shown once is told of the seats of that moment for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import JournalEntry, Member

TAKEN = (Event.MEMBER_INVITED, Event.MEMBER_ADDED)  # a seat that is new, or an old one again
TOLD = (*TAKEN, Event.MEMBER_CHANGED, Event.CHAIR_APPOINTED, Event.MEMBER_REMOVED)


@dataclass(frozen=True, slots=True)
class PastSeat:
    """A seat at one moment. stakeholder: None where nobody can say any more."""

    reviewer: bool
    stakeholder: Stakeholder | None


def read_past_seats(session: Session, evaluation_id: int, moment: datetime) -> dict[int, PastSeat]:
    """The seats of a moment by member: as they are now, but for what the journal tells of since."""
    is_told = and_(
        JournalEntry.evaluation_id == Member.evaluation_id,
        JournalEntry.member_id == Member.id,
        JournalEntry.event.in_(TOLD),
    )
    rows = session.execute(
        select(Member, JournalEntry)
        .outerjoin(JournalEntry, is_told)
        .where(Member.evaluation_id == evaluation_id)
        .order_by(Member.id, JournalEntry.number)
    )
    members: list[Member] = []
    before: dict[int, dict[str, Any]] = {}
    since: dict[int, list[JournalEntry]] = {}
    for member, entry in rows:
        if not members or members[-1] is not member:
            members.append(member)
        if entry is not None and entry.at > moment:
            since.setdefault(member.id, []).append(entry)
        elif entry is not None:
            before.setdefault(member.id, {}).update(entry.after or {})
    return {
        row.id: make_past_seat(row, before.get(row.id, {}), since.get(row.id, ()))
        for row in members
        if was_seated(row, since.get(row.id, ()))
    }


def was_seated(member: Member, since: Sequence[JournalEntry]) -> bool:
    """Whether a member had the seat before all that was told of it since."""
    return since[0].event not in TAKEN if since else member.removed_at is None


def make_past_seat(
    member: Member, before: Mapping[str, Any], since: Sequence[JournalEntry]
) -> PastSeat:
    """The seat of a member. Args: before, since: what the journal told of it until then, and tells
    of it from then on."""
    group = find_past_value("stakeholder", member.stakeholder, before, since)
    return PastSeat(
        reviewer=bool(find_past_value("reviewer", member.is_reviewer, before, since)),
        stakeholder=None if group is None else Stakeholder(group),
    )


def find_past_value(
    name: str, now: object, before: Mapping[str, Any], since: Sequence[JournalEntry]
) -> Any:
    """What a column of a seat said then; None where the journal does not tell. Args: now: what it
    says now."""
    for entry in since:
        if entry.event in TAKEN:  # from here on it is another seat
            return before.get(name)
        if name in (entry.before or {}):
            return (entry.before or {})[name]
    return now
