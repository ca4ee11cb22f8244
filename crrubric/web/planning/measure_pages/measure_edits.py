"""One measure: added, changed; its values recorded and corrected."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.followup.measures import (
    MeasuredPeriod,
    MeasureKind,
    write_measured_period,
)
from crrubric.extensions import db
from crrubric.models import Actual, Measure
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.measures import (
    FollowedMeasure,
    find_actual,
    find_followed_measure,
    find_measure,
    require_measures_writable,
)
from crrubric.services.planning import actuals as values
from crrubric.services.planning import measures as service
from crrubric.web.planning.measure_pages.measure_forms import (
    ActualCorrectionForm,
    ActualForm,
    MeasureForm,
)
from crrubric.web.planning.measure_pages.measure_words import format_measured
from crrubric.web.planning.measure_pages.measures import MEASURES_HOME
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("measure_edits", __name__, url_prefix="/evaluations/<slug>/plan/measures")


def render_measure_form(seat: Seat, form: MeasureForm, measure: Measure | None = None) -> str:
    """The form of a measure, or of a new one."""
    return render_page(
        "planning/measures/measure.html",
        seat,
        under=HOME,
        form=form,
        measure=measure,
        is_course=measure is not None and measure.kind is MeasureKind.FAILURE_RATE,
    )


@bp.get("/new")
@require_permission(Action.ANSWER_PLAN)
def show_new_measure_form(seat: Seat) -> ResponseReturnValue:
    """The form for a measure that the plan does not suggest."""
    require_measures_writable(db.session(), seat)
    return render_measure_form(seat, MeasureForm(formdata=None))


@bp.post("/new")
@require_permission(Action.ANSWER_PLAN)
def save_new_measure(seat: Seat) -> ResponseReturnValue:
    """Add a measure."""
    require_measures_writable(db.session(), seat)
    form = MeasureForm()
    if form.validate():
        try:
            service.add_measure(current_actor(), seat.evaluation.slug, form.read_measure())
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_measure_form(seat, form), 422


def find_writable_measure(seat: Seat, measure_id: int) -> Measure:
    """The measure, if the seat may change it. Raises: NotFound."""
    require_measures_writable(db.session(), seat)
    return find_measure(db.session(), seat.evaluation.id, measure_id)


def make_measure_form(measure: Measure) -> MeasureForm:
    """The form with what is stored."""
    form = MeasureForm(
        formdata=None,
        words=measure.words,
        unit=measure.unit,
        baseline=measure.baseline,
        baseline_on=measure.baseline_on,
        target=measure.target,
        due_on=measure.due_on,
    )
    return form.showing(service.read_measure_values(measure))


@bp.get("/<int:measure_id>")
@require_permission(Action.ANSWER_PLAN)
def show_measure_form(seat: Seat, measure_id: int) -> ResponseReturnValue:
    """The form for one measure."""
    measure = find_writable_measure(seat, measure_id)
    return render_measure_form(seat, make_measure_form(measure), measure)


@bp.post("/<int:measure_id>")
@require_permission(Action.ANSWER_PLAN)
def save_measure(seat: Seat, measure_id: int) -> ResponseReturnValue:
    """Change a measure."""
    measure = find_writable_measure(seat, measure_id)
    form, status = MeasureForm(), 422
    if form.validate():
        try:
            slug, seen = seat.evaluation.slug, form.version.data or ""
            text = form.read_measure()
            service.change_measure(current_actor(), slug, measure_id, text, seen=seen)
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            measure = find_writable_measure(seat, measure_id)
            form.meet_newer(make_measure_form(measure), error, {})
            status = 409
    return render_measure_form(seat, form, measure), status


def render_actual_form(
    seat: Seat, form: ActualForm, measure: Measure, actual: Actual | None = None
) -> str:
    """The form of a value, or of a new one."""
    return render_page(
        "planning/measures/actual.html",
        seat,
        under=HOME,
        form=form,
        measure=measure,
        actual=actual,
        write=format_measured,
    )


@bp.get("/<int:measure_id>/values/new")
@require_permission(Action.ANSWER_PLAN)
def show_new_actual_form(seat: Seat, measure_id: int) -> ResponseReturnValue:
    """The form for a value."""
    measure = find_writable_measure(seat, measure_id)
    return render_actual_form(seat, ActualForm(formdata=None), measure)


@bp.post("/<int:measure_id>/values/new")
@require_permission(Action.ANSWER_PLAN)
def save_new_actual(seat: Seat, measure_id: int) -> ResponseReturnValue:
    """Record what a measure came to."""
    measure, form = find_writable_measure(seat, measure_id), ActualForm()
    if form.validate():
        try:
            slug = seat.evaluation.slug
            values.record_actual(current_actor(), slug, measure_id, form.read_actual())
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat, _anchor=f"measure-{measure_id}")
        except Invalid as error:
            attach_error(form, error)
            measure = find_writable_measure(seat, measure_id)
    return render_actual_form(seat, form, measure), 422


def make_actual_correction(actual: Actual) -> ActualCorrectionForm:
    """The form with what is stored."""
    period = write_measured_period(MeasuredPeriod(actual.measured_on, actual.is_year))
    form = ActualCorrectionForm(
        formdata=None,
        period=period,
        value=actual.value,
        told_by=actual.told_by,
        note=actual.note,
    )
    return form.showing({"id": actual.id})


def find_correctable_actual(seat: Seat, actual_id: int) -> tuple[Actual, FollowedMeasure]:
    """What holds now of a value: itself, or the last correction of it; with its measure.

    Raises: NotFound, too if it was taken back.
    """
    require_measures_writable(db.session(), seat)
    actual = find_actual(db.session(), seat.evaluation.id, actual_id)
    followed = find_followed_measure(db.session(), seat.evaluation.id, actual.measure_id)
    for row in followed.actuals:
        if actual_id in {row.id, *(each.id for each in followed.earlier.get(row.id, ()))}:
            return row, followed
    return actual, followed


@bp.get("/values/<int:actual_id>")
@require_permission(Action.ANSWER_PLAN)
def show_actual_correction(seat: Seat, actual_id: int) -> ResponseReturnValue:
    """The form in which a value is corrected."""
    actual, followed = find_correctable_actual(seat, actual_id)
    return render_actual_form(seat, make_actual_correction(actual), followed.measure, actual)


@bp.post("/values/<int:actual_id>")
@require_permission(Action.ANSWER_PLAN)
def save_actual_correction(seat: Seat, actual_id: int) -> ResponseReturnValue:
    """Correct a value, or take it back."""
    actual, followed = find_correctable_actual(seat, actual_id)
    form, status = ActualCorrectionForm(), 422
    if form.validate():
        try:
            text, reason = form.read_actual(), form.reason.data or ""
            slug = seat.evaluation.slug
            values.correct_actual(current_actor(), slug, actual_id, text, reason=reason)
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat, _anchor=f"measure-{actual.measure_id}")
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            actual, followed = find_correctable_actual(seat, actual_id)
            form.meet_newer(make_actual_correction(actual), error, {})
            status = 409
    return render_actual_form(seat, form, followed.measure, actual), status
