"""Moving the day on which scoring closes."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.queries.people.access import Seat
from crrubric.services.setup.closing import move_closing_day
from crrubric.web.setup.forms import ClosingForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_day

bp = Blueprint("closing", __name__, url_prefix="/evaluations/<slug>/progress/closing-day")
HOME = "evaluations.show_progress"


@bp.get("")
@require_permission(Action.MOVE_CLOSING_DAY)
def show_closing_form(seat: Seat) -> ResponseReturnValue:
    """The day as it is, to be moved."""
    form = ClosingForm(obj=seat.evaluation)
    form.show_end(seat.evaluation.ends_at, seat.evaluation.district.time_zone)
    return render_closing_page(seat, form)


def render_closing_page(seat: Seat, form: ClosingForm) -> str:
    """The form."""
    return render_page("setup/evaluation/closing.html", seat, under=HOME, form=form)


@bp.post("")
@require_permission(Action.MOVE_CLOSING_DAY)
def save_closing_day(seat: Seat) -> ResponseReturnValue:
    """Move the day."""
    form = ClosingForm()
    if form.validate():
        try:
            ends_at = form.read_end(seat.evaluation.district.time_zone)
            move_closing_day(current_actor(), seat.evaluation.slug, form.closes_on.data, ends_at)
            flash(_("Scoring closes on %(day)s.", day=format_day(form.closes_on.data)), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_closing_page(seat, form), 422
