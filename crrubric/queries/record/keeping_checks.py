"""Is what the site keeps how long, what it is proposed to remove, what is gone, and its logo, as
the journal of the site tells?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.events import Event
from crrubric.domain.record.differences import is_same
from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.retention.times import (
    KeepingTimes,
)
from crrubric.domain.record.state import State
from crrubric.domain.record.texts import Text
from crrubric.domain.translation import N_
from crrubric.models import District, DistrictLogo, KeepingSchedule, Removal

LOGOS = frozenset({Event.DISTRICT_LOGO_SET, Event.DISTRICT_LOGO_REMOVED})
EVENTS = frozenset({
    Event.KEEPING_CHANGED, Event.REMOVAL_PROPOSED, Event.REMOVAL_WITHDRAWN, Event.RECORD_REMOVED,
})  # fmt: skip


def replay_keeping_entry(state: State, entry: ToldEntry) -> None:
    """Apply an entry of a site's chain. Raises one of UNREADABLE if it tells too little."""
    if entry.event is Event.KEEPING_CHANGED:
        state.keeping.update(entry.told)
        return
    told = entry.before if entry.event is Event.REMOVAL_WITHDRAWN else entry.told
    key = (told or {})["kind"], (told or {}).get("chain")
    if entry.event is Event.REMOVAL_PROPOSED:
        state.removals[key] = {
            "proposed_by": entry.actor_name,
            "proposed_by_id": entry.actor_id,
            "proposed_at": entry.at,
            "confirmed_by_id": None,
            "confirmed_at": None,
        }
        return
    proposed = state.removals.pop(key)
    if entry.event is Event.RECORD_REMOVED:
        moment = datetime.fromisoformat(entry.told["proposed at"])
        same = is_same(entry.told["proposed by"], proposed["proposed_by"])
        same = same and is_same(proposed["proposed_at"], moment)
        if not same or entry.actor_id == proposed["proposed_by_id"]:
            raise ValueError("not removed by two people, as it was proposed")
        if key[1] is not None:
            state.removed[key[1]] = entry.told["first"]


def replay_logo_entry(state: State, entry: ToldEntry) -> None:
    """Apply an entry about the district's logo. Raises: KeyError if it tells too little."""
    for row in state.logos.values():
        row["removed_at"] = row["removed_at"] or entry.at
    if entry.event is Event.DISTRICT_LOGO_SET:
        told = entry.told
        begun = {"width": told["width"], "height": told["height"]}
        signed = {"added_by": entry.actor_name, "added_at": entry.at}
        row = state.logos.setdefault(told["sha256"], {**begun, **signed})
        row["removed_at"] = None


def compare_logos(
    session: Session, told: State, districts: Sequence[District]
) -> Iterator[CrrubricError]:
    """Logos of the site's district that are not as its journal tells, or are other pictures."""
    own = {row.id for row in districts}
    rows = {row.sha256: row for row in session.scalars(select(DistrictLogo))}
    for digest in [*rows, *(told.logos.keys() - rows.keys())]:
        row, entry = rows.get(digest), told.logos.get(digest)
        if (
            row is None
            or entry is None
            or row.district_id not in own
            or sha256(row.body).hexdigest() != digest
            or not all(is_same(value, getattr(row, name)) for name, value in entry.items())
        ):
            yield Invalid(
                N_("Logo of the district, %(hash)s: it differs from the journal."), hash=digest[:12]
            )


def compare_keeping(session: Session, told: State) -> Iterator[CrrubricError]:
    """Where schedule and proposals are not what the site's journal tells."""
    rows = list(session.scalars(select(KeepingSchedule)))
    times = {**KeepingTimes().serialize(), **told.keeping} if told.keeping else {}
    stored = [{name: getattr(row, name) for name in KeepingTimes().serialize()} for row in rows]
    if stored != ([times] if times else []):
        yield Invalid(N_("How long records are kept: the table differs from the journal."))
    wanted = select(Removal).order_by(Removal.id)
    proposals = {(row.kind.value, row.evaluation_id): row for row in session.scalars(wanted)}
    for key in [*proposals, *(told.removals.keys() - proposals.keys())]:
        row, entry = proposals.get(key), told.removals.get(key)
        if row is None or entry is None or not _is_as_told(row, entry):
            yield Invalid(
                N_("Proposal %(kind)s to remove a record: it differs from the journal."),
                kind=key[0],
            )


def _is_as_told(row: Removal, entry: Mapping[str, Any]) -> bool:
    return all(is_same(value, getattr(row, name)) for name, value in entry.items())


def compare_gone_evaluations(
    titles: Mapping[int, str],
    firsts: Mapping[int, str],
    begun: Mapping[int, tuple[Text, str]],
    removed: Mapping[int, str],
) -> Iterator[CrrubricError]:
    """Evaluations that the site's journal tells to be removed, and that are there, or of which it
    tells another beginning."""
    for chain, first in removed.items():
        if chain in titles or chain in firsts:
            message = N_(
                "Journal, chain %(chain)s: the site’s tells that it was removed, and there is one."
            )
            yield Invalid(message, chain=chain)
        elif chain not in begun or begun[chain][1] != first:
            message = N_(
                "Journal, chain %(chain)s: what was removed began otherwise than the site’s tells."
            )
            yield Invalid(message, chain=chain)
