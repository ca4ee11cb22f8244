"""Reading the journal. Before the meeting it holds back whatever depends on a mark."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_DECIDED, FROM_MEETING
from crrubric.domain.procurement.purchase import AMOUNT_FIELDS
from crrubric.domain.record.chain import START, ChainLink
from crrubric.domain.record.copies import OF_VENDOR_FILES
from crrubric.domain.record.entries import ROW
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.domain.text import sort_key
from crrubric.models import Evaluation, JournalEntry
from crrubric.queries.people.access import Seat

# Who declared a conflict and who submitted when is progress; what was marked is not.
SEALED = (
    Event.MARK_RECORDED,
    Event.MARK_SET_ASIDE,
    Event.MARKS_IMPORTED,
    Event.BALLOT_IMPORTED,
    Event.MARK_FILE_ATTACHED,
    Event.MARK_FILE_REMOVED,
)
# Positions are collected privately: they are told once the decision is recorded.
PRIVATE = (Event.POSITION_STATED,)
# Who asked a vendor something is nobody's business but the asker's: it is never told.
UNTOLD = (Event.QUESTION_ASKED,)
# What is wrong with a ballot that somebody entered is said in words that tell its marks.
UNTOLD_REASONS = (Event.BALLOT_DISPUTED,)
# That reviewers were late tells of ballots: who stays away from a vendor reads their own only.
OF_OPEN_BALLOTS = (Event.REMINDED,)
# Amounts by fund tell a price, whichever vendor it is of.
OF_AMOUNTS = (Event.PURCHASE_CHANGED,)
# What happened to a cell in the meeting, for whoever reads the cell.
TRAIL = (Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN, Event.CELL_DEFERRED)
PAGE = 200
# `vendor_id` stands beside `vendor`, the name that people read
HIDDEN = frozenset({"vendor_id"})

# Made once: every unit of work asks it, and every page that shows results.
HEAD = (
    select(JournalEntry.number, JournalEntry.hash)
    .where(JournalEntry.chain == bindparam("chain"))
    .order_by(JournalEntry.number.desc())
    .limit(1)
)


def find_chain_head(session: Session, chain: int) -> tuple[int, str]:
    """(number, hash) of the newest entry; those before the first where there is none."""
    row = session.execute(HEAD, {"chain": chain}).one_or_none()
    return (row.number, row.hash) if row else (0, START)


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which entries to show: of these kinds, by this person, about this vendor; all if None."""

    events: frozenset[Event] | None = None
    actor: str | None = None
    vendor_id: int | None = None
    page: int = 0  # numbers of entries would tell how often somebody marked: pages are counted


def list_journal_entries(
    session: Session, seat: Seat, wanted: JournalFilter | None = None
) -> list[JournalEntry]:
    """The newest entries first, a page of them."""
    wanted = wanted or JournalFilter()
    rows = select_visible_entries(seat)
    conditions: list[ColumnElement[bool]] = []
    if wanted.events is not None:
        conditions.append(JournalEntry.event.in_(wanted.events))
    if wanted.actor is not None:
        conditions.append(JournalEntry.actor_name == wanted.actor)
    if wanted.vendor_id is not None:
        conditions.append(JournalEntry.vendor_id == wanted.vendor_id)
    rows = rows.where(*conditions).order_by(JournalEntry.number.desc())
    rows = rows.limit(PAGE).offset(wanted.page * PAGE)
    return list(session.scalars(rows))


def select_visible_entries(seat: Seat) -> Select[Any]:
    """The entries of the evaluation that this person may read at all: the one place for that.

    Nothing that depends on a mark before the meeting; nothing about the ballots for a vendor with
    whom the person has a conflict of interest, and until the decision is final nothing that could
    tell its price; never who asked a vendor what.
    """
    rows = select(JournalEntry).where(
        JournalEntry.evaluation_id == seat.evaluation.id, JournalEntry.event.not_in(UNTOLD)
    )
    if seat.evaluation.phase not in FROM_MEETING:
        rows = rows.where(JournalEntry.event.not_in(SEALED))
    if seat.evaluation.phase not in FROM_DECIDED:
        rows = rows.where(JournalEntry.event.not_in(PRIVATE))
    if seat.shut_out:
        about = JournalEntry.vendor_id
        rows = rows.where(
            about.is_(None) | about.not_in(seat.shut_out),
            JournalEntry.event.not_in(OF_OPEN_BALLOTS)
            | (JournalEntry.actor_id == seat.actor.user_id),
        )
        if seat.evaluation.phase not in FROM_DECIDED:
            rows = rows.where(JournalEntry.event.not_in(OF_AMOUNTS))
    return rows


def tells_reason(seat: Seat, entry: JournalEntry) -> bool:
    """Whether the person may read the reason of an entry: not where it tells of marks too soon."""
    return seat.evaluation.phase in FROM_MEETING or entry.event not in UNTOLD_REASONS


