"""The practice round: one's own marks for a made-up vendor; then what was read differently."""

from flask import Blueprint, flash, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.setup.rubric import load_practice_vendor
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.act_facts import foresee_end_of_practice, foresee_restart_of_practice
from crrubric.queries.setup.assignments import list_assigned_criterion_ids, list_assigned_parts
from crrubric.queries.setup.practice import (
    count_answered_practices,
    count_practiced_reviewers,
    list_practice_spreads,
    load_own_practice_marks,
)
from crrubric.services.setup import practice as service
from crrubric.web.ballots.forms import PracticeForm
from crrubric.web.ballots.mark_fields import Tried, make_mark_fields
from crrubric.web.ballots.refusals import refuse_invalid_answer, refuse_stale_answer
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.page import ActWords, redirect_to, render_act_page, render_page, wants_json
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_clock_time, translate_error

bp = Blueprint("practice", __name__, url_prefix="/evaluations/<slug>/practice")
HOME = "practice.show_practice"


@bp.get("/")
@require_permission(Action.VIEW_PRACTICE)
def show_practice(seat: Seat) -> ResponseReturnValue:
    """My practice ballot; once the round is over, the spread."""
    return render_practice_page(seat)


def render_practice_page(seat: Seat, *, tried: Tried | None = None) -> str:
    """The page; `tried` is the criterion whose form was refused, with what was typed."""
    over = seat.evaluation.practice_shown_at is not None
    mine = seat.member if seat.may(Action.PRACTICE) else None
    marks = load_own_practice_marks(db.session(), mine) if mine else {}
    rubric = list_assigned_parts(db.session(), mine) if mine else []
    asked = [row.id for part in rubric for row in part.criteria]
    return render_page(
        "setup/practice.html",
        seat,
        vendor=load_practice_vendor(),
        parts=rubric,
        fields={key: make_mark_fields(key, marks.get(key), tried) for key in asked},
        tried=tried,
        marks=marks,
        answered=sum(key in marks for key in asked),
        total=len(asked),
        mine=mine,
        over=over,
        answered_all=count_answered_practices(db.session(), seat.evaluation.id),
        finished=count_practiced_reviewers(db.session(), seat.evaluation.id),
        spread=list_practice_spreads(db.session(), seat.evaluation),
        may_run=seat.may(Action.RUN_PRACTICE),
        may_edit=seat.may(Action.EDIT_SETUP),
    )


@bp.post("/marks/<int:criterion_id>")
@require_permission(Action.PRACTICE)
def save_practice_mark(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Save one practice mark."""
    form = PracticeForm()

    def render() -> str:
        return render_practice_page(seat, tried=(criterion_id, form))

    if not form.validate():
        return refuse_invalid_answer(form, render)
    try:
        mark = service.record_practice_mark(
            current_actor(),
            seat.evaluation.slug,
            criterion_id,
            answer=form.answer.data,
            note=form.note.data or "",
            seen_version=form.seen_version(),
        )
    except Invalid as error:
        attach_error(form, error)
        return refuse_invalid_answer(form, render)
    except Stale as error:
        own = load_own_practice_marks(db.session(), seat.member) if seat.member else {}
        return refuse_stale_answer(form, error, own.get(criterion_id), render)
    if not wants_json():
        return redirect_to(HOME, seat, _anchor=f"criterion-{criterion_id}")
    asked = list_assigned_criterion_ids(db.session(), mark.member)
    marks = load_own_practice_marks(db.session(), mark.member)
    return jsonify(
        version=mark.version,
        saved_at=format_clock_time(mark.marked_at),
        answered=sum(key in marks for key in asked),
        total=len(asked),
    )


@bp.post("/finish")
@require_permission(Action.PRACTICE)
def save_own_practice_finish(seat: Seat) -> ResponseReturnValue:
    """Say that I have practiced."""
    try:
        service.finish_practice(current_actor(), seat.evaluation.slug)
        words = _(
            "Thank you. All answers appear here, without names, when the chair ends the round."
        )
        flash(add_unanswered(seat, words), "done")
    except (Invalid, WrongPhase) as error:
        flash(translate_error(error), "problem")
    return redirect_to(HOME, seat)


def add_unanswered(seat: Seat, words: str) -> str:
    """What is said to who is done, and how many criteria they left open, if any."""
    marks = load_own_practice_marks(db.session(), seat.member) if seat.member else {}
    parts = list_assigned_parts(db.session(), seat.member) if seat.member else []
    left = sum(row.id not in marks for part in parts for row in part.criteria)
    open_words = ngettext(
        "One criterion has no answer of yours; until then you can still answer it.",
        "%(num)s criteria have no answer of yours; until then you can still answer them.",
        left,
    )
    return f"{words} {open_words}" if left else words


@bp.get("/show")
@require_permission(Action.RUN_PRACTICE)
def show_practice_round_end(seat: Seat) -> ResponseReturnValue:
    """What showing all answers will do, before it is done."""
    return render_practice_round_end(seat, ActForm(formdata=None))


def render_practice_round_end(seat: Seat, form: ActForm) -> str:
    """The page with what will happen. Raises: NotFound once the round is over."""
    if seat.evaluation.practice_shown_at is not None:
        raise make_not_found()
    words = ActWords(title=_("End the round"), button=_("Show all answers"))
    return render_act_page(
        seat, form, foresee_end_of_practice(db.session(), seat), words, back=HOME
    )


@bp.post("/show")
@require_permission(Action.RUN_PRACTICE)
def save_practice_round_end(seat: Seat) -> ResponseReturnValue:
    """End the round and show the spread."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            service.show_spread(current_actor(), seat.evaluation.slug, seen=form.version.data or "")
            flash(_("The practice round is over. Everybody sees all answers."), "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_practice_round_end(seat, form), status


@bp.get("/again")
@require_permission(Action.RUN_PRACTICE)
def show_practice_round_restart(seat: Seat) -> ResponseReturnValue:
    """What beginning anew will do, before it is done."""
    return render_practice_round_restart(seat, ActForm(formdata=None))


def render_practice_round_restart(seat: Seat, form: ActForm) -> str:
    """The page with what will happen. Raises: NotFound while the round is under way."""
    if seat.evaluation.practice_shown_at is None:
        raise make_not_found()
    words = ActWords(title=_("Start the practice round again"), button=_("Practice again"))
    return render_act_page(
        seat, form, foresee_restart_of_practice(db.session(), seat), words, back=HOME
    )


@bp.post("/again")
@require_permission(Action.RUN_PRACTICE)
def save_practice_round_restart(seat: Seat) -> ResponseReturnValue:
    """Begin the round anew."""
    form = ActForm()
    if form.validate():
        try:
            service.restart_practice(
                current_actor(), seat.evaluation.slug, seen=form.version.data or ""
            )
            flash(_("A new practice round: everybody begins with an empty ballot."), "done")
            return redirect_to(HOME, seat)
        except WrongPhase as error:
            flash(translate_error(error), "problem")
            return redirect_to(HOME, seat)
        except Stale as error:
            form.form_errors.append(translate_error(error))
    return render_practice_round_restart(seat, form), 409
