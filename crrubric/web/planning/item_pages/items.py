"""The list of action items, and what the sources suggest for it."""

from collections.abc import Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.items import UNFINISHED, ItemState
from crrubric.domain.text import sort_key
from crrubric.extensions import db
from crrubric.models import ActionItem
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.items import list_action_items, may_move_item
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.services.planning.items import take_proposed_items
from crrubric.web.planning.item_pages.item_forms import TakeItemsForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day

bp = Blueprint("items", __name__, url_prefix="/evaluations/<slug>/plan/items")
HOME = "items.show_action_items"


@bp.get("/")
@require_permission(Action.VIEW_ITEMS)
def show_action_items(seat: Seat) -> ResponseReturnValue:
    """The items that I may read, by owner and state as the address says."""
    items = list_action_items(db.session(), seat)
    owner, state = request.args.get("owner", ""), request.args.get("state", "")
    shown = [
        row
        for row in items
        if (not owner or row.owner_name == owner) and (not state or row.state.value == state)
    ]
    return render_page(
        "planning/items/index.html",
        seat,
        under=HOME,
        items=shown,
        total=len(items),
        left=sum(row.state in UNFINISHED for row in items),
        owners=list_owner_names(items),
        states=list(ItemState),
        owner=owner,
        state=state,
        movable={row.id for row in shown if may_move_item(seat, row)},
        may_manage=seat.may(Action.MANAGE_ITEMS),
        today=current_day(),
        unfinished=UNFINISHED,
    )


def list_owner_names(items: Sequence[ActionItem]) -> list[str]:
    """Everybody who has something to do, by name."""
    return sorted({row.owner_name for row in items if row.owner_name}, key=sort_key)


@bp.get("/proposals")
@require_permission(Action.MANAGE_ITEMS)
def show_item_proposals(seat: Seat) -> ResponseReturnValue:
    """What the sources suggest and is on the list not yet."""
    return render_item_proposals(seat, TakeItemsForm(formdata=None))


def render_item_proposals(
    seat: Seat, form: TakeItemsForm, ticked: Sequence[str] | None = None
) -> str:
    """The page; ticked: what was, where it was refused, else nothing yet."""
    return render_page(
        "planning/items/proposals.html",
        seat,
        under=HOME,
        proposals=list_item_proposals(db.session(), seat),
        form=form,
        ticked=ticked or (),
    )


@bp.post("/proposals")
@require_permission(Action.MANAGE_ITEMS)
def save_taken_items(seat: Seat) -> ResponseReturnValue:
    """Put what is selected on the list."""
    form, status, ticked = TakeItemsForm(), 422, request.form.getlist("origin")
    if form.validate():
        try:
            taken = take_proposed_items(current_actor(), seat.evaluation.slug, ticked)
            words = ngettext(
                "One item is on the list.", "%(num)s items are on the list.", len(taken)
            )
            flash(words, "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_item_proposals(seat, form, ticked), status
