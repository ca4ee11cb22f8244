"""Results as files."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.results.computed import analyze_results
from crrubric.extensions import db
from crrubric.queries.exchange.exports import iterate_mark_rows, load_results_facts
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import read_matrix, read_matrix_for_seat
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange import results_json, tables
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import make_download, take_turns

bp = Blueprint("exports", __name__, url_prefix="/evaluations/<slug>/export")


@bp.get("/tallies.csv")
@require_permission(Action.EXPORT_RESULTS)
def download_tallies(seat: Seat) -> ResponseReturnValue:
    """One row a cell."""
    read = read_matrix(db.session(), seat.evaluation)
    end_reading(db.session())
    return make_download(
        tables.results_csv(read.results), "text/csv", f"{seat.evaluation.slug}-tallies.csv"
    )


@bp.get("/scores.csv")
@require_permission(Action.EXPORT_RESULTS)
def download_scores(seat: Seat) -> ResponseReturnValue:
    """One row a vendor."""
    read = read_matrix(db.session(), seat.evaluation)
    end_reading(db.session())
    return make_download(
        tables.scores_csv(read.results), "text/csv", f"{seat.evaluation.slug}-scores.csv"
    )


@bp.get("/results.json")
@require_permission(Action.EXPORT_RESULTS)
@take_turns
def download_results(seat: Seat) -> ResponseReturnValue:
    """Everything computed, as the documented object."""
    read = read_matrix_for_seat(db.session(), seat)
    names = seat.may(Action.VIEW_REVIEWERS)
    withheld = [vendor.code for vendor in read.withheld]
    facts, adopted, late = load_results_facts(db.session(), seat, withheld)
    end_reading(db.session())
    computed = analyze_results(read.basis, read.results, with_names=names)
    body = results_json.results_object(computed, facts, adopted, late)
    text = "".join(results_json.format_results_json(body))
    return make_download(text, "application/json", f"{seat.evaluation.slug}-results.json")


@bp.get("/marks.csv")
@require_permission(Action.EXPORT_MARKS)
def download_marks(seat: Seat) -> ResponseReturnValue:
    """One row a mark, with its reviewer: for the chair."""
    file = tables.save_marks_csv(iterate_mark_rows(db.session(), seat))
    return make_download(file, "text/csv", f"{seat.evaluation.slug}-marks.csv")
