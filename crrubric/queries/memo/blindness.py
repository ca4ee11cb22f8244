"""What the record of an evaluation says of blindness, for the memo."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.events import Event
from crrubric.domain.memo.facts import (
    MemoBlindness,
    MemoEntries,
    MemoImport,
    MemoLateBallot,
    MemoMove,
    MemoReturn,
)
from crrubric.domain.setup.closing import has_ended, is_after_closing
from crrubric.domain.vocabulary import Phase
from crrubric.models import (
    Ballot,
    EntryOnBehalf,
    Evaluation,
    JournalEntry,
    Mark,
    Member,
    SealedBallot,
    Vendor,
)
from crrubric.queries.ballots.ballots import (
    is_vendor_in_selection,
    list_ballot_moments,
    list_late_changes,
)
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.closing_days import find_closing_day, list_closing_moves


def load_memo_blindness(
    session: Session,
    evaluation: Evaluation,
    zone: ZoneInfo,
    away: frozenset[int] = frozenset(),
) -> MemoBlindness:
    """The facts, with moments in this zone.

    Args: away: vendors that whoever reads stays away from.
    """
    alone, imported = count_ballots_by_origin(session, evaluation)
    told = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_((Event.PHASE_CHANGED, Event.MARKS_IMPORTED)),
        )
        .order_by(JournalEntry.number)
    ).all()
    moved = list_closing_moves(session, evaluation)
    return MemoBlindness(
        shown_at=evaluation.shown_at.astimezone(zone) if evaluation.shown_at else None,
        alone=alone,
        imported_ballots=imported,
        imports=tuple(
            MemoImport(
                entry.subject,
                entry.at.astimezone(zone),
                (entry.after or {})["marks"],
                late=is_after_closing(
                    entry.at, find_closing_day(evaluation, moved, entry.at), zone.key
                ),
            )
            for entry in told
            if entry.event is Event.MARKS_IMPORTED
        ),
        entries=list_memo_entries(session, evaluation),
        returns=tuple(
            MemoReturn(entry.at.astimezone(zone), entry.reason)
            for entry in told
            if evaluation.shown_at is not None
            and entry.event is Event.PHASE_CHANGED
            and (entry.after or {})["phase"] == Phase.SCORING
            and entry.at > evaluation.shown_at
        ),
        late_changes=tuple(
            replace(row, at=row.at.astimezone(zone))
            for row in list_late_changes(session, evaluation)
        ),
        reopened=list_reopened_ballots(session, evaluation, zone),
        late_ballots=list_late_ballots(session, evaluation, moved, zone),
        moves=tuple(list_late_moves(moved, zone)),
        away=load_vendor_names(session, away),
    )


def load_vendor_names(session: Session, ids: frozenset[int]) -> frozenset[str]:
    """The names of these vendors, of those that left the selection as well."""
    if not ids:
        return frozenset()
    return frozenset(session.scalars(select(Vendor.name).where(Vendor.id.in_(ids))))


def list_late_moves(moved: Iterable[JournalEntry], zone: ZoneInfo) -> Iterator[MemoMove]:
    """Moves of a closing day, or of the hard end, that had passed when they were made."""
    for entry in moved:
        before, after = entry.before or {}, entry.after or {}
        day, end = before.get("closes_on"), before.get("ends_at")
        at = entry.at.astimezone(zone)
        if day and is_after_closing(entry.at, date.fromisoformat(day), zone.key):
            new = after.get("closes_on")
            yield MemoMove(
                at=at,
                by=entry.actor_name,
                before=date.fromisoformat(day),
                after=date.fromisoformat(new) if new else None,
            )
        if end and has_ended(entry.at, datetime.fromisoformat(end)):
            new = after.get("ends_at")
            yield MemoMove(
                at=at,
                by=entry.actor_name,
                before=datetime.fromisoformat(end).astimezone(zone),
                after=datetime.fromisoformat(new).astimezone(zone) if new else None,
            )


def list_reopened_ballots(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[LateChange, ...]:
    """Ballots given back after the committee had seen them, by reviewer and vendor.

    The reasons for what had no mark went with that, even if nothing else was changed.
    """
    if evaluation.shown_at is None:
        return ()
    rows = session.execute(
        select(Member.name, Vendor.name, SealedBallot.reopened_at)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(
            Ballot.evaluation_id == evaluation.id, SealedBallot.reopened_at >= evaluation.shown_at
        )
        .order_by(Member.name, Member.id, Vendor.position, SealedBallot.number)
    )
    return tuple(LateChange(name, vendor, at.astimezone(zone)) for name, vendor, at in rows if at)


def list_late_ballots(
    session: Session, evaluation: Evaluation, moved: Sequence[JournalEntry], zone: ZoneInfo
) -> tuple[MemoLateBallot, ...]:
    """Ballots that count and were submitted after the closing day, by reviewer and vendor.

    Without those that an import sealed: the import itself is told as late.
    """
    own = or_(Ballot.imported_at.is_(None), Ballot.imported_at != Ballot.submitted_at)
    rows = list_ballot_moments(session, evaluation, Ballot.submitted_at, own)
    days = [(row, find_closing_day(evaluation, moved, row.at)) for row in rows]
    return tuple(
        MemoLateBallot(replace(row, at=row.at.astimezone(zone)), day)
        for row, day in days
        if day is not None and is_after_closing(row.at, day, zone.key)
    )


def count_ballots_by_origin(session: Session, evaluation: Evaluation) -> tuple[int, int]:
    """Of the ballots that hold a mark: filled in alone and blind, if they count; imported.

    One that was ever entered on its reviewer's behalf is not: whoever entered it has seen it, and
    what they entered may stand there still, submitted once more.
    """
    entered = select(EntryOnBehalf.id).where(EntryOnBehalf.ballot_id == Ballot.id).exists()
    imported = Ballot.imported_at.is_not(None)
    counts = and_(is_present_reviewer(evaluation.id), is_vendor_in_selection(), ~Ballot.recused)
    alone = counts & ~imported & Ballot.changed_after_shown_at.is_(None) & ~entered
    row = session.execute(
        select(
            func.coalesce(func.sum(case((alone, 1), else_=0)), 0),
            func.coalesce(func.sum(case((imported, 1), else_=0)), 0),
        )
        .select_from(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .where(
            Member.evaluation_id == evaluation.id,
            select(Mark.id).where(Mark.ballot_id == Ballot.id).exists(),
        )
    ).one()
    return int(row[0]), int(row[1])


def list_memo_entries(session: Session, evaluation: Evaluation) -> tuple[MemoEntries, ...]:
    """Who entered how many ballots for which vendor, disputed ones as well."""
    counts = (
        select(EntryOnBehalf.entered_by, Ballot.vendor_id, func.count().label("ballots"))
        .join(Ballot, Ballot.id == EntryOnBehalf.ballot_id)
        .group_by(EntryOnBehalf.entered_by, Ballot.vendor_id)
        .subquery()
    )
    rows = session.execute(
        select(counts.c.entered_by, Vendor.name, counts.c.ballots)
        .join(Vendor, Vendor.id == counts.c.vendor_id)
        .where(Vendor.evaluation_id == evaluation.id)
        .order_by(counts.c.entered_by, Vendor.position)
    )
    return tuple(MemoEntries(*row) for row in rows)
