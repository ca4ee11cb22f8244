"""The agenda as places to go to: each item with its vendor and criterion, for one person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from crrubric.domain.meeting.agenda import (
    AgendaItem,
    find_adjacent_items,
    find_next_item,
    list_agenda_items,
)
from crrubric.domain.results.results import Cell
from crrubric.extensions import db
from crrubric.models import Criterion, Vendor
from crrubric.queries.meeting.meetings import load_deferrals
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.web.shared.page import redirect_to


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


def list_agenda_places(read: Matrix, seat: Seat) -> list[AgendaPlace]:
    """The agenda in its order, without vendors that the person stays away from."""
    rows = (
        AgendaPlace(read.vendors[item.cell.vendor], read.criteria[item.cell.criterion], item)
        for item in list_agenda_items(read.basis, read.results)
    )
    return [row for row in rows if row.vendor.id not in seat.shut_out]


def find_next_place(places: Sequence[AgendaPlace], cell: Cell | None) -> AgendaPlace | None:
    """The next place that is not settled, after this cell."""
    return _place_of(places, find_next_item([place.item for place in places], _key_of(cell)))


def find_adjacent_places(
    places: Sequence[AgendaPlace], cell: Cell | None
) -> tuple[AgendaPlace | None, AgendaPlace | None]:
    """The places before and after this cell, settled or not."""
    before, after = find_adjacent_items([place.item for place in places], _key_of(cell))
    return _place_of(places, before), _place_of(places, after)


def go_on_from(seat: Seat, read: Matrix, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Off to the agenda's next item that is neither settled nor postponed; without one, to it."""
    off = load_deferrals(db.session(), seat.evaluation.id)
    here = (vendor_id, criterion_id)
    places = [
        place
        for place in list_agenda_places(read, seat)
        if place.ids == here or place.ids not in off
    ]
    cell = next((place.item.cell for place in places if place.ids == here), None)
    following = find_next_place(places, cell)
    if following is None:
        return redirect_to("meeting.show_agenda", seat)
    vendor, criterion = following.ids
    return redirect_to("cell.show_cell", seat, vendor_id=vendor, criterion_id=criterion)


def _place_of(places: Sequence[AgendaPlace], item: AgendaItem | None) -> AgendaPlace | None:
    return next((place for place in places if place.item is item), None)


def _key_of(cell: Cell | None) -> tuple[str, str] | None:
    return (cell.vendor, cell.criterion) if cell else None
