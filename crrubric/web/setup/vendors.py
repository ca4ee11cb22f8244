"""Vendors of an evaluation."""

from collections.abc import Iterable
from decimal import Decimal

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.results.cost import NO_PRICE, PRICE_FIELDS
from crrubric.domain.typed import to_hundredths
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.ballots.files import count_vendor_files
from crrubric.queries.people.access import Seat
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.results.renewals import list_told_vendors
from crrubric.queries.setup.act_facts import foresee_removal_of_vendor
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.queries.setup.vendors import list_vendors
from crrubric.services.setup import vendors as service
from crrubric.web.results.told_costs import tell_cost
from crrubric.web.setup.forms import VendorForm
from crrubric.web.setup.next_steps import find_next_step
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.page import ActWords, redirect_to, render_act_page, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("vendors", __name__, url_prefix="/evaluations/<slug>/vendors")
HOME = "vendors.show_vendors"
PRICE_CONTROLS = ("price_unit", "unit_price", "quantity", "term_months", "price_rise", "price_note")


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
def show_vendors(seat: Seat) -> ResponseReturnValue:
    """All vendors with the basis of their price."""
    vendors = list_vendors(db.session(), seat.evaluation.id)
    kept = is_kept_from_prices(db.session(), seat)
    editable = seat.may(Action.EDIT_SETUP)
    types = editable and not kept  # whoever types prices sees them meanwhile
    prices = {row.id: row.typed_price if types else row.price for row in vendors}
    return render_page(
        "setup/vendors/index.html",
        seat,
        vendors=vendors,
        prices=prices,
        costs={
            key: None if price == NO_PRICE else tell_cost(price.cost)
            for key, price in prices.items()
        },
        priced={row.id for row in vendors if editable and kept and row.typed_price != NO_PRICE},
        told=list_told_vendors(db.session(), seat),
        file_counts=count_vendor_files(db.session(), seat),
        kept_from_prices=kept,
        editable=editable,
        fixed=seat.may(Action.CHANGE_PHASE) and seat.evaluation.phase is Phase.SCORING,
        next_step=find_next_step(seat) if vendors else None,
    )


def from_hundredths(number: int | None) -> Decimal | None:
    """Cents as dollars; hundredths of a percent as percent."""
    return None if number is None else Decimal(number) / 100


def read_vendor_facts(form: VendorForm) -> service.VendorFacts:
    """What the chair typed; without a price where the form has no place for it."""
    price = (
        {
            "price_unit": form.price_unit.data,
            "unit_price_cents": to_hundredths(form.unit_price.data),
            "quantity": form.quantity.data,
            "term_months": form.term_months.data,
            "price_rise": to_hundredths(form.price_rise.data),
            "price_note": form.price_note.data or "",
        }
        if "unit_price" in form
        else {}
    )
    return service.VendorFacts(
        company=form.company.data,
        product=form.product.data or "",
        product_version=form.product_version.data or "",
        contact_name=form.contact_name.data or "",
        contact_email=form.contact_email.data or "",
        links=form.links.data or "",
        **price,
    )


def keep_prices(seat: Seat, form: VendorForm) -> VendorForm:
    """The form, without the price for whoever is to know none."""
    if is_kept_from_prices(db.session(), seat):
        for name in PRICE_CONTROLS:
            del form[name]
    return form


def add_missing(seat: Seat, vendor: Vendor, done: str) -> str:
    """What is done, and what a cost that can't be computed yet lacks, to whoever types prices."""
    lacks = find_lacks(seat, vendor)
    missing = _("The cost over the term can’t be computed. Missing: %(what)s.", what=lacks)
    return f"{done} {missing}" if lacks else done


def add_missing_of_several(seat: Seat, vendors: Iterable[Vendor], done: str) -> str:
    """As `add_missing`, of vendors that came in one table: how many, for their cards say what.

    Where some have a price, so is one without any: nothing could be compared with it.
    """
    rows = [] if is_kept_from_prices(db.session(), seat) else list(vendors)
    priced = any(row.typed_price != NO_PRICE for row in rows)
    count = sum(priced and not row.typed_price.cost.is_known for row in rows)
    missing = ngettext(
        "The cost over the term can’t be computed for one vendor: its card says what is missing. "
        "Edit it before ballots open; from then on prices are fixed.",
        "The cost over the term can’t be computed for %(num)s vendors: their cards say what is "
        "missing. Edit them before ballots open; from then on prices are fixed.",
        count,
    )
    return f"{done} {missing}" if count else done


