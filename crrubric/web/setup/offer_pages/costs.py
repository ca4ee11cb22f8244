"""What a vendor costs, in full: every line, both ends of the range, and the arithmetic."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.policy import PREPARING
from crrubric.domain.results.cost import NO_PRICE
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.prices import types_prices
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.web.results.told_costs import tell_cost
from crrubric.web.setup.offer_pages.missing_prices import list_missing_prices
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import render_page

bp = Blueprint("costs", __name__, url_prefix="/evaluations/<slug>/vendors/<int:vendor_id>")
VENDORS = "vendors.show_vendors"


@bp.get("/cost")
@require_permission(Action.VIEW_EVALUATION)
def show_vendor_cost(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The cost; while prices are sealed, for whoever types them alone."""
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    types = types_prices(db.session(), seat)
    price = vendor.typed_price if types else vendor.price
    return render_page(
        "setup/vendors/cost.html",
        seat,
        under=VENDORS,
        vendor=vendor,
        price=price,
        types=types,
        sealed=seat.evaluation.hides_prices and not types,
        told=None if price == NO_PRICE else tell_cost(price.cost),
        missing=list_missing_prices(seat, vendor, price, types=types),
        fixed=price.cost.lacks_a_price and seat.evaluation.phase not in PREPARING,
    )
