"""A reviewer asks a vendor something, from the ballot and through the chair."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.ballots.ballots import find_own_ballot
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.services.questions import askings as service
from crrubric.services.setup.rubrics import find_criterion
from crrubric.web.ballots.ballots import HOME, may_ask
from crrubric.web.questions.forms import AskForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("askings", __name__, url_prefix="/evaluations/<slug>/ballots")


@bp.get("/<int:vendor_id>/ask/<int:criterion_id>")
@require_permission(Action.ASK_VENDOR)
def show_ask_form(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """The form to ask. Raises: NotFound where there is nobody to ask."""
    own, _marks = find_own_ballot(db.session(), seat, vendor_id)
    if not may_ask(seat, own):
        raise make_not_found()
    return render_ask_page(seat, own.vendor, criterion_id, AskForm(formdata=None))


def render_ask_page(seat: Seat, vendor: Vendor, criterion_id: int, form: AskForm) -> str:
    """The form, with the criterion that it is about."""
    criterion = find_criterion(db.session(), seat.evaluation, criterion_id)
    return render_page(
        "questions/ask.html", seat, under=HOME, vendor=vendor, criterion=criterion, form=form
    )


@bp.post("/<int:vendor_id>/ask/<int:criterion_id>")
@require_permission(Action.ASK_VENDOR)
def save_asking(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Ask; back to the criterion."""
    form = AskForm()
    if form.validate():
        try:
            service.ask_vendor(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                criterion_id,
                words=form.words.data,
            )
            flash(_("The chair reads your question, without your name."), "done")
            anchor = f"criterion-{criterion_id}"
            return redirect_to("ballots.show_own_ballot", seat, vendor_id=vendor_id, _anchor=anchor)
        except Invalid as error:
            attach_error(form, error)
    own, _marks = find_own_ballot(db.session(), seat, vendor_id)
    return render_ask_page(seat, own.vendor, criterion_id, form), 422
