"""Writing the journal: every service adds its entries to its own transaction.

Entries wait in the session until the unit of work ends: only then is the head of the chain held,
for the shortest time, and everything else is locked already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.event_fields import find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.impartiality import OF_ONESELF
from crrubric.domain.limits import SHORT_TEXT
from crrubric.domain.policy import SITE_POLICY
from crrubric.domain.record.chain import NAMELESS, SITE, hash_of
from crrubric.domain.record.entries import ROW as ROW  # for whoever writes an entry
from crrubric.domain.record.texts import draw_salts
from crrubric.domain.text import cut_visibly
from crrubric.models import Evaluation, JournalEntry, User
from crrubric.queries.people.access import AWAY, make_not_found
from crrubric.queries.people.people import Actor
from crrubric.queries.record.journal import find_chain_head, link_of

WAITING = "journal"  # the key in the session's own dictionary
ACTING = "acting"  # likewise: who acts, account -> the standing with which they came
LOCK = 673  # the class of PostgreSQL's advisory locks that hold a chain's head


@dataclass(frozen=True, slots=True)
class EntryReferences:
    """What an entry is about, by id: for filters, trails, and who must not read it."""

    vendor_id: int | None = None
    criterion_id: int | None = None
    member_id: int | None = None


NOTHING = EntryReferences()
# Made once: every unit of work asks it. Columns, not the row: what is loaded may be from before.
ACTOR = select(User.standing, User.disabled_at).where(User.id == bindparam("user"))


def note_event(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    evaluation_id: int | None = None,
    subject: str = "",
    about: EntryReferences = NOTHING,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Add one entry: who changed what, from what, to what, and why.

    Args: at: when it happened, if not now, as the row that it tells of has it.
    Raises: NotFound for an act on a vendor from which the actor stays away.
    """
    refuse_act_from_away(session, actor, event, evaluation_id, about)
    entry = JournalEntry(
        at=at or now_utc(),
        evaluation_id=evaluation_id,
        actor_id=actor.user_id,
        actor_name=actor.name,
        event=event,
        subject=cut_visibly(subject, SHORT_TEXT),
        vendor_id=about.vendor_id,
        criterion_id=about.criterion_id,
        member_id=about.member_id,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        reason=reason,
    )
    session.info.setdefault(WAITING, []).append(entry)
    if actor.user_id is not None:
        session.info.setdefault(ACTING, {})[actor.user_id] = actor.standing


def refuse_act_from_away(
    session: Session,
    actor: Actor,
    event: Event,
    evaluation_id: int | None,
    about: EntryReferences,
) -> None:
    """Raise NotFound for an act on a vendor from which the actor stays away, whatever act it is.

    The last gate behind those of the acts themselves: what is told of a vendor names it, and who
    may do what was asked in this unit of work.
    """
    away = session.info.get(AWAY, {}).get((actor.user_id, evaluation_id), frozenset())
    if about.vendor_id in away and event not in OF_ONESELF:
        raise make_not_found()


def write_entries(session: Session) -> None:
    """Number, chain and store the entries that wait; the last thing in a transaction."""
    waiting: list[JournalEntry] = session.info.pop(WAITING, [])
    session.flush()
    refuse_former_actors(session)
    begun = [entry for entry in waiting if entry.event is Event.EVALUATION_CREATED]
    for entry in waiting:
        entry.chain = entry.evaluation_id or SITE
    chains = {entry.chain for entry in waiting} | ({SITE} if begun else set())
    heads = {chain: _lock_chain_head(session, chain) for chain in sorted(chains)}  # in one order
    _chain_entries(waiting, heads)
    beginnings = [_tell_beginning(entry) for entry in begun]
    _chain_entries(beginnings, heads)
    session.add_all([*waiting, *beginnings])
    session.flush()


def refuse_former_actors(session: Session) -> None:
    """Raise NotFound if who acts was disabled, or lost their standing, since their request began.

    What they may do was asked before; between that and the unit of work lies whatever was waited
    for, and somebody else may just have shut them out.
    """
    for user_id, standing in session.info.pop(ACTING, {}).items():
        now = session.execute(ACTOR, {"user": user_id}).one_or_none()
        if now is None or now.disabled_at is not None:
            raise make_not_found()
        if not SITE_POLICY[standing] <= SITE_POLICY[now.standing]:
            raise make_not_found()


def _chain_entries(entries: Iterable[JournalEntry], heads: dict[int, tuple[int, str]]) -> None:
    """Number and hash entries behind the heads of their chains, which they become."""
    for entry in entries:
        number, previous = heads[entry.chain]
        entry.number = number + 1
        entry.version, entry.salts = NAMELESS, draw_entry_salts(entry)
        entry.hash = hash_of(link_of(entry), previous)
        heads[entry.chain] = entry.number, entry.hash


def _tell_beginning(first: JournalEntry) -> JournalEntry:
    """What the site's chain tells of the first entry of an evaluation's: that there is one."""
    return JournalEntry(
        chain=SITE,
        at=first.at,
        actor_id=first.actor_id,
        actor_name=first.actor_name,
        event=Event.EVALUATION_BEGUN,
        subject=first.subject,
        after={"chain": first.chain, "first": first.hash},
        reason="",
    )


def draw_entry_salts(entry: JournalEntry) -> dict[str, str]:
    """A fresh salt for each typed text and each id of an account of an entry."""
    content = link_of(entry).content or {}
    return draw_salts(content, lambda name: bool(find_text_kinds(entry.event, name)))


def sort_entries(session: Session) -> None:
    """Put the entries that wait in the order in which they say that things happened.

    Only the demo needs it, which looks back; elsewhere they wait in this order.
    """
    session.info.get(WAITING, []).sort(key=lambda entry: entry.at)


def set_later_entries_aside(
    session: Session, evaluation_id: int, moment: datetime
) -> list[JournalEntry]:
    """Take out of what waits, and give back, what is later than a moment in one evaluation.

    Only the demo needs it: something comes in between that reads the journal until then.
    """
    waiting = session.info.get(WAITING, [])
    later = [row for row in waiting if row.evaluation_id == evaluation_id and row.at > moment]
    session.info[WAITING] = [row for row in waiting if row not in later]
    return later


def put_entries_back(session: Session, entries: Iterable[JournalEntry]) -> None:
    """Let entries that were set aside wait again, behind what waits already."""
    session.info.setdefault(WAITING, []).extend(entries)


def forget_entries(session: Session) -> None:
    """Drop the entries that wait: what they tell of was rolled back."""
    session.info.pop(WAITING, None)
    session.info.pop(ACTING, None)


def _lock_chain_head(session: Session, chain: int) -> tuple[int, str]:
    """(number, hash) of the newest entry; nobody else adds to the chain until we are done."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK, chain)))
    return find_chain_head(session, chain)


def find_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields that differ, as (old, new)."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def note_evaluation_change(
    session: Session,
    actor: Actor,
    event: Event,
    evaluation: Evaluation,
    *,
    old: Mapping[str, object],
    new: Mapping[str, object],
    at: datetime | None = None,
) -> None:
    """One journal entry with what differs; none if nothing does."""
    before, after = find_changes(old, new)
    if after:
        note_event(
            session, actor, event, evaluation_id=evaluation.id, before=before, after=after, at=at
        )
