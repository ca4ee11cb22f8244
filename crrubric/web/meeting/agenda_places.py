"""The agenda as places to go to: each item with its vendor and criterion, for one person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from crrubric.domain.meeting.agenda import AgendaItem, find_adjacent_items, find_next_item
from crrubric.domain.results.results import Cell
from crrubric.domain.vocabulary import AgendaTopic
from crrubric.extensions import db
from crrubric.models import Criterion, Vendor
from crrubric.queries.meeting.meetings import load_deferrals
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.web.shared.page import redirect_to

BESIDE_CELL = 12  # items that the page of a cell lists


@dataclass(frozen=True, slots=True)
class AgendaPlace:
    """One item of the agenda, and where it is."""

    vendor: Vendor
    criterion: Criterion
    item: AgendaItem

    @property
    def ids(self) -> tuple[int, int]:
        """(vendor, criterion), as addresses name them."""
        return self.vendor.id, self.criterion.id


@dataclass(frozen=True, slots=True)
class AgendaExtract:
    """The first places that are not settled, and the one that is shown; how many more there are."""

    places: list[AgendaPlace]
    more: int


def list_own_agenda(read: Matrix, seat: Seat) -> Sequence[AgendaItem]:
    """The agenda in its order, without vendors that the person stays away from."""
    if not seat.shut_out:
        return read.agenda
    away = {code for code, vendor in read.vendors.items() if vendor.id in seat.shut_out}
    return [item for item in read.agenda if item.cell.vendor not in away]


@dataclass(frozen=True, slots=True)
class AgendaGroup:
    """Items of one topic: those that are shown, and how many there are and are left in all."""

    topic: AgendaTopic
    shown: tuple[AgendaItem, ...]
    count: int
    left: int


def group_agenda_items(
    shown: Sequence[AgendaItem], items: Sequence[AgendaItem]
) -> list[AgendaGroup]:
    """The part of the agenda that is shown, by topic."""
    counts = Counter(item.topic for item in items)
    left = Counter(item.topic for item in items if item.cell.adopted is None)
    found = [(topic, tuple(item for item in shown if item.topic is topic)) for topic in AgendaTopic]
    return [AgendaGroup(topic, rows, counts[topic], left[topic]) for topic, rows in found if rows]


def extract_agenda(read: Matrix, items: Sequence[AgendaItem], cell: Cell) -> AgendaExtract:
    """What the page of a cell lists of the agenda."""
    left = [item for item in items if item.cell.adopted is None or item.cell is cell]
    here = [item for item in left[BESIDE_CELL:] if item.cell is cell]
    shown = [*left[:BESIDE_CELL], *here]
    return AgendaExtract([find_place(read, item) for item in shown], len(left) - len(shown))


def find_place(read: Matrix, item: AgendaItem) -> AgendaPlace:
    """Where an item is."""
    return AgendaPlace(read.vendors[item.cell.vendor], read.criteria[item.cell.criterion], item)


def find_next_place(
    read: Matrix, items: Sequence[AgendaItem], cell: Cell | None
) -> AgendaPlace | None:
    """The next place that is not settled, after this cell."""
    return _find_place_of(read, find_next_item(items, _key_of(cell)))


def find_adjacent_places(
    read: Matrix, items: Sequence[AgendaItem], cell: Cell | None
) -> tuple[AgendaPlace | None, AgendaPlace | None]:
    """The places before and after this cell, settled or not."""
    before, after = find_adjacent_items(items, _key_of(cell))
    return _find_place_of(read, before), _find_place_of(read, after)


def is_on_agenda(read: Matrix, seat: Seat, vendor_id: int, criterion_id: int) -> bool:
    """Whether this person has the cell on their agenda."""
    here = (vendor_id, criterion_id)
    return any(find_place(read, item).ids == here for item in list_own_agenda(read, seat))


def go_on_from(seat: Seat, read: Matrix, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Off to the agenda's next item that is neither settled nor postponed; without one, to it."""
    off = load_deferrals(db.session(), seat.evaluation.id)
    here = (vendor_id, criterion_id)
    places = [find_place(read, item) for item in list_own_agenda(read, seat)]
    kept = [place for place in places if place.ids == here or place.ids not in off]
    cell = next((place.item.cell for place in kept if place.ids == here), None)
    following = find_next_place(read, [place.item for place in kept], cell)
    if following is None:
        return redirect_to("meeting.show_agenda", seat)
    vendor, criterion = following.ids
    return redirect_to("cell.show_cell", seat, vendor_id=vendor, criterion_id=criterion)


def _find_place_of(read: Matrix, item: AgendaItem | None) -> AgendaPlace | None:
    return None if item is None else find_place(read, item)


def _key_of(cell: Cell | None) -> tuple[str, str] | None:
    return (cell.vendor, cell.criterion) if cell else None