def find_lacks(seat: Seat, vendor: Vendor) -> str:
    """What the cost of a price that was typed lacks, for whoever types prices; else nothing."""
    price = vendor.typed_price
    if price == NO_PRICE or is_kept_from_prices(db.session(), seat):
        return ""
    return tell_cost(price.cost).lacks


@bp.get("/new")
@require_permission(Action.EDIT_SETUP)
def show_new_vendor_form(seat: Seat) -> ResponseReturnValue:
    """The form for a new vendor."""
    form = keep_prices(seat, VendorForm())
    return render_page("setup/vendors/vendor.html", seat, under=HOME, form=form)


@bp.post("/new")
@require_permission(Action.EDIT_SETUP)
def save_new_vendor(seat: Seat) -> ResponseReturnValue:
    """Add a vendor."""
    form = keep_prices(seat, VendorForm())
    if form.validate():
        try:
            vendor = service.add_vendor(
                current_actor(), seat.evaluation.slug, read_vendor_facts(form)
            )
            flash(
                add_missing(seat, vendor, _("%(vendor)s is on the list.", vendor=vendor.name)),
                "done",
            )
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_page("setup/vendors/vendor.html", seat, under=HOME, form=form), 422


@bp.get("/<int:vendor_id>")
@require_permission(Action.EDIT_SETUP)
def show_vendor_form(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form for one vendor."""
    vendor = service.find_vendor_for_seat(db.session(), seat, vendor_id)
    form = make_vendor_form(seat, vendor)
    return render_page("setup/vendors/vendor.html", seat, under=HOME, form=form, vendor=vendor)


def make_vendor_form(seat: Seat, vendor: Vendor) -> VendorForm:
    """The form with what is stored, as far as the seat may know it."""
    price = from_hundredths(vendor.unit_price_cents)
    rise = from_hundredths(vendor.price_rise)
    form = VendorForm(formdata=None, obj=vendor, unit_price=price)
    form.price_rise.data = rise
    form = keep_prices(seat, form)
    facts = service.serialize_vendor_facts(vendor)
    return form.showing(facts if "unit_price" in form else service.omit_price(facts))


@bp.post("/<int:vendor_id>")
@require_permission(Action.EDIT_SETUP)
def save_vendor(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Change a vendor."""
    form, status = keep_prices(seat, VendorForm()), 422
    if form.validate():
        try:
            vendor = service.change_vendor(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                read_vendor_facts(form),
                seen=form.version.data or "",
            )
            flash(add_missing(seat, vendor, _("Saved.")), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            vendor = service.find_vendor_for_seat(db.session(), seat, vendor_id)
            stored = make_vendor_form(seat, vendor)
            form.meet_newer(stored, error, find_vendor_changes(seat, vendor_id))
            status = 409
    vendor = service.find_vendor_for_seat(db.session(), seat, vendor_id)
    return render_page(
        "setup/vendors/vendor.html", seat, under=HOME, form=form, vendor=vendor
    ), status


def find_vendor_changes(seat: Seat, vendor_id: int) -> dict[str, JournalEntry]:
    """Who last changed what of a vendor."""
    kinds = (Event.VENDOR_ADDED, Event.VENDOR_CHANGED)
    found = find_latest_changes(db.session(), seat, *kinds, vendor_id=vendor_id)
    kept = PRICE_FIELDS if is_kept_from_prices(db.session(), seat) else ()
    return {name: entry for name, entry in found.items() if name not in kept}


@bp.get("/<int:vendor_id>/remove")
@require_permission(Action.EDIT_SETUP)
def show_vendor_removal(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """What deleting the vendor will do, before it is done."""
    return render_vendor_removal(seat, vendor_id, ActForm(formdata=None))


def render_vendor_removal(seat: Seat, vendor_id: int, form: ActForm) -> str:
    """The page with what will happen."""
    vendor = service.find_vendor_for_seat(db.session(), seat, vendor_id)
    words = ActWords(title=_("Remove a vendor"), about=vendor.name, button=_("Remove the vendor"))
    foreseen = foresee_removal_of_vendor(db.session(), vendor)
    return render_act_page(seat, form, foreseen, words, back=HOME)


@bp.post("/<int:vendor_id>/remove")
@require_permission(Action.EDIT_SETUP)
def save_vendor_removal(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Take a vendor off the list, before ballots open."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            service.remove_vendor(
                current_actor(), seat.evaluation.slug, vendor_id, seen=form.version.data or ""
            )
            flash(_("The vendor is removed."), "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_vendor_removal(seat, vendor_id, form), status
