"""Whether the memo names people or gives their roles only."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.memo.issues import count_memo_issues
from crrubric.queries.people.access import Seat, find_restraint
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.memo.naming import serialize_memo_names, set_memo_names
from crrubric.web.memo.forms import NAMES, ROLES, NamesForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("naming", __name__, url_prefix="/evaluations/<slug>/memo/names")
HOME = "memo.show_memo"


@bp.get("/")
@require_permission(Action.SET_MEMO_NAMES)
def show_names_form(seat: Seat) -> ResponseReturnValue:
    """The choice, with what each of the two means."""
    return render_names_page(seat, make_names_form(seat.evaluation))


def make_names_form(evaluation: Evaluation) -> NamesForm:
    """The form with what is stored."""
    form = NamesForm(formdata=None, shows=NAMES if evaluation.names_people else ROLES)
    return form.showing(serialize_memo_names(evaluation))


def render_names_page(seat: Seat, form: NamesForm) -> str:
    """The page with the form."""
    issued = count_memo_issues(db.session(), seat.evaluation.id)
    under = HOME if seat.may(Action.VIEW_MEMO) else "evaluations.show_overview"
    return render_page(
        "memo/names.html",
        seat,
        under=under,
        back=under,
        form=form,
        issued=issued,
        restraint=find_restraint(db.session(), seat, Action.SET_MEMO_NAMES),
    )


@bp.post("/")
@require_permission(Action.SET_MEMO_NAMES)
def save_names(seat: Seat) -> ResponseReturnValue:
    """Choose whether the memo names people."""
    form, status = NamesForm(), 422
    if form.validate():
        try:
            set_memo_names(
                current_actor(),
                seat.evaluation.slug,
                names_people=form.shows.data == NAMES,
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            home = HOME if seat.may(Action.VIEW_MEMO) else "evaluations.show_overview"
            return redirect_to(home, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.MEMO_NAMES_SET)
            form.meet_newer(make_names_form(seat.evaluation), error, changes)
            status = 409
    return render_names_page(seat, form), status
