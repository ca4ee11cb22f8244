"""The vendors as a table that can be pasted again, here or into another evaluation."""

from collections.abc import Mapping

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.setup.offer_cells import OTHERS, USUAL, split_lines
from crrubric.domain.setup.table_words import VENDOR_COLUMNS
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.queries.setup.vendors import list_vendors
from crrubric.reports.exchange.csv_files import encode_csv
from crrubric.web.setup.several_pages.price_cells import write_price_cell
from crrubric.web.setup.several_pages.several_forms import VendorLineForm
from crrubric.web.setup.vendors import from_hundredths
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import CSV, make_download
from crrubric.web.shared.words import translate_label

bp = Blueprint("vendor_table", __name__, url_prefix="/evaluations/<slug>/vendors")
FACTS = ("company", "product", "product_version", "contact_name", "contact_email", "links")


@bp.get("/table.csv")
@require_permission(Action.EDIT_SETUP)
def download_vendor_table(seat: Seat) -> ResponseReturnValue:
    """A row for each vendor, with its prices for whoever types them."""
    form = VendorLineForm(formdata=None)
    priced = not is_kept_from_prices(db.session(), seat)
    names = [name for name in VENDOR_COLUMNS if priced or name in FACTS]
    labels = {name: str(form[name].label.text) for name in names}
    cells = [
        write_vendor_cells(vendor, priced=priced)
        for vendor in list_vendors(db.session(), seat.evaluation.id)
        if vendor.id not in seat.shut_out
    ]
    rows = [{labels[name]: row[name] for name in names} for row in cells]
    body = encode_csv(tuple(labels.values()), rows)
    return make_download(body, CSV, f"{seat.evaluation.slug}-vendors.csv")


def write_vendor_cells(vendor: Vendor, *, priced: bool) -> Mapping[str, str]:
    """The cells of a vendor, by field. Args: priced: with what it costs."""
    facts = {name: str(getattr(vendor, name)) for name in FACTS}
    return {**facts, **write_prices(vendor.typed_price)} if priced else facts


def write_prices(price: PriceBasis) -> dict[str, str]:
    """The cells of a price, as they are typed."""
    others, usual = split_lines(price.lines)
    return {
        "price_unit": translate_label(price.unit) if price.unit else "",
        "unit_price": write_money(price.unit_cents),
        "quantity": write_optional(price.quantity),
        "term_months": write_optional(price.term_months),
        "price_rise": write_percent(price.rise),
        "price_note": price.note,
        **{name: write_money(usual.get(name)) for name in USUAL},
        OTHERS: write_price_cell(others),
    }


def write_money(cents: int | None) -> str:
    """An amount in dollars, or nothing."""
    dollars = from_hundredths(cents)
    return "" if dollars is None else f"{dollars:.2f}"


def write_percent(hundredths: int | None) -> str:
    """A rise in percent, or nothing."""
    percent = from_hundredths(hundredths)
    return "" if percent is None else f"{percent:f}"


def write_optional(number: int | None) -> str:
    """A number, or nothing."""
    return "" if number is None else str(number)
