"""Declarations of interest: one's own for each vendor; the chair's waivers of others'."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.extensions import db
from crrubric.queries.ballots.ballots import has_ballot
from crrubric.queries.ballots.declarations import own_declarations
from crrubric.queries.people.access import Seat, not_found
from crrubric.services.ballots import declarations as service
from crrubric.services.setup.vendors import vendor_in
from crrubric.web.ballots.forms import DeclarationForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal

bp = Blueprint("declarations", __name__, url_prefix="/evaluations/<slug>")


@bp.get("/vendors/<int:vendor_id>/declaration")
@in_evaluation(Action.DECLARE)
def ask(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form: none, or a conflict and what it is."""
    return form_page(seat, vendor_id, DeclarationForm())


def form_page(seat: Seat, vendor_id: int, form: DeclarationForm) -> str:
    """The form with what was declared before."""
    if seat.member is None:
        raise not_found()
    vendor = vendor_in(db.session(), seat.evaluation, vendor_id)
    return page(
        "ballots/declare.html",
        seat,
        under="vendors.index",
        vendor=vendor,
        form=form,
        own=own_declarations(db.session(), seat.member).get(vendor_id),
        scores=has_ballot(db.session(), seat.member, vendor_id),
    )


@bp.post("/vendors/<int:vendor_id>/declaration")
@in_evaluation(Action.DECLARE)
def save(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Declare; then on to the ballot, if there is one."""
    form = DeclarationForm()
    if not form.validate():
        return form_page(seat, vendor_id, form), 422
    try:
        own = service.declare(
            actor(),
            seat.evaluation.slug,
            vendor_id,
            kind=form.kind.data,
            words=form.words.data or "",
        )
    except Invalid as error:
        attach(form, error)
        return form_page(seat, vendor_id, form), 422
    if own.recuses:
        flash(_("You do not score %(vendor)s.", vendor=own.vendor.company), "done")
        return to("ballots.index" if seat.may(Action.VIEW_OWN_BALLOTS) else "vendors.index", seat)
    if seat.may(Action.RECORD_MARK) and has_ballot(db.session(), own.member, vendor_id):
        return to("ballots.ballot", seat, vendor_id=vendor_id)
    flash(_("Your declaration is recorded."), "done")
    return to("vendors.index", seat)


@bp.get("/conflicts/<int:declaration_id>")
@in_evaluation(Action.WAIVE_CONFLICT)
def conflict(seat: Seat, declaration_id: int) -> ResponseReturnValue:
    """Another member's conflict, with the form that waives it or takes the waiver back."""
    return conflict_page(seat, declaration_id, ReasonForm())


def conflict_page(seat: Seat, declaration_id: int, form: ReasonForm) -> str:
    """The conflict and the form."""
    found = service.declaration_in(db.session(), seat, declaration_id)
    return page(
        "ballots/declared_conflict.html", seat, under="evaluations.progress", found=found, form=form
    )


@bp.post("/conflicts/<int:declaration_id>")
@in_evaluation(Action.WAIVE_CONFLICT)
def waive(seat: Seat, declaration_id: int) -> ResponseReturnValue:
    """Waive the conflict with a reason; where it is waived, take that back."""
    form = ReasonForm()
    found = service.declaration_in(db.session(), seat, declaration_id)
    change = service.end_waiver if found.waived_at else service.waive
    if form.validate():
        try:
            change(actor(), seat.evaluation.slug, declaration_id, reason=form.reason.data)
            flash(_("Recorded; %(name)s is told.", name=found.member.name), "done")
            return to("declarations.conflict", seat, declaration_id=declaration_id)
        except Invalid as error:
            attach(form, error)
        except WrongPhase as error:
            flash(refusal(error), "problem")
            return to("declarations.conflict", seat, declaration_id=declaration_id)
    return conflict_page(seat, declaration_id, form), 422
