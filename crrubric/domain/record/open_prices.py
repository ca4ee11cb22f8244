"""Who could read prices that were sealed in the end, and when: followed in the journal.

A seal that is off for a while, or a file whose tick "this file tells prices" comes late, leaves
no trace in what is stored now. The journal tells both, and who had a seat meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from crrubric.domain.events import Event
from crrubric.domain.record.entries import ROW
from crrubric.domain.results.cost import PRICE_FIELDS

TYPING = (Event.VENDOR_ADDED, Event.VENDOR_CHANGED)
# what can make somebody a chair, or let them score; the creation has the first among its rows
SEATING = (
    Event.MEMBER_INVITED,
    Event.MEMBER_ADDED,
    Event.MEMBER_CHANGED,
    Event.CHAIR_APPOINTED,
)
ATTACHING = (Event.VENDOR_FILE_ATTACHED, Event.VENDOR_FILE_CHANGED)
RULING = (Event.EVALUATION_CREATED, Event.RULE_CHANGED)
STAYING_AWAY = (Event.CONFLICT_DECLARED, Event.WAIVER_ENDED)
COMING_BACK = (Event.NO_CONFLICT_DECLARED, Event.CONFLICT_RETRACTED, Event.CONFLICT_WAIVED)
# of these a history of prices is made
PRICE_EVENTS = (
    *TYPING,
    *SEATING,
    *ATTACHING,
    *RULING,
    *STAYING_AWAY,
    *COMING_BACK,
    Event.VENDOR_REMOVED,
    Event.VENDOR_FILE_WITHDRAWN,
    Event.MEMBER_CONFIRMED,
    Event.MEMBER_REMOVED,
    Event.MARK_FILE_ATTACHED,
    Event.PRICES_OPENED,
)
Told = Mapping[str, Any] | None
File = tuple[int, str]  # of which vendor, with which bytes
Key = tuple[File | None, bool]  # a file, or what was typed; whether the file is withdrawn


class PriceEntry(Protocol):
    """What is read of an entry of the journal."""

    @property
    def event(self) -> Event: ...
    @property
    def at(self) -> datetime: ...
    @property
    def vendor_id(self) -> int | None: ...
    @property
    def member_id(self) -> int | None: ...
    @property
    def before(self) -> Told: ...
    @property
    def after(self) -> Told: ...


@dataclass(slots=True, kw_only=True)
class Opening:
    """Prices that could be read before the act that opens them.

    file: a file that tells prices, by the tick that it had at another time; else what was typed.
    ended: None while they still can be read. readers: the seats that could.
    """

    began: datetime
    file: bool
    ended: datetime | None = None
    vendors: set[int] = field(default_factory=set)
    readers: set[int] = field(default_factory=set)


class SeatRoll:
    """Who has a seat, as far as entries have been read."""

    def __init__(self) -> None:
        self.seats: dict[int, dict[str, Any]] = defaultdict(dict)
        self.away: set[tuple[int, int]] = set()  # who stays away from which vendor

    def follow(self, entry: PriceEntry) -> None:
        """Take in what an entry tells of seats."""
        key, vendor = entry.member_id or 0, entry.vendor_id or 0
        if entry.event in STAYING_AWAY:
            self.away.add((key, vendor))
        elif entry.event in COMING_BACK:
            self.away.discard((key, vendor))
        else:
            self.seat(key, entry.event, entry.after or {})

    def seat(self, key: int, own: Event, told: Mapping[str, Any]) -> None:
        """Give somebody a seat, or another one, or take it away."""
        if own is Event.EVALUATION_CREATED:
            if chair := told.get(ROW, {}).get("chair"):
                self.seats[chair["id"]] = dict(chair)
        elif own in SEATING:  # of a change, what is other than before
            self.seats[key] |= told
            if own in (Event.MEMBER_ADDED, Event.MEMBER_INVITED):  # without an account, or with one
                self.seats[key]["reads"] = own is Event.MEMBER_INVITED
        elif own is Event.MEMBER_CONFIRMED:
            self.seats[key]["waits for"] = None
        elif own is Event.MEMBER_REMOVED:
            self.seats.pop(key, None)

    def list_readers(self, vendors: Iterable[int], *, chairs: bool = False) -> set[int]:
        """The seats that may read what is open of one of these vendors, or only the chairs."""
        wanted = set(vendors)
        return {
            key
            for key, seat in self.seats.items()
            if not seat.get("waits for")
            and seat.get("reads", True)
            and (seat.get("chair") or not chairs)
            and any((key, vendor) not in self.away for vendor in wanted)
        }

    def list_unkept_chairs(self) -> set[int]:
        """The chairs who may read sealed prices: those who do not score, or all if all score."""
        chairs = {
            key: bool(seat.get("reviewer"))
            for key, seat in self.seats.items()
            if seat.get("chair") and not seat.get("waits for")
        }
        return {key for key, scores in chairs.items() if not scores} or set(chairs)


class PriceWatch:
    """What could be read by whom, an entry after the other."""

    def __init__(self, telling: set[str]) -> None:
        self.telling = telling  # the bytes of which it was said at any time that they tell prices
        self.roll = SeatRoll()
        self.sealed, self.opened = False, False
        self.priced: dict[int, dict[str, object]] = defaultdict(dict)
        self.files: dict[File, bool] = {}  # whether it is ticked
        self.withdrawn: set[File] = set()
        self.running: dict[Key, Opening] = {}
        self.found: list[Opening] = []

    def follow(self, entry: PriceEntry) -> None:
        """Take in an entry; once prices are open for good, nothing is left to follow."""
        if self.opened:
            return
        self.roll.follow(entry)
        self.take_rule(entry)
        self.take_prices(entry)
        self.take_files(entry)
        self.compare(entry.at)

    def take_rule(self, entry: PriceEntry) -> None:
        """Whether prices are sealed, or open for good."""
        told = entry.after or {}
        if entry.event is Event.EVALUATION_CREATED:
            told = told.get(ROW, {}).get("rule", {})
        if entry.event in RULING:
            self.sealed = bool(told.get("prices_sealed", self.sealed))
        self.opened = entry.event is Event.PRICES_OPENED

    def take_prices(self, entry: PriceEntry) -> None:
        """What is typed of the price of a vendor."""
        told, vendor = entry.after or {}, entry.vendor_id or 0
        if entry.event in TYPING:
            self.priced[vendor] |= {name: told[name] for name in PRICE_FIELDS & told.keys()}
        elif entry.event is Event.VENDOR_REMOVED:
            self.priced.pop(vendor, None)

    def take_files(self, entry: PriceEntry) -> None:
        """The files of vendors. One that is withdrawn only chairs can read."""
        told, vendor = entry.after or {}, entry.vendor_id or 0
        if entry.event in ATTACHING:
            self.files[vendor, told.get("sha256", "")] = bool(told.get("tells prices"))
        elif entry.event is Event.VENDOR_FILE_WITHDRAWN:
            self.withdrawn.add((vendor, (entry.before or {}).get("sha256", "")))
        elif entry.event is Event.VENDOR_REMOVED:
            for file in [file for file in self.files if file[0] == vendor]:
                del self.files[file]

    def list_open(self) -> dict[Key, set[int]]:
        """What can be read now by whoever has a seat, with its vendors."""
        if self.opened:
            return {}
        files = {file: ticked for file, ticked in self.files.items() if file[1] in self.telling}
        found: dict[Key, set[int]] = {
            (file, file in self.withdrawn): {file[0]}
            for file, ticked in files.items()
            if not ticked
        }
        priced = {vendor for vendor, price in self.priced.items() if tells_anything(price)}
        priced |= {
            file[0] for file, ticked in files.items() if ticked and file not in self.withdrawn
        }
        if priced and not self.sealed:
            found[None, False] = priced
        return found

    def compare(self, at: datetime) -> None:
        """Begin what is open from now on, end what is open no more, and note who reads."""
        now = self.list_open()
        for key in self.running.keys() - now.keys():
            self.running.pop(key).ended = at
        for (file, withdrawn), vendors in now.items():
            key = file, withdrawn
            if key not in self.running:
                self.running[key] = Opening(began=at, file=file is not None)
                self.found.append(self.running[key])
            self.running[key].vendors |= vendors
            self.running[key].readers |= self.roll.list_readers(vendors, chairs=withdrawn)


def tells_anything(price: Mapping[str, object]) -> bool:
    """Whether anything of a price is entered."""
    return any(value not in (None, "") for value in price.values())


def find_openings(entries: Sequence[PriceEntry]) -> list[Opening]:
    """When prices could be read, the earliest first. Args: entries: those of PRICE_EVENTS."""
    watch = PriceWatch(find_telling_bytes(entries))
    for entry in entries:
        watch.follow(entry)
    return watch.found


def find_telling_bytes(entries: Iterable[PriceEntry]) -> set[str]:
    """The bytes of files of which it was said at any time, of any vendor, that they tell prices."""
    return {
        told["sha256"]
        for entry in entries
        if entry.event in ATTACHING
        for told in (entry.before or {}, entry.after or {})
        if told.get("tells prices") and told.get("sha256")
    }


def enters_price(entry: PriceEntry) -> bool:
    """Whether somebody typed a price, or attached a file that tells one."""
    told = entry.after or {}
    if entry.event in ATTACHING:
        return bool(told.get("tells prices"))
    return entry.event in TYPING and tells_anything(
        {name: told[name] for name in PRICE_FIELDS & told.keys()}
    )


def find_reading_chairs(entries: Iterable[PriceEntry]) -> set[int]:
    """Seats that chaired when there was a price to read, and were not kept from it: those that
    scored as well were, while another chair did not.
    """
    roll, readers, priced = SeatRoll(), set[int](), False
    for entry in entries:
        priced = priced or enters_price(entry)
        roll.follow(entry)
        if priced:
            readers |= roll.list_unkept_chairs()
    return readers


def find_holders(entries: Sequence[PriceEntry]) -> set[int]:
    """Seats that attached a file that tells prices to a mark of their own."""
    telling = find_telling_bytes(entries)
    return {
        entry.member_id or 0
        for entry in entries
        if entry.event is Event.MARK_FILE_ATTACHED and (entry.after or {}).get("sha256") in telling
    }