def list_told_fields(entry: JournalEntry, *, hides_prices: bool = False) -> list[str]:
    """The fields of an entry that whoever reads it is told, in their order.

    A reason that stands below the entry is not said twice. Args: hides_prices: nothing that tells
    a price.
    """
    said = {"reason"} if entry.reason else set()
    if hides_prices:
        said |= PRICE_FIELDS | AMOUNT_FIELDS
        if entry.event in OF_VENDOR_FILES:
            said.add("file")  # a name such as “Offer, 48 dollars a seat”
    old, new = entry.before or {}, entry.after or {}
    return [
        key
        for key in {**old, **new}
        if key not in HIDDEN | {ROW} | said
        and (old.get(key) not in (None, "") or new.get(key) not in (None, ""))
    ]


def list_cell_history(
    session: Session, seat: Seat, vendor_id: int, criterion_id: int
) -> list[JournalEntry]:
    """How the committee came to the finding of a cell, the oldest first; nothing of any ballot."""
    rows = select_visible_entries(seat).where(
        JournalEntry.event.in_(TRAIL),
        JournalEntry.vendor_id == vendor_id,
        JournalEntry.criterion_id == criterion_id,
    )
    return list(session.scalars(rows.order_by(JournalEntry.number)))


def find_latest_changes(
    session: Session, seat: Seat, *events: Event, **about: int
) -> dict[str, JournalEntry]:
    """Who last changed what: by the journal's name for it, the entry that made it what it is.

    Args: about: `vendor_id`, `criterion_id`, `member_id`, as far as the entries have them. An entry
    that repeats a value has not changed it.
    """
    rows = select_visible_entries(seat).where(JournalEntry.event.in_(events))
    rows = rows.filter_by(**about).order_by(JournalEntry.number.desc()).limit(PAGE)
    return find_last_changes(reversed(session.scalars(rows).all()))


def find_latest_criterion_changes(
    session: Session, seat: Seat, *events: Event
) -> dict[int, dict[str, JournalEntry]]:
    """The same for every criterion, by its id, in one query."""
    rows = select_visible_entries(seat).where(
        JournalEntry.event.in_(events), JournalEntry.criterion_id.is_not(None)
    )
    entries: dict[int, list[JournalEntry]] = {}
    for entry in session.scalars(rows.order_by(JournalEntry.number)):
        entries.setdefault(entry.criterion_id or 0, []).append(entry)
    return {key: find_last_changes(own) for key, own in entries.items()}


def find_last_changes(entries: Iterable[JournalEntry]) -> dict[str, JournalEntry]:
    """By the journal's name for a value, the entry that made it what it is.

    Args: entries: the oldest first.
    """
    values: dict[str, Any] = {}
    found: dict[str, JournalEntry] = {}
    for entry in entries:
        for name, value in (entry.after or {}).items():
            if name not in found or values[name] != value:
                found[name], values[name] = entry, value
    return found


def list_journal_actors(session: Session, seat: Seat) -> list[str]:
    """Everybody who acted, by name."""
    names = select_visible_entries(seat).with_only_columns(JournalEntry.actor_name).distinct()
    return sorted(session.scalars(names), key=sort_key)


def link_of(entry: JournalEntry) -> ChainLink:
    """What the entry's hash covers."""
    content = {
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "event": entry.event.value,
        "subject": entry.subject,
        "vendor_id": entry.vendor_id,
        "criterion_id": entry.criterion_id,
        "member_id": entry.member_id,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
    }
    return ChainLink(
        chain=entry.chain,
        number=entry.number,
        at=entry.at,
        content=content,
        hash=entry.hash,
        version=entry.version,
        salts=entry.salts or {},
        withheld=entry.withheld or {},
    )


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry stands: its number in the journal of an evaluation (no title: of the site)."""

    number: int
    title: str
    at: datetime
    by: str


def find_entries_by_hash(session: Session, start: str) -> list[EntryPlace]:
    """Where the entries stand whose hash begins so."""
    rows = session.execute(
        select(JournalEntry.number, Evaluation.title, JournalEntry.at, JournalEntry.actor_name)
        .outerjoin(Evaluation, Evaluation.id == JournalEntry.chain)
        .where(JournalEntry.hash.startswith(start))
        .order_by(JournalEntry.chain, JournalEntry.number)
    )
    return [EntryPlace(number, title or "", at, by) for number, title, at, by in rows]


def find_journal_head(session: Session, evaluation: Evaluation) -> str:
    """The newest hash of the evaluation's chain; empty before the first entry.

    Empty before the meeting as well: it covers what was marked.
    """
    if evaluation.phase not in FROM_MEETING:
        return ""
    return (
        session.scalar(
            select(JournalEntry.hash)
            .where(JournalEntry.chain == evaluation.id)
            .order_by(JournalEntry.number.desc())
            .limit(1)
        )
        or ""
    )
