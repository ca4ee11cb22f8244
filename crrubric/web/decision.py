"""The recommendation."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Action
from crrubric.extensions import db
from crrubric.models import Decision
from crrubric.queries.access import Seat
from crrubric.queries.matrices import Matrix
from crrubric.queries.matrices import matrix as read_matrix
from crrubric.services import decisions as service
from crrubric.web.access import in_evaluation
from crrubric.web.evaluations import to
from crrubric.web.forms import DecisionForm, attach
from crrubric.web.page import page
from crrubric.web.session import actor

bp = Blueprint("decision", __name__, url_prefix="/evaluations/<slug>/decision")
NONE = "none"


def stored(seat: Seat) -> Decision | None:
    """The recommendation as recorded, if any."""
    return db.session.scalar(select(Decision).where(Decision.evaluation_id == seat.evaluation.id))


def with_vendors(form: DecisionForm, read: Matrix) -> DecisionForm:
    """The form with the vendors to choose from, in the computed order."""
    form.vendor.choices = [
        *(SelectChoice(str(read.vendors[v.code].id), v.name) for v in read.results.ranking()),
        SelectChoice(NONE, _("No vendor")),
    ]
    return form


def form_page(seat: Seat, read: Matrix, form: DecisionForm) -> str:
    """The computed ranking, the recommendation, and the form for the chair in the meeting."""
    return page(
        "decision/index.html",
        seat,
        matrix=read,
        results=read.results,
        decision=stored(seat),
        form=form,
        may_decide=seat.may(Action.RECORD_DECISION),
    )


@bp.get("/")
@in_evaluation(Action.VIEW_RESULTS)
def index(seat: Seat) -> ResponseReturnValue:
    """The recommendation."""
    read = read_matrix(db.session(), seat.evaluation)
    decision = stored(seat)
    form = with_vendors(DecisionForm(obj=decision), read)
    if decision is not None:
        form.vendor.data = str(decision.vendor_id) if decision.vendor_id else NONE
    return form_page(seat, read, form)


@bp.post("/")
@in_evaluation(Action.RECORD_DECISION)
def save(seat: Seat) -> ResponseReturnValue:
    """Record or reword the recommendation."""
    read = read_matrix(db.session(), seat.evaluation)
    form = with_vendors(DecisionForm(), read)
    if form.validate():
        try:
            service.record_decision(
                actor(),
                seat.evaluation.slug,
                service.DecisionText(
                    vendor_id=None if form.vendor.data == NONE else int(form.vendor.data),
                    reason=form.reason.data,
                    conditions=form.conditions.data or "",
                    term=form.term.data or "",
                    cost_ceiling=form.cost_ceiling.data or "",
                ),
            )
            flash(_("The recommendation is recorded."), "done")
            return to("decision.index", seat)
        except Invalid as error:
            attach(form, error)
    return form_page(seat, read, form), 422
