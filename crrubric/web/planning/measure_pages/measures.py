"""How the evaluation plan is going: each measure with its values, and what the plan suggests."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.followup.measures import (
    SUCCESS,
    hide_small_number,
    write_measured_period,
)
from crrubric.domain.planning.followup.reviews import CHAMPIONS
from crrubric.domain.planning.section_files import find_workbook_section
from crrubric.extensions import db
from crrubric.models import Actual, Measure
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.measures import (
    FollowedMeasure,
    list_followed_measures,
    list_measure_proposals,
    require_measures_readable,
    require_measures_writable,
)
from crrubric.queries.planning.reviews import load_review_calendar
from crrubric.queries.planning.workbook import load_plan_rights
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.csv_files import encode_csv
from crrubric.reports.exchange.tables import ACTUAL_COLUMNS
from crrubric.reports.results.figures import Chart
from crrubric.services.planning.measures import take_proposed_measures
from crrubric.web.planning.measure_pages.measure_forms import TakeMeasuresForm
from crrubric.web.planning.measure_pages.measure_words import (
    describe_verdict,
    draw_followed_measure,
    format_measured,
    translate_measure_name,
)
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import CSV, make_download, redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("measures", __name__, url_prefix="/evaluations/<slug>/plan/measures")
MEASURES_HOME = "measures.show_measures"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMeasure:
    """A measure as the page shows it."""

    followed: FollowedMeasure
    verdict: str
    chart: Chart | None


@bp.get("")
@require_permission(Action.VIEW_PLAN)
def show_measures(seat: Seat) -> ResponseReturnValue:
    """Each measure with its values, and whether it is on track."""
    session = db.session()
    require_measures_readable(session, seat)
    writable = load_plan_rights(session, seat).may_fill(SUCCESS)
    calendar = load_review_calendar(session, seat.evaluation.id)
    found = list_followed_measures(session, seat.evaluation.id)
    end_reading(session)
    return render_page(
        "planning/measures/index.html",
        seat,
        under=HOME,
        shown=[
            ShownMeasure(
                followed=each,
                verdict=describe_verdict(each.verdict, each.measure.unit),
                chart=draw_followed_measure(each),
            )
            for each in found
        ],
        writable=writable,
        write=format_measured,
        calendar=calendar,
        levels=list_champion_levels(),
        SUCCESS=SUCCESS,
    )


def list_champion_levels() -> dict[str, str]:
    """The levels at which somebody speaks for the plan, in the reader's language, by code."""
    section = find_workbook_section(SUCCESS, current_language())
    prompt = section.find_prompt(CHAMPIONS) if section else None
    options = [each for column in prompt.columns for each in column.options] if prompt else []
    return {one.code: one.label for one in options}


@bp.get("/proposals")
@require_permission(Action.ANSWER_PLAN)
def show_measure_proposals(seat: Seat) -> ResponseReturnValue:
    """What the plan suggests and is followed not yet."""
    return render_measure_proposals(seat, TakeMeasuresForm(formdata=None))


def render_measure_proposals(
    seat: Seat, form: TakeMeasuresForm, ticked: Sequence[str] | None = None
) -> str:
    """The page; ticked: what was, where it was refused, else nothing yet."""
    require_measures_writable(db.session(), seat)
    return render_page(
        "planning/measures/proposals.html",
        seat,
        under=HOME,
        proposals=list_measure_proposals(db.session(), seat),
        form=form,
        ticked=ticked or (),
        write=format_measured,
    )


@bp.post("/proposals")
@require_permission(Action.ANSWER_PLAN)
def save_taken_measures(seat: Seat) -> ResponseReturnValue:
    """Follow what is selected."""
    form, status, ticked = TakeMeasuresForm(), 422, request.form.getlist("origin")
    if form.validate():
        try:
            taken = take_proposed_measures(current_actor(), seat.evaluation.slug, ticked)
            words = ngettext(
                "One measure is followed.", "%(num)s measures are followed.", len(taken)
            )
            flash(words, "done")
            return redirect_to(MEASURES_HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_measure_proposals(seat, form, ticked), status


@bp.get("/values.csv")
@require_permission(Action.VIEW_PLAN)
def download_actuals(seat: Seat) -> ResponseReturnValue:
    """One row a value; a small count of learners is hidden."""
    session = db.session()
    require_measures_readable(session, seat)
    found = list_followed_measures(session, seat.evaluation.id)
    end_reading(session)
    rows = (tell_actual(each.measure, row) for each in found for row in each.actuals)
    body = encode_csv(ACTUAL_COLUMNS, rows)
    return make_download(body, CSV, f"{seat.evaluation.slug}-measures.csv")


def tell_actual(measure: Measure, row: Actual) -> dict[str, str]:
    """A value as a row of the file; of a few learners only that they are few."""
    value = hide_small_number(row.value, measure.unit)
    return {
        "measure": translate_measure_name(measure),
        "unit": measure.unit.value.lower(),
        "period": write_measured_period(row.period),
        "value": value,
        "hidden": "" if value else "yes",
        "source": row.told_by,
        "note": row.note,
        "recorded_by": row.recorded_by,
        "recorded_at": row.recorded_at.isoformat(),
    }
