"""Vendors of an evaluation."""

from decimal import Decimal

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.ballots.files import vendor_file_counts
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.vendors import list_vendors
from crrubric.services.setup import vendors as service
from crrubric.web.setup.forms import VendorForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor

bp = Blueprint("vendors", __name__, url_prefix="/evaluations/<slug>/vendors")
HOME = "vendors.index"


@bp.get("/")
@in_evaluation(Action.VIEW_EVALUATION)
def index(seat: Seat) -> ResponseReturnValue:
    """All vendors with the basis of their price."""
    return page(
        "setup/vendors/index.html",
        seat,
        vendors=list_vendors(db.session(), seat.evaluation.id),
        file_counts=vendor_file_counts(db.session(), seat),
        editable=seat.may(Action.EDIT_SETUP),
    )


def cents(amount: Decimal | None) -> int | None:
    """Dollars as whole cents. Raises: Invalid for fractions of a cent."""
    if amount is None:
        return None
    if amount * 100 != (amount * 100).to_integral_value():
        raise Invalid(N_("Use at most two decimal places for a price."), field="unit_price")
    return int(amount * 100)


def facts_of(form: VendorForm) -> service.VendorFacts:
    """What the chair typed."""
    return service.VendorFacts(
        company=form.company.data,
        product=form.product.data or "",
        product_version=form.product_version.data or "",
        contact_name=form.contact_name.data or "",
        contact_email=form.contact_email.data or "",
        links=form.links.data or "",
        price_unit=form.price_unit.data,
        unit_price_cents=cents(form.unit_price.data),
        quantity=form.quantity.data,
        term_months=form.term_months.data,
        price_note=form.price_note.data or "",
    )


@bp.get("/new")
@in_evaluation(Action.EDIT_SETUP)
def new(seat: Seat) -> ResponseReturnValue:
    """The form for a new vendor."""
    return page("setup/vendors/vendor.html", seat, under=HOME, form=VendorForm())


@bp.post("/new")
@in_evaluation(Action.EDIT_SETUP)
def add(seat: Seat) -> ResponseReturnValue:
    """Add a vendor."""
    form = VendorForm()
    if form.validate():
        try:
            vendor = service.add_vendor(actor(), seat.evaluation.slug, facts_of(form))
            flash(_("%(company)s is on the list.", company=vendor.company), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return page("setup/vendors/vendor.html", seat, under=HOME, form=form), 422


@bp.get("/<int:vendor_id>")
@in_evaluation(Action.EDIT_SETUP)
def edit(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form for one vendor."""
    vendor = service.vendor_for(db.session(), seat, vendor_id)
    price = None if vendor.unit_price_cents is None else Decimal(vendor.unit_price_cents) / 100
    form = VendorForm(obj=vendor, unit_price=price)
    return page("setup/vendors/vendor.html", seat, under=HOME, form=form, vendor=vendor)


@bp.post("/<int:vendor_id>")
@in_evaluation(Action.EDIT_SETUP)
def change(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Change a vendor."""
    form = VendorForm()
    if form.validate():
        try:
            service.change_vendor(actor(), seat.evaluation.slug, vendor_id, facts_of(form))
            flash(_("Saved."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    vendor = service.vendor_for(db.session(), seat, vendor_id)
    return page("setup/vendors/vendor.html", seat, under=HOME, form=form, vendor=vendor), 422


@bp.post("/<int:vendor_id>/remove")
@in_evaluation(Action.EDIT_SETUP)
def remove(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Take a vendor off the list, before ballots open."""
    service.remove_vendor(actor(), seat.evaluation.slug, vendor_id)
    flash(_("The vendor is removed."), "done")
    return to(HOME, seat)
