"""The board of action items: a column for each state, and a card for each item."""

from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.planning.items import UNFINISHED, ItemState
from crrubric.extensions import db
from crrubric.models import ActionItem
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.items import list_action_items, may_move_item
from crrubric.web.planning.item_pages.item_edits import BOARD, make_item_state_form
from crrubric.web.planning.item_pages.item_forms import ItemStateForm
from crrubric.web.planning.item_pages.items import HOME, list_owner_names
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import render_page
from crrubric.web.shared.words import current_day

bp = Blueprint("item_board", __name__, url_prefix="/evaluations/<slug>/plan/items")


@dataclass(frozen=True, slots=True)
class ItemCard:
    """A card of the board. form: what its buttons send; None: the reader does not move it."""

    item: ActionItem
    form: ItemStateForm | None


@bp.get("/board")
@require_permission(Action.VIEW_ITEMS)
def show_item_board(seat: Seat) -> ResponseReturnValue:
    """The items that I may read by their status, of one owner if the address says so."""
    items = list_action_items(db.session(), seat)
    owner = request.args.get("owner", "")
    cards = [
        make_item_card(seat, row, owner) for row in items if not owner or row.owner_name == owner
    ]
    return render_page(
        "planning/items/board.html",
        seat,
        under=HOME,
        columns={
            state: [card for card in cards if card.item.state is state] for state in ItemState
        },
        total=len(items),
        left=sum(row.state in UNFINISHED for row in items),
        owners=list_owner_names(items),
        owner=owner,
        board=BOARD,
        may_manage=seat.may(Action.MANAGE_ITEMS),
        today=current_day(),
        unfinished=UNFINISHED,
    )


def make_item_card(seat: Seat, item: ActionItem, owner: str) -> ItemCard:
    """The card of an item; what its buttons send leads back to the board as it is shown."""
    if not may_move_item(seat, item):
        return ItemCard(item, None)
    form = make_item_state_form(item)
    form.view.data, form.shown_owner.data = BOARD, owner
    return ItemCard(item, form)
