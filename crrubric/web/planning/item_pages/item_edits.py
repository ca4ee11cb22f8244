"""One action item: a chair adds or changes it; who has to do it updates its status."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.items import ItemState
from crrubric.extensions import db
from crrubric.models import ActionItem
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.items import find_action_item, may_move_item
from crrubric.queries.setup.members import list_present_members
from crrubric.services.planning import items as service
from crrubric.web.planning.item_pages.item_forms import ItemForm, ItemStateForm
from crrubric.web.planning.item_pages.items import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page, wants_json
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_label

BOARD = "board"  # the view of the items from which a form was sent, if it was not the list
bp = Blueprint("item_edits", __name__, url_prefix="/evaluations/<slug>/plan/items")


def render_item_form(seat: Seat, form: ItemForm, item: ActionItem | None = None) -> str:
    """The form of an item, or of a new one."""
    return render_page("planning/items/item.html", seat, under=HOME, form=form, item=item)


def offer_owners(seat: Seat, form: ItemForm, item: ActionItem | None = None) -> ItemForm:
    """The form with the members to choose from."""
    members = list_present_members(db.session(), seat.evaluation.id)
    return form.offer(members, item.member if item is not None else None)


@bp.get("/new")
@require_permission(Action.MANAGE_ITEMS)
def show_new_item_form(seat: Seat) -> ResponseReturnValue:
    """The form for a new item."""
    return render_item_form(seat, offer_owners(seat, ItemForm(formdata=None)))


@bp.post("/new")
@require_permission(Action.MANAGE_ITEMS)
def save_new_item(seat: Seat) -> ResponseReturnValue:
    """Add an item of the chair's own."""
    form = offer_owners(seat, ItemForm())
    if form.validate():
        try:
            service.add_action_item(current_actor(), seat.evaluation.slug, form.read_text())
            flash(_("It is on the list."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_item_form(seat, form), 422


@bp.get("/<int:item_id>")
@require_permission(Action.MANAGE_ITEMS)
def show_item_form(seat: Seat, item_id: int) -> ResponseReturnValue:
    """The form for one item."""
    item = find_action_item(db.session(), seat, item_id)
    return render_item_form(seat, make_item_form(seat, item), item)


def make_item_form(seat: Seat, item: ActionItem) -> ItemForm:
    """The form with what is stored."""
    form = ItemForm(
        formdata=None,
        words=item.words,
        member=str(item.member_id or ""),
        owner=item.owner,
        due_on=item.due_on,
    )
    return offer_owners(seat, form, item).showing(service.read_item_values(item))


@bp.post("/<int:item_id>")
@require_permission(Action.MANAGE_ITEMS)
def save_item(seat: Seat, item_id: int) -> ResponseReturnValue:
    """Change an item."""
    item = find_action_item(db.session(), seat, item_id)
    form, status = offer_owners(seat, ItemForm(), item), 422
    if form.validate():
        try:
            slug, seen = seat.evaluation.slug, form.version.data or ""
            service.change_action_item(current_actor(), slug, item_id, form.read_text(), seen=seen)
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            item = find_action_item(db.session(), seat, item_id)
            form.meet_newer(make_item_form(seat, item), error, {})
            status = 409
    return render_item_form(seat, form, item), status


def find_movable_item(seat: Seat, item_id: int) -> ActionItem:
    """The item, if the seat may update its status. Raises: NotFound."""
    item = find_action_item(db.session(), seat, item_id)
    if not may_move_item(seat, item):
        raise make_not_found()
    return item


def make_item_state_form(item: ActionItem) -> ItemStateForm:
    """The form with what is stored."""
    form = ItemStateForm(formdata=None, state=item.state, reason=item.dropped_reason)
    return form.showing(service.read_item_progress(item))


def render_item_state(seat: Seat, form: ItemStateForm, item: ActionItem) -> str:
    """The page on which somebody updates the status of an item."""
    back = find_items_view(seat, form)
    return render_page(
        "planning/items/state.html", seat, under=HOME, form=form, item=item, back=back
    )


def find_items_view(seat: Seat, form: ItemStateForm) -> str:
    """The address of the view of the items from which the form comes: the list, or the board."""
    slug = seat.evaluation.slug
    if form.view.data != BOARD:
        return url_for(HOME, slug=slug)
    return url_for("item_board.show_item_board", slug=slug, owner=form.shown_owner.data or None)


@bp.get("/<int:item_id>/state")
@require_permission(Action.MOVE_ITEM)
def show_item_state(seat: Seat, item_id: int) -> ResponseReturnValue:
    """How far an item is, to be changed; the address may say what it is to be."""
    form = make_item_state_form(find_movable_item(seat, item_id))
    form.view.data = request.args.get("view", "")
    form.shown_owner.data = request.args.get("owner", "")
    wanted = request.args.get("state", "")
    if wanted in {state.value for state in ItemState}:
        form.state.data = ItemState(wanted)
    return render_item_state(seat, form, find_movable_item(seat, item_id))


@bp.post("/<int:item_id>/state")
@require_permission(Action.MOVE_ITEM)
def save_item_state(seat: Seat, item_id: int) -> ResponseReturnValue:
    """Update the status of an item; the script of the board is told what is stored now.

    What is refused is answered with the page that tells why, whoever asks.
    """
    before = make_item_state_form(find_movable_item(seat, item_id))
    form, status = ItemStateForm(), 422
    if form.validate():
        try:
            item = service.move_action_item(
                current_actor(),
                seat.evaluation.slug,
                item_id,
                form.state.data,
                reason=form.reason.data or "",
                seen=form.version.data or "",
            )
            return answer_item_move(seat, item, form, before)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored = make_item_state_form(find_movable_item(seat, item_id))
            form.meet_newer(stored, error, {})
            status = 409
    return render_item_state(seat, form, find_movable_item(seat, item_id)), status


def answer_item_move(
    seat: Seat, item: ActionItem, form: ItemStateForm, before: ItemStateForm
) -> ResponseReturnValue:
    """Back to the view from which the form comes, or what the script of the board must know."""
    now = make_item_state_form(item)
    if wants_json():
        state = translate_label(item.state)
        said = _("“%(item)s” is in the column “%(column)s” now.", item=item.words, column=state)
        return jsonify(message=said, version=now.version.data, seen=now.seen.data)
    address = url_for("item_edits.save_item_state", slug=seat.evaluation.slug, item_id=item.id)
    came_from = [("view", form.view.data or ""), ("shown_owner", form.shown_owner.data or "")]
    flash_undoable(_("Saved."), address, [*before.list_sent_values(now), *came_from])
    return redirect(find_items_view(seat, form), code=303)
