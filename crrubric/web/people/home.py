"""Home, a new evaluation, health, and the house style."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Invalid
from crrubric.domain.setup.rubric import built_in_rubric
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.queries.mail.notices import own_notices
from crrubric.queries.people.access import not_found
from crrubric.queries.setup.evaluations import own_evaluations
from crrubric.queries.shared.health import load_database_state
from crrubric.services.setup.evaluations import create_evaluation
from crrubric.web.setup.forms import EvaluationForm
from crrubric.web.shared.access import public, signed_in
from crrubric.web.shared.forms import attach
from crrubric.web.shared.session import actor

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """My evaluations, and what waits for me."""
    return render_template(
        "people/home.html",
        rows=own_evaluations(db.session(), actor()),
        notices=own_notices(db.session(), actor()),
        may_create=actor().standing is not Standing.MEMBER,
    )


@bp.get("/evaluations/new")
@signed_in
def new() -> ResponseReturnValue:
    """The form for a new evaluation."""
    if actor().standing is Standing.MEMBER:
        raise not_found()
    return render_template(
        "setup/evaluation/new.html", form=EvaluationForm(), rubric=built_in_rubric()
    )


@bp.post("/evaluations/new")
@signed_in
def create() -> ResponseReturnValue:
    """Make the evaluation from the built-in rubric."""
    form = EvaluationForm()
    if form.validate():
        try:
            evaluation = create_evaluation(
                actor(),
                title=form.title.data,
                purpose=form.purpose.data or "",
                rubric=built_in_rubric(),
            )
            return redirect(url_for("evaluations.overview", slug=evaluation.slug), code=303)
        except Invalid as error:
            attach(form, error)
    return render_template("setup/evaluation/new.html", form=form, rubric=built_in_rubric()), 422


@bp.get("/health")
@public
def health() -> ResponseReturnValue:
    """Whether the database answers, and how it is kept; for monitoring."""
    return jsonify({"status": "ok", **load_database_state(db.session())})


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """What we promise about access, and whom to tell when something is in the way."""
    return render_template("shared/accessibility.html", title=_("Accessibility"))
