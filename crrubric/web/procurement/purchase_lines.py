"""A line of the checklist: what is asked, and what shows it."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.procurement.binder import NOTHING, LineRecord, serialize_line
from crrubric.domain.procurement.line_states import LineState
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.procurement.purchases import WritableLine, find_writable_line
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.services.procurement.lines import record_purchase_line
from crrubric.web.procurement.purchase import HOME
from crrubric.web.procurement.purchase_forms import PurchaseLineForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("purchase_lines", __name__, url_prefix="/evaluations/<slug>/purchase/lines")


def find_shown_line(seat: Seat, code: str) -> WritableLine:
    """The line in the language of the page. Raises: NotFound."""
    return find_writable_line(db.session(), seat, code, current_language())


@bp.get("/<line>")
@require_permission(Action.MANAGE_PURCHASE)
def show_purchase_line(seat: Seat, line: str) -> ResponseReturnValue:
    """The form of a line."""
    found = find_shown_line(seat, line)
    return render_line(seat, found, make_line_form(seat, found))


def fit_line_form(seat: Seat, form: PurchaseLineForm, found: WritableLine) -> PurchaseLineForm:
    """The form with the controls that the line has, and the vendors of which the seat may write."""
    if not found.line.is_own:
        del form.title
    if not found.line.levels:
        del form.level
    if not found.line.of_vendor:
        del form.line_vendor
        return form
    vendors = [
        row
        for row in list_vendors_in_selection(db.session(), seat.evaluation.id)
        if row.id not in seat.shut_out
    ]
    return form.offer_vendors(vendors, found.row.vendor if found.row is not None else None)


def make_line_form(seat: Seat, found: WritableLine) -> PurchaseLineForm:
    """The form with what is stored."""
    record = found.row.record if found.row is not None else NOTHING
    form = PurchaseLineForm(
        formdata=None,
        title=record.title,
        line_state=record.state,
        line_vendor=str(record.vendor_id or ""),
        level=record.level,
        note=record.note,
        kept_at=record.kept_at,
        done_on=record.done_on,
        done_by=record.done_by,
    )
    return fit_line_form(seat, form, found).showing(serialize_line(record))


@bp.post("/<line>")
@require_permission(Action.MANAGE_PURCHASE)
def save_purchase_line(seat: Seat, line: str) -> ResponseReturnValue:
    """Record what shows the line."""
    found = find_shown_line(seat, line)
    before = make_line_form(seat, found)
    form, status = fit_line_form(seat, PurchaseLineForm(), found), 422
    if form.validate():
        try:
            changed = record_purchase_line(
                current_actor(),
                seat.evaluation.slug,
                line,
                read_line_record(form),
                seen=form.version.data or "",
            )
            if changed:
                now = make_line_form(seat, find_shown_line(seat, line))
                flash_undoable(_("Saved."), request.path, before.list_sent_values(now))
            else:
                flash(_("Nothing was changed."), "done")
            return redirect_to(HOME, seat, _anchor="checklist")
        except Invalid as error:
            attach_binder_line_error(form, error)
        except Stale as error:
            form.meet_newer(make_line_form(seat, find_shown_line(seat, line)), error, {})
            status = 409
    return render_line(seat, found, form), status


def attach_binder_line_error(form: PurchaseLineForm, error: Invalid) -> None:
    """Put refusals beside their controls."""
    for refusal in (error, *error.more):
        if refusal.field == "vendor":
            refusal.field = "line_vendor"
    attach_error(form, error)


def read_line_record(form: PurchaseLineForm) -> LineRecord:
    """What was typed; only of a form that is valid."""
    vendor = form.line_vendor.data if form.line_vendor else None
    return LineRecord(
        state=form.line_state.data or LineState.OPEN,
        title=form.title.data or "" if form.title else "",
        note=form.note.data or "",
        kept_at=form.kept_at.data or "",
        done_on=form.done_on.data,
        done_by=form.done_by.data or "",
        level=form.level.data if form.level else None,
        vendor_id=int(vendor) if vendor else None,
    )


def render_line(seat: Seat, found: WritableLine, form: PurchaseLineForm) -> str:
    """The page."""
    return render_page(
        "procurement/line.html", seat, under=HOME, form=form, line=found.line, row=found.row
    )
