"""The further prices of a vendor, typed row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import InvalidLines, Stale
from crrubric.domain.results.offer_checks import LINES_NOT_SAVED, find_line_problems
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.typed import to_hundredths
from crrubric.domain.vocabulary import PriceKind, PriceUnit
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.services.setup.offers import further_prices as service
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.web.planning.rows import (
    attach_row_errors,
    check_rows_typed,
    list_row_errors,
    make_rows,
    read_filled,
    read_sent_rows,
)
from crrubric.web.setup.offer_pages.offer_forms import (
    NEEDED,
    ONCE,
    PriceLineForm,
    PriceLinesForm,
)
from crrubric.web.setup.vendors import find_vendor_changes, from_hundredths
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("further_prices", __name__, url_prefix="/evaluations/<slug>/vendors/<int:vendor_id>")
COST, VENDORS = "costs.show_vendor_cost", "vendors.show_vendors"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLine:
    """A line as its form takes it."""

    kind: PriceKind
    unit: PriceUnit | None
    unit_price: Decimal | None
    quantity: int | None
    paid: str
    rise: Decimal | None
    note: str


def find_priced_vendor(seat: Seat, vendor_id: int) -> Vendor:
    """The vendor, for whoever may know its price while they type it. Raises: NotFound."""
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    if is_kept_from_prices(db.session(), seat):
        raise make_not_found()
    return vendor


@bp.get("/prices")
@require_permission(Action.EDIT_SETUP)
def show_further_prices(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The lines that are stored, and blank rows."""
    vendor = find_priced_vendor(seat, vendor_id)
    return render_lines_page(seat, vendor, *make_lines_form(vendor))


def make_lines_form(vendor: Vendor) -> tuple[PriceLinesForm, list[PriceLineForm]]:
    """The form with what is stored."""
    values = [make_typed_line(line) for line in vendor.typed_price.lines]
    rows = make_rows(PriceLineForm, values, limits.PRICE_LINES)
    form = PriceLinesForm(formdata=None)
    form.parts = rows
    return form.showing(service.make_lines_version(vendor)), rows


def make_typed_line(line: PriceLine) -> TypedLine:
    """The values of a row."""
    return TypedLine(
        kind=line.kind,
        unit=line.unit,
        unit_price=from_hundredths(line.unit_cents),
        quantity=line.quantity,
        paid=ONCE if line.once else "",
        rise=from_hundredths(line.rise),
        note=line.note,
    )


@bp.post("/prices")
@require_permission(Action.EDIT_SETUP)
def save_further_prices(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Save the lines, if all of them can be saved."""
    vendor = find_priced_vendor(seat, vendor_id)
    before, _rows = make_lines_form(vendor)
    form = PriceLinesForm()
    rows = read_sent_rows(PriceLineForm, "kind", limits.PRICE_LINES)
    form.parts, status = rows, 422
    good = all([form.validate(), check_rows_typed(rows, NEEDED)])
    lines = read_filled(rows, read_line)
    if not good:  # what else is wrong is told at once
        licensed = vendor.typed_price.unit_cents is not None
        found = list(find_line_problems(lines, licensed=licensed))
        form.form_errors.extend(attach_row_errors(rows, InvalidLines(LINES_NOT_SAVED, found)))
    else:
        try:
            vendor = service.set_further_prices(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                lines,
                seen=form.version.data or "",
            )
            tell_saved_lines(before, vendor)
            return redirect_to(COST, seat, vendor_id=vendor_id)
        except InvalidLines as error:
            form.form_errors.extend(attach_row_errors(rows, error))
        except Stale as error:
            stored, _rows = make_lines_form(find_priced_vendor(seat, vendor_id))
            form.meet_newer(stored, error, find_vendor_changes(seat, vendor_id))
            status = 409
    return render_lines_page(seat, find_priced_vendor(seat, vendor_id), form, rows), status


def read_line(row: PriceLineForm) -> PriceLine:
    """The line of a row."""
    return PriceLine(
        kind=row.kind.data,
        unit=row.unit.data,
        unit_cents=to_hundredths(row.unit_price.data) or 0,
        once=row.paid.data == ONCE,
        quantity=row.quantity.data,
        rise=to_hundredths(row.rise.data),
        note=row.note.data or "",
    )


def tell_saved_lines(before: PriceLinesForm, vendor: Vendor) -> None:
    """Say what is saved, with the way back to what was saved before."""
    now, _rows = make_lines_form(vendor)
    if before.version.data == now.version.data:
        flash(_("Nothing was changed."), "done")
        return
    flash_undoable(_("The prices are saved."), request.path, before.list_sent_values(now))


def render_lines_page(
    seat: Seat, vendor: Vendor, form: PriceLinesForm, rows: Sequence[PriceLineForm]
) -> str:
    """The page."""
    return render_page(
        "setup/vendors/prices.html",
        seat,
        under=VENDORS,
        vendor=vendor,
        price=vendor.typed_price,
        form=form,
        rows=rows,
        problems=list_row_errors(rows),
    )
