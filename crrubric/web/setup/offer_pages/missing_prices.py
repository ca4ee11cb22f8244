"""What a vendor's cost lacks, each with the place where it is entered, for whoever may there."""

from dataclasses import dataclass

from flask import url_for

from crrubric.domain.actions import Action
from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.results.cost_words import tell_lacks
from crrubric.domain.results.offers import Lack, Unknown
from crrubric.domain.vocabulary import PriceUnit
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.people.access import Seat, find_restraint
from crrubric.web.results.told_costs import WORDS

# where it is typed: a field of the form of the vendor, or of the learners that are priced
OF_VENDOR = {
    Unknown.PRICE: "unit_price",
    Unknown.UNIT: "price_unit",
    Unknown.QUANTITY: "quantity",
    Unknown.TERM: "term_months",
}
OF_ROW = {Unknown.UNIT: "unit", Unknown.QUANTITY: "quantity"}  # of further prices
OF_SEATS = {Unknown.LEARNERS: "low", Unknown.AT_ONCE: "at_once"}
COUNTED = frozenset({PriceUnit.LEARNER, PriceUnit.SEAT, PriceUnit.DISTRICT})


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not known, and the address at which this person enters it, or none."""

    text: str
    url: str | None


def list_missing_prices(
    seat: Seat, vendor: Vendor, price: PriceBasis, *, types: bool
) -> list[Missing]:
    """What is missing, once each. Args: types: whether the seat types prices now."""
    says = seat.may(Action.SET_SEATS) and not find_restraint(db.session(), seat, Action.SET_SEATS)
    # how many learners there are is one number, whichever lines need it
    lacks = [Lack(each.what) if each.what in OF_SEATS else each for each in price.cost.lacks]
    found = []
    for lack in dict.fromkeys(lacks):
        url = None
        if lack.what in OF_SEATS:
            url = find_seats_address(seat, lack) if says else None
        elif types:
            url = find_price_address(seat, vendor, price, lack)
        found.append(Missing(tell_lacks(WORDS, [lack]), url))
    return found


def find_seats_address(seat: Seat, lack: Lack) -> str:
    """Where it is said how many learners are priced."""
    slug = seat.evaluation.slug
    return url_for("seats.show_seats", slug=slug, _anchor=OF_SEATS[lack.what])


def find_price_address(seat: Seat, vendor: Vendor, price: PriceBasis, lack: Lack) -> str:
    """Where a price is typed: beside the license, or in the first row that lacks it."""
    slug = seat.evaluation.slug
    rows = (
        place
        for place, line in enumerate(price.lines)
        if line.kind is lack.kind and line.quantity is None and line.unit not in COUNTED
    )
    row = next(rows, None)
    endpoint, anchor = "vendors.show_vendor_form", OF_VENDOR[lack.what]
    if row is not None:
        endpoint, anchor = "further_prices.show_further_prices", f"row{row}-{OF_ROW[lack.what]}"
    return url_for(endpoint, slug=slug, vendor_id=vendor.id, _anchor=anchor)
