"""How triage of an evaluation reads a chance: the guide's line or its own, beside a past cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import InvalidLines, Stale
from crrubric.domain.events import Event
from crrubric.domain.planning.adoption import find_cohort_line
from crrubric.domain.planning.calibration import GUIDE, Calibration, CalibrationPoint
from crrubric.domain.planning.cohort import read_cohort
from crrubric.domain.planning.published import load_published_figures
from crrubric.domain.versions import fingerprint_values
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import find_own_calibration, list_cohort_groups
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.planning import calibrations as service
from crrubric.web.planning.forms import PointForm, PointsForm
from crrubric.web.planning.rows import (
    attach_row_errors,
    check_rows_typed,
    list_row_errors,
    make_rows,
    read_filled,
    read_sent_rows,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page, take_turns
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("lines", __name__, url_prefix="/evaluations/<slug>/plan/triage/line")
HOME = "lines.show_line"


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point as its form takes it."""

    pace: Fraction
    chance: Decimal


@bp.get("")
@require_permission(Action.VIEW_PLAN)
@take_turns
def show_line(seat: Seat) -> ResponseReturnValue:
    """The line that counts, the guide's beside it, the past cohort; for the chair the points."""
    return render_line_page(
        seat, *make_points_form(find_own_calibration(db.session(), seat.evaluation.id))
    )


def make_points_form(line: Calibration | None) -> tuple[PointsForm, list[PointForm]]:
    """The form with the points that count, and blank rows."""
    points = [
        PointRow(point.pace, Decimal(point.chance.numerator) / point.chance.denominator)
        for point in (line or GUIDE).points
    ]
    rows = make_rows(PointForm, points, limits.CALIBRATION_POINTS)
    form = PointsForm(formdata=None)
    form.parts = rows
    return form.showing(service.make_points_version(line)), rows


@bp.post("")
@require_permission(Action.SET_TRIAGE)
@take_turns
def save_points(seat: Seat) -> ResponseReturnValue:
    """Other points."""
    before, _rows = make_points_form(find_own_calibration(db.session(), seat.evaluation.id))
    form, rows = PointsForm(), read_sent_rows(PointForm, "pace", limits.CALIBRATION_POINTS)
    form.parts, status = rows, 422
    if all([form.validate(), check_rows_typed(rows, ("pace", "chance"))]):
        points = read_filled(rows, read_point)
        try:
            line = service.set_calibration(
                current_actor(), seat.evaluation.slug, points, seen=form.version.data or ""
            )
            tell_saved(seat, before, line)
            return redirect_to(HOME, seat)
        except InvalidLines as error:
            form.form_errors.extend(attach_row_errors(rows, error))
        except Stale as error:
            stored, _rows = make_points_form(find_own_calibration(db.session(), seat.evaluation.id))
            kinds = (Event.CALIBRATION_CHANGED, Event.COHORT_ADOPTED)
            form.meet_newer(stored, error, find_latest_changes(db.session(), seat, *kinds))
            status = 409
    return render_line_page(seat, form, rows), status


@bp.post("/default")
@require_permission(Action.SET_TRIAGE)
@take_turns
def restore_guide_line(seat: Seat) -> ResponseReturnValue:
    """The planning guide's line again."""
    before, rows = make_points_form(find_own_calibration(db.session(), seat.evaluation.id))
    form = PointsForm()
    try:
        line = service.set_calibration(
            current_actor(), seat.evaluation.slug, [], seen=form.version.data or ""
        )
    except Stale as error:
        before.form_errors.append(translate_error(error))
        return render_line_page(seat, before, rows), 409
    tell_saved(seat, before, line)
    return redirect_to(HOME, seat)


def read_point(row: PointForm) -> CalibrationPoint:
    """The point of a row."""
    return CalibrationPoint(row.pace.data, Fraction(row.chance.data))


def tell_saved(seat: Seat, before: PointsForm, line: Calibration | None) -> None:
    """Say which line counts now, with the way back."""
    now, _rows = make_points_form(find_own_calibration(db.session(), seat.evaluation.id))
    if before.version.data == now.version.data:
        flash(_("Nothing was changed."), "done")
        return
    done = _("Triage reads the chance from your points now.")
    if line is None:
        done = _("Triage reads the chance from the planning guide’s points again.")
    url = url_for("lines.save_points", slug=seat.evaluation.slug)
    flash_undoable(done, url, before.list_sent_values(now))


def render_line_page(seat: Seat, form: PointsForm, rows: Sequence[PointForm]) -> str:
    """The page."""
    from crrubric.reports.planning import calibration_figures  # draws with plotly: heavy

    line = find_own_calibration(db.session(), seat.evaluation.id)
    groups = list_cohort_groups(db.session(), seat.evaluation.id)
    shares = read_cohort(groups)
    published = load_published_figures(current_language())
    adopted = find_cohort_line(groups)
    return render_page(
        "planning/line.html",
        seat,
        under="triage.show_triage",
        form=form,
        rows=rows,
        problems=list_row_errors(rows),
        line=line,
        guide=GUIDE,
        groups=groups,
        shares={share.group: share for share in shares},
        may_adopt=adopted is not None and adopted != line,
        is_adopted=adopted is not None and adopted == line,
        action=url_for("lines.save_points", slug=seat.evaluation.slug),
        default=fingerprint_values(service.make_points_version(line)),
        chart=calibration_figures.draw_calibration(GUIDE, published, _, own=line, shares=shares),
    )
