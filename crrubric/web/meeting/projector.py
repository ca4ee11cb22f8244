"""The meeting on a projector: one cell in large type, without menus, for everybody in the room."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.extensions import db
from crrubric.models import Meeting
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused
from crrubric.queries.results.matrices import read_matrix
from crrubric.web.meeting.agenda_places import (
    find_adjacent_places,
    find_next_place,
    list_own_agenda,
)
from crrubric.web.meeting.meeting import shown_cell_of
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page

bp = Blueprint("projector", __name__, url_prefix="/evaluations/<slug>/meeting/projector")


@bp.get("/")
@require_permission(Action.FOLLOW_MEETING)
def show_projected_screen(seat: Seat) -> ResponseReturnValue:
    """The cell on everybody's screen; it follows the chair's."""
    meeting = find_current_meeting(db.session(), seat.evaluation.id)
    return render_projector_page(seat, shown_cell_of(meeting), meeting)


@bp.get("/<int:vendor_id>/<int:criterion_id>")
@require_permission(Action.FOLLOW_MEETING)
def show_projected_cell(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """One cell, whatever the chair shows."""
    refuse_recused(seat, vendor_id)
    meeting = find_current_meeting(db.session(), seat.evaluation.id)
    return render_projector_page(seat, (vendor_id, criterion_id), meeting, follows=False)


def render_projector_page(
    seat: Seat, shown: tuple[int, int] | None, meeting: Meeting | None, *, follows: bool = True
) -> str:
    """A cell with its counts and its finding, no names of reviewers and no notes: guests read it.

    Args: shown: ids of vendor and criterion; None: nothing is shown yet. Raises: NotFound.
    """
    away = shown is not None and shown[0] in seat.shut_out
    read = read_matrix(db.session(), seat.evaluation, current_language())
    vendor = next((row for row in read.vendors.values() if shown and row.id == shown[0]), None)
    criterion = next((row for row in read.criteria.values() if shown and row.id == shown[1]), None)
    if shown and not away and (vendor is None or criterion is None):
        raise make_not_found()
    cell = None
    if vendor is not None and criterion is not None and not away:
        cell = read.results.cell(vendor.code, criterion.code)
    items = list_own_agenda(read, seat)
    return render_page(
        "meeting/projector.html",
        seat,
        vendor=vendor,
        criterion=criterion,
        cell=cell,
        away=away,
        meeting=meeting,
        follows=follows,
        adjacent=find_adjacent_places(read, items, cell),
        following=find_next_place(read, items, cell),
        may_lead=meeting is not None and seat.may(Action.RUN_MEETING),
    )
