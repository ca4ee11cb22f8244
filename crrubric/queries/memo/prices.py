"""What the record says of sealed prices, for the memo: read in the journal, whose order holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.memo.tree import MemoPrices
from crrubric.domain.record.entries import ROW
from crrubric.domain.vocabulary import Phase
from crrubric.models import Evaluation, JournalEntry, Member
from crrubric.queries.memo.price_spans import (
    ATTACHING,
    OPENING,
    TYPING,
    enters_price,
    list_open_price_files,
    list_unsealed_spans,
)

# what can make somebody a chair, or let them score; the creation has the first among its rows
SEATING = (
    Event.MEMBER_INVITED,
    Event.MEMBER_ADDED,
    Event.MEMBER_CHANGED,
    Event.CHAIR_APPOINTED,
)
SETTLING = (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN, Event.MOTION_RECORDED)
READ = (
    *TYPING,
    *SEATING,
    *SETTLING,
    *ATTACHING,
    *OPENING,
    Event.MEMBER_CONFIRMED,
    Event.MEMBER_REMOVED,
    Event.PRICES_OPENED,
    Event.VENDOR_RESTORED,
    Event.PHASE_CHANGED,
)


def load_memo_prices(session: Session, evaluation: Evaluation, zone: ZoneInfo) -> MemoPrices:
    """The facts; nothing but "not sealed" where prices never were."""
    if not evaluation.prices_sealed:
        return MemoPrices()
    entries = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == evaluation.id, JournalEntry.event.in_(READ))
        .order_by(JournalEntry.number)
    ).all()
    opened = next((row.number for row in entries if row.event is Event.PRICES_OPENED), None)
    before = [row for row in entries if opened is None or row.number < opened]
    after = entries[len(before) :]
    at = evaluation.prices_opened_at
    return MemoPrices(
        sealed=True,
        opened_at=at.astimezone(zone) if at else None,
        readers=list_price_readers(session, evaluation, before),
        unsealed=list_unsealed_spans(before, zone),
        open_files=list_open_price_files(before, zone),
        changed=count_changed_findings(after),
        returned=tuple(
            (row.subject, row.at.astimezone(zone))
            for row in after
            if row.event is Event.VENDOR_RESTORED
        ),
        reopened=tuple(
            row.at.astimezone(zone)
            for row in after
            if row.event is Event.PHASE_CHANGED and (row.after or {})["phase"] == Phase.SCORING
        ),
    )


def list_price_readers(
    session: Session, evaluation: Evaluation, before: Sequence[JournalEntry]
) -> tuple[str, ...]:
    """Reviewers who typed a price, attached a file that tells one, or could read them as chairs,
    while prices were sealed, by name.
    """
    typed = {row.actor_id for row in before if enters_price(row)}
    chairs = find_reading_chairs(before)
    reviewers = session.scalars(
        select(Member)
        .where(Member.evaluation_id == evaluation.id, Member.is_reviewer)
        .order_by(Member.name)
    )
    return tuple(
        row.name
        for row in reviewers
        if row.id in chairs or (row.user_id is not None and row.user_id in typed)
    )


def find_reading_chairs(before: Iterable[JournalEntry]) -> set[int]:
    """Seats that chaired when there was a price to read, and were not kept from it: those that
    scored as well were, while another chair did not.
    """
    seats: dict[int, dict[str, Any]] = defaultdict(dict)
    readers: set[int] = set()
    priced = False
    for entry in before:
        priced = priced or enters_price(entry)
        told = entry.after or {}
        if entry.event is Event.EVALUATION_CREATED:
            if chair := told.get(ROW, {}).get("chair"):
                seats[chair["id"]] = chair
        elif entry.event in SEATING:  # of a change, what is other than before
            seats[entry.member_id or 0] |= told
        elif entry.event is Event.MEMBER_CONFIRMED:
            seats[entry.member_id or 0]["waits for"] = None
        elif entry.event is Event.MEMBER_REMOVED:
            seats.pop(entry.member_id or 0, None)
        if priced:
            readers |= list_unkept_chairs(seats)
    return readers


def list_unkept_chairs(seats: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """The chairs who may read sealed prices: those who do not score, or all if all score."""
    chairs = {
        member: bool(seat.get("reviewer"))
        for member, seat in seats.items()
        if seat.get("chair") and not seat.get("waits for")
    }
    return {member for member, scores in chairs.items() if not scores} or set(chairs)


def count_changed_findings(after: Sequence[JournalEntry]) -> int:
    """Items whose finding was recorded, changed or withdrawn when the committee knew the prices."""
    single = {
        (row.vendor_id, row.criterion_id)
        for row in after
        if row.event in (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN)
    }
    # a motion adopts only items that have no finding, and names them by codes
    adopted = sum(
        len((row.after or {}).get("adopted", ()))
        for row in after
        if row.event is Event.MOTION_RECORDED
    )
    return len(single) + adopted
