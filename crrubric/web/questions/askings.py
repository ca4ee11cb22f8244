"""A reviewer asks a vendor something, from the ballot and through the chair."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.ballots.ballots import own_ballot
from crrubric.queries.people.access import Seat, not_found
from crrubric.services.questions import askings as service
from crrubric.services.setup.rubrics import criterion_in
from crrubric.web.ballots.ballots import HOME, may_ask
from crrubric.web.questions.forms import AskForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor

bp = Blueprint("askings", __name__, url_prefix="/evaluations/<slug>/ballots")


@bp.get("/<int:vendor_id>/ask/<int:criterion_id>")
@in_evaluation(Action.ASK_VENDOR)
def new(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """The form to ask. Raises: NotFound where there is nobody to ask."""
    own, _marks = own_ballot(db.session(), seat, vendor_id)
    if not may_ask(seat, own):
        raise not_found()
    return asking_page(seat, own.vendor, criterion_id, AskForm(formdata=None))


def asking_page(seat: Seat, vendor: Vendor, criterion_id: int, form: AskForm) -> str:
    """The form, with the criterion that it is about."""
    criterion = criterion_in(db.session(), seat.evaluation, criterion_id)
    return page(
        "questions/ask.html", seat, under=HOME, vendor=vendor, criterion=criterion, form=form
    )


@bp.post("/<int:vendor_id>/ask/<int:criterion_id>")
@in_evaluation(Action.ASK_VENDOR)
def ask(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Ask; back to the criterion."""
    form = AskForm()
    if form.validate():
        try:
            service.ask_vendor(
                actor(), seat.evaluation.slug, vendor_id, criterion_id, words=form.words.data
            )
            flash(_("The chair reads your question, without your name."), "done")
            anchor = f"criterion-{criterion_id}"
            return to("ballots.ballot", seat, vendor_id=vendor_id, _anchor=anchor)
        except Invalid as error:
            attach(form, error)
    own, _marks = own_ballot(db.session(), seat, vendor_id)
    return asking_page(seat, own.vendor, criterion_id, form), 422
