"""A reviewer asks a vendor something, from the ballot and through the chair."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Action
from crrubric.queries.access import Seat
from crrubric.services import askings as service
from crrubric.web.access import in_evaluation
from crrubric.web.ballots import ballot_page
from crrubric.web.evaluations import to
from crrubric.web.forms import attach
from crrubric.web.question_forms import AskForm
from crrubric.web.session import actor

bp = Blueprint("askings", __name__, url_prefix="/evaluations/<slug>/ballots")


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
    return ballot_page(seat, vendor_id, asked=(criterion_id, form)), 422
