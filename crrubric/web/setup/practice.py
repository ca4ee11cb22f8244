"""The practice round: one's own marks for a made-up vendor; then what was read differently."""

from flask import Blueprint, flash, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.setup.rubric import practice_vendor
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.assignments import asked_ids, asked_of
from crrubric.queries.setup.practice import own_practice, practice_progress, spread
from crrubric.services.setup import practice as service
from crrubric.web.ballots.forms import PracticeForm
from crrubric.web.ballots.mark_fields import Tried, fields_of
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach, messages
from crrubric.web.shared.page import page, to, wants_json
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import clock, refusal

bp = Blueprint("practice", __name__, url_prefix="/evaluations/<slug>/practice")
HOME = "practice.index"


@bp.get("/")
@in_evaluation(Action.VIEW_PRACTICE)
def index(seat: Seat) -> ResponseReturnValue:
    """My practice ballot; once the round is over, the spread."""
    return practice_page(seat)


def practice_page(seat: Seat, *, tried: Tried | None = None) -> str:
    """The page; `tried` is the criterion whose form was refused, with what was typed."""
    over = seat.evaluation.practice_shown_at is not None
    mine = seat.member if seat.may(Action.PRACTICE) else None
    marks = own_practice(db.session(), mine) if mine else {}
    rubric = asked_of(db.session(), mine) if mine else []
    asked = [row.id for part in rubric for row in part.criteria]
    return page(
        "setup/practice.html",
        seat,
        vendor=practice_vendor(),
        parts=rubric,
        fields={key: fields_of(key, marks.get(key), tried) for key in asked},
        tried=tried,
        marks=marks,
        answered=sum(key in marks for key in asked),
        total=len(asked),
        mine=mine,
        over=over,
        finished=practice_progress(db.session(), seat.evaluation.id),
        spread=spread(db.session(), seat.evaluation),
        may_run=seat.may(Action.RUN_PRACTICE),
        may_edit=seat.may(Action.EDIT_SETUP),
    )


@bp.post("/marks/<int:criterion_id>")
@in_evaluation(Action.PRACTICE)
def save(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Save one practice mark."""
    form = PracticeForm()
    if not form.validate():
        return refused(seat, criterion_id, form)
    try:
        mark = service.record_practice(
            actor(),
            seat.evaluation.slug,
            criterion_id,
            answer=form.answer.data,
            note=form.note.data or "",
            seen_version=form.seen_version(),
        )
    except Invalid as error:
        attach(form, error)
        return refused(seat, criterion_id, form)
    except Stale as error:
        return stale(seat, criterion_id, form, error)
    if not wants_json():
        return to(HOME, seat, _anchor=f"criterion-{criterion_id}")
    asked = asked_ids(db.session(), mark.member)
    marks = own_practice(db.session(), mark.member)
    return jsonify(
        version=mark.version,
        saved_at=clock(mark.marked_at),
        answered=sum(key in marks for key in asked),
        total=len(asked),
    )


def refused(seat: Seat, criterion_id: int, form: PracticeForm) -> ResponseReturnValue:
    """A mark that can't be stored: the reason beside the field, everything typed kept."""
    if wants_json():
        return jsonify(message=messages(form)), 422
    return practice_page(seat, tried=(criterion_id, form)), 422


def stale(seat: Seat, criterion_id: int, form: PracticeForm, error: Stale) -> ResponseReturnValue:
    """Saved in another window meanwhile: nothing is overwritten, what was typed stays."""
    stored = own_practice(db.session(), seat.member).get(criterion_id) if seat.member else None
    version = stored.version if stored else 0
    if wants_json():
        theirs = (
            {"answer": stored.answer, "note": stored.note, "version": version} if stored else {}
        )
        return jsonify(message=refusal(error), theirs={**theirs, "version": version}), 409
    form.version.data = str(version)
    form.form_errors.append(refusal(error))
    return practice_page(seat, tried=(criterion_id, form)), 409


@bp.post("/finish")
@in_evaluation(Action.PRACTICE)
def finish(seat: Seat) -> ResponseReturnValue:
    """Say that I have practiced."""
    try:
        service.finish_practice(actor(), seat.evaluation.slug)
        flash(_("Thank you. The spread appears here when the chair ends the round."), "done")
    except (Invalid, WrongPhase) as error:
        flash(refusal(error), "problem")
    return to(HOME, seat)


@bp.post("/show")
@in_evaluation(Action.RUN_PRACTICE)
def show(seat: Seat) -> ResponseReturnValue:
    """End the round and show the spread."""
    try:
        service.show_spread(actor(), seat.evaluation.slug)
        flash(_("The practice round is over. Everybody sees the spread."), "done")
    except Invalid as error:
        flash(refusal(error), "problem")
    return to(HOME, seat)


@bp.post("/again")
@in_evaluation(Action.RUN_PRACTICE)
def again(seat: Seat) -> ResponseReturnValue:
    """Begin the round anew."""
    try:
        service.restart_practice(actor(), seat.evaluation.slug)
        flash(_("A new practice round: everybody begins with an empty ballot."), "done")
    except WrongPhase as error:
        flash(refusal(error), "problem")
    return to(HOME, seat)
