"""Deleting an evaluation in set-up, its title typed."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.act_facts import foresee_deletion_of_evaluation
from crrubric.services.setup import deletion
from crrubric.web.setup.forms import DeletionForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.page import ActWords, render_act_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("deletion", __name__, url_prefix="/evaluations/<slug>/delete")


@bp.get("/")
@require_permission(Action.DELETE_EVALUATION)
def show_deletion(seat: Seat) -> ResponseReturnValue:
    """What deleting the evaluation will do, before it is done."""
    return render_deletion(seat, DeletionForm(formdata=None))


def render_deletion(seat: Seat, form: DeletionForm) -> str:
    """The page with what will happen, and the field for the title."""
    words = ActWords(
        title=_("Delete this evaluation"),
        about=seat.evaluation.title,
        button=_("Delete the evaluation"),
    )
    foreseen = foresee_deletion_of_evaluation(db.session(), seat)
    return render_act_page(seat, form, foreseen, words, back="evaluations.show_overview")


@bp.post("/")
@require_permission(Action.DELETE_EVALUATION)
def save_deletion(seat: Seat) -> ResponseReturnValue:
    """Delete the evaluation."""
    form, status = DeletionForm(), 422
    if form.validate():
        try:
            title = seat.evaluation.title
            deletion.delete_evaluation(
                current_actor(),
                seat.evaluation.slug,
                typed=form.typed.data,
                seen=form.version.data or "",
            )
            flash(_("The evaluation “%(title)s” is deleted.", title=title), "done")
            return redirect(url_for("home.show_home"), 303)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_deletion(seat, form), status
