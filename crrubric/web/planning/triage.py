"""Triage: how far behind a learner is, and which setting fits. Nothing that is typed is kept."""

from fractions import Fraction

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.planning.calibration import GUIDE
from crrubric.domain.planning.cohort import read_cohort
from crrubric.domain.planning.published import load_published_figures
from crrubric.domain.planning.triage import SEATS, Placement, list_setting_rows, place_learner
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import find_own_calibration, list_cohort_groups
from crrubric.web.planning.forms import YES, LearnerForm, RosterForm
from crrubric.web.planning.workbook import TRIAGE, find_tool_place
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page, take_turns

bp = Blueprint("triage", __name__, url_prefix="/evaluations/<slug>/plan/triage")


@bp.get("/")
@require_permission(Action.VIEW_PLAN)
@take_turns
def show_triage(seat: Seat) -> ResponseReturnValue:
    """A learner to try, the eight settings, how the chance is read, what has been published."""
    return render_triage(seat, LearnerForm())


@bp.post("/")
@require_permission(Action.VIEW_PLAN)
@take_turns
def place_one_learner(seat: Seat) -> ResponseReturnValue:
    """The same page with what triage says of one learner; nothing is stored."""
    form = LearnerForm()
    if not form.validate():
        return render_triage(seat, form), 422
    placed = place_learner(
        calibration=find_own_calibration(db.session(), seat.evaluation.id) or GUIDE,
        needed=Fraction(form.needed.data),
        semesters=Fraction(form.semesters.data),
        online_suits=form.suits.data == YES,
    )
    return render_triage(seat, form, placed)


def render_triage(
    seat: Seat,
    form: LearnerForm,
    placed: Placement | None = None,
    *,
    roster: RosterForm | None = None,
) -> str:
    """The page. Args: roster: the form of a roster that was refused."""
    from crrubric.reports.planning import calibration_figures  # draws with plotly: heavy

    published = load_published_figures(current_language())
    line = find_own_calibration(db.session(), seat.evaluation.id)
    shares = read_cohort(list_cohort_groups(db.session(), seat.evaluation.id))
    return render_page(
        "planning/triage.html",
        seat,
        form=form,
        placed=placed,
        roster=roster or RosterForm(formdata=None),
        most=limits.ROSTER_LINES,
        published=published,
        chart=calibration_figures.draw_calibration(GUIDE, published, _, own=line, shares=shares),
        line=line,
        bands=list_setting_rows(),
        seats=SEATS,
        place=find_tool_place(seat, TRIAGE),
    )
