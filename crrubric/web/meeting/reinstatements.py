"""Reinstating a vendor that is not eligible, and withdrawing that; both from the decision page."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import DoneAlready, Invalid
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.meeting import reinstatements as service
from crrubric.web.meeting.carried import list_carried_fields, read_carried_form
from crrubric.web.meeting.decision import (
    make_decision_forms,
    read_sent_decision_forms,
    render_decision_page,
)
from crrubric.web.meeting.decision_forms import ReinstatementForm
from crrubric.web.meeting.rankings import name_reinstatement, name_withdrawal
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to
from crrubric.web.shared.session import current_actor

bp = Blueprint(
    "reinstatements", __name__, url_prefix="/evaluations/<slug>/decision/vendors/<int:vendor_id>"
)


@bp.post("/reinstate")
@require_permission(Action.REINSTATE_VENDOR)
def save_reinstatement(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Lift the must-haves that the page named, with a reason."""
    form = ReinstatementForm().named(name_reinstatement(vendor_id))
    done = _("The vendor is reinstated.")
    act = partial(service.reinstate_vendor, shown=form.list_shown())
    return apply_reinstatement_form(seat, vendor_id, form, act, done)


@bp.post("/withdraw")
@require_permission(Action.REINSTATE_VENDOR)
def save_reinstatement_withdrawal(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Withdraw the reinstatement that the page showed, with a reason."""
    form = ReinstatementForm().named(name_withdrawal(vendor_id))
    done = _("The reinstatement is withdrawn.")
    act = partial(service.withdraw_reinstatement, shown=form.list_shown())
    return apply_reinstatement_form(seat, vendor_id, form, act, done)


def apply_reinstatement_form(
    seat: Seat, vendor_id: int, form: ReinstatementForm, act: Callable[..., object], done: str
) -> ResponseReturnValue:
    """Do it with the reason that was typed, or show the page again with it."""
    refuse_recused(seat, vendor_id)
    status = 422
    if form.validate():
        try:
            act(current_actor(), seat.evaluation.slug, vendor_id, reason=form.reason.data)
            flash(done, "done")
            if not list_carried_fields():
                return redirect_to("decision.show_decision", seat, _anchor="computed")
            return render_carried_decision(seat, read_current_matrix(seat))
        except (Invalid, DoneAlready) as error:
            form.overtaken = isinstance(error, DoneAlready)
            status = attach_refusal(form, error)
    read = read_current_matrix(seat)
    if vendor_id not in {row.id for row in read.vendors.values()}:
        raise make_not_found()
    return render_carried_decision(seat, read, refused=form), status


def read_current_matrix(seat: Seat) -> Matrix:
    """The matrix as it is now, in the language of the page."""
    return read_matrix(db.session(), seat.evaluation, current_language())


def render_carried_decision(
    seat: Seat, read: Matrix, *, refused: ReinstatementForm | None = None
) -> str:
    """The page, with the recommendation as it was typed if it came along, else as it is stored."""
    sent = read_carried_form()
    form, ranks = (
        make_decision_forms(seat, read)
        if sent is None
        else read_sent_decision_forms(seat, read, sent)
    )
    carried = list_carried_fields()
    return render_decision_page(seat, read, form, ranks=ranks, refused=refused, carried=carried)
