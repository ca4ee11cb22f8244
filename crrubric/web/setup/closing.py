"""Moving the day on which scoring closes."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.queries.people.access import Seat
from crrubric.services.setup.closing import move_closing_day
from crrubric.web.setup.forms import ClosingForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import day

bp = Blueprint("closing", __name__, url_prefix="/evaluations/<slug>/progress/closing-day")
HOME = "evaluations.progress"


@bp.get("")
@in_evaluation(Action.MOVE_CLOSING_DAY)
def ask(seat: Seat) -> ResponseReturnValue:
    """The day as it is, to be moved."""
    return closing_page(seat, ClosingForm(obj=seat.evaluation))


def closing_page(seat: Seat, form: ClosingForm) -> str:
    """The form."""
    return page("setup/evaluation/closing.html", seat, under=HOME, form=form)


@bp.post("")
@in_evaluation(Action.MOVE_CLOSING_DAY)
def move(seat: Seat) -> ResponseReturnValue:
    """Move the day."""
    form = ClosingForm()
    if form.validate():
        try:
            move_closing_day(actor(), seat.evaluation.slug, form.closes_on.data)
            flash(_("Scoring closes on %(day)s.", day=day(form.closes_on.data)), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return closing_page(seat, form), 422
