"""Results as files."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.results.computed import compute
from crrubric.extensions import db
from crrubric.queries.exchange.exports import identity, mark_rows
from crrubric.queries.meeting.decisions import adopted_ranking, recommendation_of
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.reports.exchange import results_json, tables
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.page import download

bp = Blueprint("exports", __name__, url_prefix="/evaluations/<slug>/export")


@bp.get("/tallies.csv")
@in_evaluation(Action.EXPORT_RESULTS)
def tallies(seat: Seat) -> ResponseReturnValue:
    """One row a cell."""
    read = read_matrix(db.session(), seat.evaluation)
    return download(
        tables.results_csv(read.results), "text/csv", f"{seat.evaluation.slug}-tallies.csv"
    )


@bp.get("/scores.csv")
@in_evaluation(Action.EXPORT_RESULTS)
def scores(seat: Seat) -> ResponseReturnValue:
    """One row a vendor."""
    read = read_matrix(db.session(), seat.evaluation)
    return download(
        tables.scores_csv(read.results), "text/csv", f"{seat.evaluation.slug}-scores.csv"
    )


@bp.get("/results.json")
@in_evaluation(Action.EXPORT_RESULTS)
def results(seat: Seat) -> ResponseReturnValue:
    """Everything computed, as the documented object."""
    read = read_matrix(db.session(), seat.evaluation)
    computed = compute(read.basis, read.results, with_names=seat.may(Action.VIEW_REVIEWERS))
    adopted = adopted_ranking(db.session(), recommendation_of(db.session(), seat.evaluation.id))
    body = results_json.results_object(computed, identity(seat.evaluation), adopted)
    text = "".join(results_json.as_lines(body))
    return download(text, "application/json", f"{seat.evaluation.slug}-results.json")


@bp.get("/marks.csv")
@in_evaluation(Action.EXPORT_MARKS)
def marks(seat: Seat) -> ResponseReturnValue:
    """One row a mark, with its reviewer: for the chair."""
    rows = mark_rows(db.session(), seat)
    return download(tables.marks_csv(rows), "text/csv", f"{seat.evaluation.slug}-marks.csv")
