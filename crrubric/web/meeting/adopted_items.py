"""Items that are adopted at once, in short: by vendor and finding, for this reader."""

from collections.abc import Iterable, Sequence

from crrubric.domain.meeting.motions import AdoptedGroup, group_adopted_items
from crrubric.domain.results.results import Cell
from crrubric.queries.meeting.meetings import MinuteBook
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.web.shared.reading import translate_rubric_row


def group_undisputed_cells(read: Matrix, cells: Iterable[Cell]) -> Sequence[AdoptedGroup]:
    """What a motion would adopt."""
    return group_adopted_items(
        (
            read.vendors[cell.vendor].name,
            cell.resolution.outcome,
            translate_rubric_row(read.criteria[cell.criterion], "title"),
        )
        for cell in cells
    )


def group_minuted_items(book: MinuteBook, seat: Seat) -> dict[int, Sequence[AdoptedGroup]]:
    """What was adopted with each motion, by its id, without vendors that the person avoids."""
    told = {key: rows for sitting in book.sittings for key, rows in sitting.adopted.items()}
    return {
        key: group_adopted_items(
            (row.vendor.name, row.value, translate_rubric_row(row.criterion, "title"))
            for row in rows
            if row.vendor.id not in seat.shut_out
        )
        for key, rows in told.items()
    }
