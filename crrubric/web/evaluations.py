"""Overview with the set-up checklist, facts, decision rule, phases, progress, journal."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.lifecycle import next_phase, previous_phase, problems
from crrubric.domain.vocabulary import Action, Phase
from crrubric.extensions import db
from crrubric.queries.access import Seat, not_found
from crrubric.queries.ballots import own_ballots, recusals
from crrubric.queries.evaluations import progress as ballots_progress
from crrubric.queries.evaluations import readiness
from crrubric.queries.journal import PAGE, entries
from crrubric.services import evaluations as service
from crrubric.web.access import in_evaluation
from crrubric.web.forms import FactsForm, PhaseForm, RuleForm, attach
from crrubric.web.page import page
from crrubric.web.session import actor
from crrubric.web.words import refusal

bp = Blueprint("evaluations", __name__, url_prefix="/evaluations/<slug>")
HOME = "evaluations.overview"


def to(endpoint: str, seat: Seat, **values: Any) -> ResponseReturnValue:
    """Off to a page of the same evaluation after a POST."""
    return redirect(url_for(endpoint, slug=seat.evaluation.slug, **values), code=303)


@bp.get("/")
@in_evaluation(Action.VIEW_EVALUATION)
def overview(seat: Seat) -> ResponseReturnValue:
    """Where the evaluation stands and what is to be done next."""
    facts = readiness(db.session(), seat.evaluation.id)
    forward = next_phase(seat.evaluation.phase)
    in_the_way = problems(seat.evaluation.phase, forward, facts) if forward else ()
    marking = seat.member is not None and seat.may(Action.VIEW_OWN_BALLOTS)
    return page(
        "evaluations/overview.html",
        seat,
        facts=facts,
        forward=forward,
        back=previous_phase(seat.evaluation.phase),
        problems=[refusal(problem) for problem in in_the_way],
        ballots=own_ballots(db.session(), seat.member) if marking and seat.member else [],
        form=PhaseForm(),
    )


@bp.post("/phase")
@in_evaluation(Action.CHANGE_PHASE)
def phase(seat: Seat) -> ResponseReturnValue:
    """Move forward, or one step back with a reason."""
    form = PhaseForm()
    try:
        target = Phase(form.to.data)
    except ValueError:
        target = seat.evaluation.phase
    try:
        evaluation = service.change_phase(
            actor(), seat.evaluation.slug, target, reason=form.reason.data or ""
        )
    except NotReady as error:
        for problem in error.problems:
            flash(refusal(problem), "problem")
        return to(HOME, seat)
    except Invalid as error:
        flash(refusal(error), "problem")
        return to(HOME, seat)
    flash(_("The phase is now: %(phase)s.", phase=_(evaluation.phase.label)), "done")
    return to(HOME, seat)


@bp.get("/facts")
@in_evaluation(Action.EDIT_SETUP)
def facts(seat: Seat) -> ResponseReturnValue:
    """Title, purpose and dates."""
    return page("evaluations/facts.html", seat, under=HOME, form=FactsForm(obj=seat.evaluation))


@bp.post("/facts")
@in_evaluation(Action.EDIT_SETUP)
def save_facts(seat: Seat) -> ResponseReturnValue:
    """Save title, purpose and dates."""
    form = FactsForm()
    if form.validate():
        try:
            service.change_facts(
                actor(),
                seat.evaluation.slug,
                title=form.title.data,
                purpose=form.purpose.data or "",
                closes_on=form.closes_on.data,
            )
            flash(_("Saved."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return page("evaluations/facts.html", seat, under=HOME, form=form), 422


@bp.get("/rule")
@in_evaluation(Action.VIEW_EVALUATION)
def rule(seat: Seat) -> ResponseReturnValue:
    """The decision rule: a form for the chair in set-up, words for everybody."""
    settings = service.rule_settings(seat.evaluation)
    return page("evaluations/rule.html", seat, form=RuleForm(obj=settings), settings=settings)


@bp.post("/rule")
@in_evaluation(Action.EDIT_SETUP)
def save_rule(seat: Seat) -> ResponseReturnValue:
    """Set the decision rule."""
    form = RuleForm()
    if form.validate():
        try:
            service.set_rule(
                actor(),
                seat.evaluation.slug,
                service.RuleSettings(
                    kind=form.kind.data,
                    over=form.over.data if form.over.data is not None else 2,
                    under=form.under.data if form.under.data is not None else 3,
                    quorum=form.quorum.data,
                    pass_mark=form.pass_mark.data or 0,
                    mode=form.mode.data,
                ),
            )
            flash(_("The decision rule is set."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    settings = service.rule_settings(seat.evaluation)
    return page("evaluations/rule.html", seat, form=form, settings=settings), 422


@bp.get("/progress")
@in_evaluation(Action.VIEW_PROGRESS)
def progress(seat: Seat) -> ResponseReturnValue:
    """How many marks and ballots are done; never which."""
    rows = ballots_progress(db.session(), seat.evaluation.id)
    return page(
        "evaluations/progress.html",
        seat,
        rows=rows,
        facts=readiness(db.session(), seat.evaluation.id),
        recusals=recusals(db.session(), seat.evaluation.id),
    )


@bp.get("/journal")
@in_evaluation(Action.VIEW_JOURNAL)
def journal(seat: Seat) -> ResponseReturnValue:
    """Who changed what, newest first."""
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**31:
        raise not_found()
    rows = entries(db.session(), seat.evaluation, before=before)
    older = rows[-1].id if len(rows) == PAGE else None
    return page("evaluations/journal.html", seat, rows=rows, older=older)
