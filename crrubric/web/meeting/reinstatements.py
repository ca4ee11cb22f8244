"""Reinstating a vendor that is not eligible, and withdrawing that; both from the decision page."""

from collections.abc import Callable

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, let_in, not_found
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.services.meeting import reinstatements as service
from crrubric.web.meeting.decision import as_recorded, form_page
from crrubric.web.meeting.decision_forms import ReinstatementForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import to
from crrubric.web.shared.session import actor

bp = Blueprint(
    "reinstatements", __name__, url_prefix="/evaluations/<slug>/decision/vendors/<int:vendor_id>"
)


@bp.post("/reinstate")
@in_evaluation(Action.REINSTATE_VENDOR)
def reinstate(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Reinstate a vendor, with a reason."""
    done = _("The vendor is reinstated.")
    return acted(seat, vendor_id, service.reinstate_vendor, done)


@bp.post("/withdraw")
@in_evaluation(Action.REINSTATE_VENDOR)
def withdraw(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Withdraw a reinstatement, with a reason."""
    done = _("The reinstatement is withdrawn.")
    return acted(seat, vendor_id, service.withdraw_reinstatement, done)


def acted(seat: Seat, vendor_id: int, act: Callable[..., object], done: str) -> ResponseReturnValue:
    """Do it with the reason that was typed, or show the page again with it."""
    let_in(seat, vendor_id)
    form = ReinstatementForm().about(vendor_id)
    if form.validate():
        try:
            act(actor(), seat.evaluation.slug, vendor_id, reason=form.reason.data)
            flash(done, "done")
            return to("decision.index", seat, _anchor="computed")
        except Invalid as error:
            attach(form, error)
    read = read_matrix(db.session(), seat.evaluation, locale())
    if vendor_id not in {row.id for row in read.vendors.values()}:
        raise not_found()
    return form_page(seat, read, as_recorded(seat, read), refused=form), 422
