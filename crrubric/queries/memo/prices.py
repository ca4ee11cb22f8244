"""What the record says of sealed prices, for the memo: read in the journal, whose order holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.memo.facts import MemoOpening, MemoPrices
from crrubric.domain.record.open_prices import (
    PRICE_EVENTS,
    Opening,
    enters_price,
    find_holders,
    find_openings,
    find_reading_chairs,
)
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.vocabulary import Phase
from crrubric.models import Criterion, Evaluation, JournalEntry, Member, Vendor

SETTLING = (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN, Event.MOTION_RECORDED)
READ = (*PRICE_EVENTS, *SETTLING, Event.VENDOR_RESTORED, Event.PHASE_CHANGED)


def load_memo_prices(session: Session, evaluation: Evaluation, zone: tzinfo = UTC) -> MemoPrices:
    """The facts; only whether there were any to read where prices never were sealed."""
    if not evaluation.prices_sealed:
        return MemoPrices(unsealed=any(row.price != NO_PRICE for row in evaluation.vendors))
    entries = list_price_entries(session, evaluation.id, READ)
    opened = next((row.number for row in entries if row.event is Event.PRICES_OPENED), None)
    before = [row for row in entries if opened is None or row.number < opened]
    after = entries[len(before) :]
    at = evaluation.prices_opened_at
    scorers = list_scorers(session, evaluation)
    return MemoPrices(
        sealed=True,
        opened_at=at.astimezone(zone) if at else None,
        readers=list_price_readers(scorers, entries, before),
        openings=list_memo_openings(find_openings(entries), scorers, evaluation, zone),
        changed=count_changed_findings(session, evaluation.id, after),
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


def list_price_entries(
    session: Session, evaluation_id: int, events: Sequence[Event] = PRICE_EVENTS
) -> Sequence[JournalEntry]:
    """What the journal tells of prices and of who had a seat, the oldest first."""
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == evaluation_id, JournalEntry.event.in_(events))
        .order_by(JournalEntry.number)
    ).all()


def list_scorers(session: Session, evaluation: Evaluation) -> Sequence[Member]:
    """The reviewers, by name."""
    return session.scalars(
        select(Member)
        .where(Member.evaluation_id == evaluation.id, Member.is_reviewer)
        .order_by(Member.name)
    ).all()


def list_price_readers(
    scorers: Sequence[Member], entries: Sequence[JournalEntry], before: Sequence[JournalEntry]
) -> tuple[str, ...]:
    """Reviewers who typed a price, attached a file that tells one, to a vendor or to a mark of
    their own, or could read them as chairs, while prices were sealed, by name.

    Args: before: the entries until prices opened.
    """
    typed = {row.actor_id for row in before if enters_price(row)}
    seats = find_reading_chairs(before) | find_holders(entries)
    return tuple(
        row.name
        for row in scorers
        if row.id in seats or (row.user_id is not None and row.user_id in typed)
    )


def list_memo_openings(
    openings: Sequence[Opening],
    scorers: Sequence[Member],
    evaluation: Evaluation,
    zone: tzinfo,
) -> tuple[MemoOpening, ...]:
    """Those in which somebody who scored could read a price. A vendor that was removed in set-up
    has no name any more, and no ballots.
    """
    if not openings:
        return ()
    vendors: dict[int, Vendor] = {row.id: row for row in evaluation.vendors}

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    found = []
    for row in openings:
        known = [vendors[key] for key in vendors if key in row.vendors]
        readers = tuple(person.name for person in scorers if person.id in row.readers)
        if known and readers:
            found.append(
                MemoOpening(
                    file=row.file,
                    codes=tuple(vendor.code for vendor in known),
                    vendors=tuple(vendor.name for vendor in known),
                    began=row.began.astimezone(zone),
                    ended=local(row.ended),
                    readers=readers,
                )
            )
    return tuple(found)


def count_changed_findings(
    session: Session, evaluation_id: int, after: Sequence[JournalEntry]
) -> int:
    """Items whose finding was recorded, changed or withdrawn when the committee knew the prices.

    Each once, whatever became of it: what is withdrawn one by one can be adopted by a motion.
    """
    changed = {
        (row.vendor_id, row.criterion_id)
        for row in after
        if row.event in (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN)
    }
    moved = (row for row in after if row.event is Event.MOTION_RECORDED)
    adopted = [one for row in moved for one in (row.after or {}).get("adopted", ())]
    if adopted:  # which names items by codes, entries on one item by ids
        ids = load_item_ids(session, evaluation_id)
        changed.update(ids[vendor, criterion] for vendor, criterion, _value in adopted)
    return len(changed)


def load_item_ids(session: Session, evaluation_id: int) -> dict[tuple[str, str], tuple[int, int]]:
    """(vendor id, criterion id) of every item by its codes, of what left as well."""
    rows = session.execute(
        select(Vendor.code, Criterion.code, Vendor.id, Criterion.id)
        .join(Criterion, Criterion.evaluation_id == Vendor.evaluation_id)
        .where(Vendor.evaluation_id == evaluation_id)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}
