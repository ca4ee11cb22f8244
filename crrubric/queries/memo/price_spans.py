"""When everybody on the committee could read prices that were sealed later, as the journal tells.

A rule can say at first that prices are not sealed, and a file can be attached before somebody says
that it tells prices: what was open then was no secret any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from crrubric.domain.events import Event
from crrubric.domain.memo.tree import MemoOpenPrices
from crrubric.domain.record.entries import ROW
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.models import JournalEntry

TYPING = (Event.VENDOR_ADDED, Event.VENDOR_CHANGED)
ATTACHING = (Event.VENDOR_FILE_ATTACHED, Event.VENDOR_FILE_CHANGED)
# what makes prices open to all, or closed; beside what enters one
OPENING = (
    Event.EVALUATION_CREATED,
    Event.RULE_CHANGED,
    Event.VENDOR_FILE_WITHDRAWN,
    Event.VENDOR_REMOVED,
)


def enters_price(entry: JournalEntry) -> bool:
    """Whether somebody typed a price, or attached a file that tells one."""
    told = entry.after or {}
    if entry.event in ATTACHING:
        return bool(told.get("tells prices"))
    return entry.event in TYPING and any(
        told.get(field) not in (None, "") for field in PRICE_FIELDS
    )


def list_unsealed_spans(before: Iterable[JournalEntry], zone: tzinfo) -> tuple[MemoOpenPrices, ...]:
    """From when until when there were prices and the rule did not seal them."""
    sealed, priced, since = False, False, None
    found: list[MemoOpenPrices] = []
    for entry in before:
        priced = priced or enters_price(entry)
        sealed = read_sealing(entry, sealed=sealed)
        if since is None and priced and not sealed:
            since = entry.at
        elif since is not None and sealed:
            found.append(make_span(since, entry.at, zone))
            since = None
    return tuple(found)


def read_sealing(entry: JournalEntry, *, sealed: bool) -> bool:
    """Whether prices are sealed after an entry, if they were so before."""
    told = entry.after or {}
    if entry.event is Event.EVALUATION_CREATED:
        told = told.get(ROW, {}).get("rule", {})
    elif entry.event is not Event.RULE_CHANGED:
        return sealed
    return bool(told.get("prices_sealed", sealed))


def make_span(
    begun: datetime, ended: datetime | None, zone: tzinfo, vendor: str = ""
) -> MemoOpenPrices:
    """A time in the district's zone."""
    return MemoOpenPrices(
        vendor, begun.astimezone(zone), ended.astimezone(zone) if ended is not None else None
    )


Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLife:
    """A file of a vendor so far.

    since: from when on everybody can read it; spans: when they could earlier. tells: whether
    anybody ever said that it tells prices.
    """

    vendor: str
    tells: bool = False
    withdrawn: bool = False
    since: datetime | None = None
    spans: tuple[Span, ...] = ()

    def follow(self, entry: JournalEntry) -> "FileLife":
        """The file after an entry about it."""
        if entry.event is Event.VENDOR_FILE_WITHDRAWN:  # from then on it is the chairs' alone
            return replace(self.close(entry.at), withdrawn=True)
        if (entry.after or {}).get("tells prices"):
            return replace(self.close(entry.at), tells=True)
        return self if self.withdrawn else replace(self, since=self.since or entry.at)

    def close(self, at: datetime) -> "FileLife":
        """The file from which everybody but the chairs is kept from now on."""
        if self.since is None:
            return self
        return replace(self, since=None, spans=(*self.spans, (self.since, at)))

    def list_spans(self) -> tuple[Span, ...]:
        """When everybody could read it, up to now."""
        return self.spans if self.since is None else (*self.spans, (self.since, None))


def list_open_price_files(
    before: Iterable[JournalEntry], zone: tzinfo
) -> tuple[MemoOpenPrices, ...]:
    """Files of which somebody has said that they tell prices, and when everybody could read them
    all the same; of vendors that were not removed in set-up."""
    files: dict[tuple[int | None, object], FileLife] = {}
    for entry in before:
        if entry.event is Event.VENDOR_REMOVED:
            files = {key: life for key, life in files.items() if key[0] != entry.vendor_id}
        elif entry.event in (*ATTACHING, Event.VENDOR_FILE_WITHDRAWN):
            key = entry.vendor_id, (entry.after or entry.before or {}).get("sha256")
            files[key] = files.get(key, FileLife(vendor=entry.subject)).follow(entry)
    return tuple(
        make_span(begun, ended, zone, life.vendor)
        for life in files.values()
        if life.tells
        for begun, ended in life.list_spans()
    )
