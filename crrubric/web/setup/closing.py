"""Moving the day on which scoring closes."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.people.access import Seat
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.setup.closing import move_closing_day, serialize_closing
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
    return render_closing_page(seat, make_closing_form(seat.evaluation))


def make_closing_form(evaluation: Evaluation) -> ClosingForm:
    """The form with what is stored."""
    form = ClosingForm(formdata=None, obj=evaluation)
    form.show_end(evaluation.ends_at, evaluation.district.time_zone)
    return form.showing(serialize_closing(evaluation))


def render_closing_page(seat: Seat, form: ClosingForm) -> str:
    """The form."""
    return render_page(
        "setup/evaluation/closing.html", seat, under=HOME, form=form, mailed=is_mail_on()
    )


@bp.post("")
@require_permission(Action.MOVE_CLOSING_DAY)
def save_closing_day(seat: Seat) -> ResponseReturnValue:
    """Move the day."""
    form, status = ClosingForm(), 422
    if form.validate():
        try:
            ends_at = form.read_end(seat.evaluation.district.time_zone)
            move_closing_day(
                current_actor(),
                seat.evaluation.slug,
                form.closes_on.data,
                ends_at,
                seen=form.version.data or "",
            )
            flash(_("Scoring closes on %(day)s.", day=format_day(form.closes_on.data)), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.EVALUATION_CHANGED)
            form.meet_newer(make_closing_form(seat.evaluation), error, changes)
            status = 409
    return render_closing_page(seat, form), status
