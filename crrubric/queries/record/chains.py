"""Reading the chains of the journal whatever stands in them, some entries at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from crrubric.domain.record.chain import TIMED, UNCOVERED, ChainLink
from crrubric.domain.record.entries import Near, ToldEntry
from crrubric.domain.record.texts import mark_withheld
from crrubric.models import JournalEntry
from crrubric.queries.record.journal import link_of
from crrubric.queries.record.stored import UNREADABLE

BATCH = 100  # entries that are read at a time: one can tell a hundred marks
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry of the journal. One that can't be read any more has a link without content."""

    id: int
    chain: int
    number: int
    evaluation_id: int | None
    link: ChainLink
    told: ToldEntry | None


def iterate_entries(session: Session, chain: int | None = None) -> Iterator[StoredEntry]:
    """Every entry by chain and number; those of one chain if it is named."""
    order = JournalEntry.chain, JournalEntry.number, JournalEntry.id
    wanted = select(*order, JournalEntry.evaluation_id, JournalEntry.hash).order_by(*order)
    if chain is not None:
        wanted = wanted.where(JournalEntry.chain == chain)
    last: tuple[int, int, int] | None = None
    while True:
        page = wanted if last is None else wanted.where(tuple_(*order) > last)
        rows = session.execute(page.limit(BATCH)).all()
        if not rows:
            return
        found = _load_entries(session, [row.id for row in rows])
        for row in rows:
            entry = found.get(row.id)
            yield StoredEntry(
                id=row.id,
                chain=row.chain,
                number=row.number,
                evaluation_id=row.evaluation_id,
                link=link_of(entry)
                if entry is not None
                else ChainLink(
                    chain=row.chain, number=row.number, at=NEVER, content={}, hash=row.hash
                ),
                told=None if entry is None else tell_entry(entry),
            )
        last = rows[-1].chain, rows[-1].number, rows[-1].id


def _load_entries(session: Session, ids: Sequence[int]) -> dict[int, JournalEntry]:
    """These entries by id, without those that can't be read."""
    wanted = select(JournalEntry).execution_options(populate_existing=True)
    try:
        return {row.id: row for row in session.scalars(wanted.where(JournalEntry.id.in_(ids)))}
    except UNREADABLE:
        if len(ids) == 1:
            return {}
    half = len(ids) // 2
    return {**_load_entries(session, ids[:half]), **_load_entries(session, ids[half:])}


def tell_entry(entry: JournalEntry) -> ToldEntry | None:
    """What an entry tells, as plain values; None where nobody can make out what was withheld."""
    link = link_of(entry)
    try:
        content = mark_withheld(link.content or {}, link.salts, link.withheld)
    except UNCOVERED:
        return None
    return ToldEntry(
        number=entry.number,
        at=entry.at if entry.version >= TIMED else Near(entry.at),
        event=entry.event,
        **{name: value for name, value in content.items() if name != "event"},
    )
