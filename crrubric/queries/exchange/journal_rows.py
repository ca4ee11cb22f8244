"""The journal as rows for a file: what the seat may read, as the journal page shows it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import Criterion, JournalEntry, Vendor
from crrubric.queries.exchange.record_rows import write_instant
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import list_told_fields, select_visible_entries, tells_reason
from crrubric.queries.shared.reading import end_reading

BATCH = 2_000  # entries read at once

Difference = tuple[str, str, str]  # what, old, new
# An entry, and whether prices are hidden -> how the sentence ends, and what was changed
TellEntry = Callable[[JournalEntry, bool], tuple[str, Iterable[Difference]]]


class JournalRow(TypedDict):
    """One entry, by column."""

    at: str
    who: str
    event: str
    what: str  # how a sentence ends that begins with who
    vendor: str  # its code, if the entry is about one
    criterion: str
    changes: str  # a line for each field: old and new
    reason: str


def iterate_journal_rows(
    session: Session, seat: Seat, tell: TellEntry | None = None
) -> Iterator[JournalRow]:
    """What the seat may read of the journal, the newest first.

    Read in batches: no transaction is open while a row is used. Args: tell: puts entries into
    words; None: in English, values as they are kept. Raises: NotFound if the evaluation comes to
    another phase meanwhile.
    """
    phase, last = seat.evaluation.phase, None
    vendors, criteria = (load_codes(session, seat, kind) for kind in (Vendor, Criterion))
    while True:
        session.refresh(seat.evaluation, ["phase"])  # each batch is of a transaction of its own
        if seat.evaluation.phase is not phase:
            raise make_not_found()
        wanted = select_visible_entries(seat).order_by(JournalEntry.number.desc()).limit(BATCH)
        if last is not None:
            wanted = wanted.where(JournalEntry.number < last)
        entries = session.scalars(wanted).all()
        end_reading(session)
        for entry in entries:
            sentence, changes = (tell or tell_plainly)(entry, seat.evaluation.hides_prices)
            yield JournalRow(
                at=write_instant(entry.at),
                who=entry.actor_name,
                event=entry.event.value,
                what=sentence,
                vendor=vendors.get(entry.vendor_id or 0, ""),
                criterion=criteria.get(entry.criterion_id or 0, ""),
                changes="\n".join(write_difference(entry, *each) for each in changes),
                reason=(entry.reason or "") if tells_reason(seat, entry) else "",
            )
        if len(entries) < BATCH:
            return
        last = entries[-1].number


def load_codes(session: Session, seat: Seat, kind: type[Vendor | Criterion]) -> dict[int, str]:
    """The codes of vendors or criteria of the evaluation, by id."""
    rows = select(kind.id, kind.code).where(kind.evaluation_id == seat.evaluation.id)
    return {row.id: row.code for row in session.execute(rows)}


def write_difference(entry: JournalEntry, what: str, old: str, new: str) -> str:
    """One changed field; what is new has no old value."""
    return f"{what}: {old} → {new}" if entry.before else f"{what}: {new}"


def tell_plainly(entry: JournalEntry, hides_prices: bool) -> tuple[str, Iterable[Difference]]:
    """An entry in English, values as they are kept."""
    old, new = entry.before or {}, entry.after or {}
    fields = list_told_fields(entry, hides_prices=hides_prices)
    sentence = entry.event.label % {"subject": entry.subject}
    return sentence, [(key, write_value(old.get(key)), write_value(new.get(key))) for key in fields]


def write_value(value: object) -> str:
    """A value as it is kept; a dash for none."""
    return "–" if value in (None, "") else str(value)
