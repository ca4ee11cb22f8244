"""What the ballots say, from the meeting on: matrix, scores, vendors side by side."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.results import Results
from crrubric.domain.vocabulary import Action
from crrubric.extensions import db
from crrubric.queries.access import Seat, not_found
from crrubric.queries.matrices import Matrix
from crrubric.queries.matrices import matrix as read_matrix
from crrubric.web.access import in_evaluation
from crrubric.web.language import locale
from crrubric.web.page import page

bp = Blueprint("results", __name__, url_prefix="/evaluations/<slug>")
HOME = "results.matrix"


@bp.get("/matrix")
@in_evaluation(Action.VIEW_RESULTS)
def matrix(seat: Seat) -> ResponseReturnValue:
    """Vendors by criteria: outcome and counts of every cell."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    kept = request.args.get("show", "all")
    filters = {
        "all": (_("All criteria"), None),
        "must": (_("Must-haves"), {c.code for c in read.results.criteria if c.must_have}),
        "unresolved": (_("Unresolved"), {cell.criterion for cell in read.results.unresolved()}),
        "split": (_("Split"), {cell.criterion for cell in read.results.split()}),
    }
    if kept not in filters:
        raise not_found()
    return page(
        "results/matrix.html",
        seat,
        matrix=read,
        results=read.results,
        filters_map=filters,
        kept=kept,
        wanted=filters[kept][1],
    )


@bp.get("/scores")
@in_evaluation(Action.VIEW_RESULTS)
def scores(seat: Seat) -> ResponseReturnValue:
    """Scores with gates, coverage and range; the ranking; how far ballots agree."""
    from crrubric.reports import figures  # draws with plotly: heavy, and only needed here

    read = read_matrix(db.session(), seat.evaluation, locale())
    charts = [figures.score_figure(read.results, _), figures.answers_figure(read.results, _)]
    return page("results/scores.html", seat, matrix=read, results=read.results, charts=charts)


@bp.get("/compare")
@in_evaluation(Action.VIEW_RESULTS)
def compare(seat: Seat) -> ResponseReturnValue:
    """Two to five vendors side by side."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    chosen = [code for code in read.vendors if str(read.vendors[code].id) in picked()]
    if not picked():
        ranked = [vendor.code for vendor in read.results.ranking()]
        chosen = ranked[: limits.COMPARE_MAX] if len(ranked) <= limits.COMPARE_MAX else ranked[:3]
    enough = limits.COMPARE_MIN <= len(chosen) <= limits.COMPARE_MAX
    return page(
        "results/compare.html",
        seat,
        matrix=read,
        results=read.results,
        chosen=chosen,
        enough=enough,
        least=limits.COMPARE_MIN,
        most=limits.COMPARE_MAX,
        only_differences=request.args.get("only") == "differences",
        differing=differing(read.results, chosen),
        totals={code: total_cents(read, code) for code in chosen},
    )


def picked() -> list[str]:
    """The vendor numbers in the address."""
    return request.args.getlist("vendor")


def differing(results: Results, chosen: list[str]) -> set[str]:
    """Codes of the criteria for which the chosen vendors have different findings."""
    return {
        criterion.code
        for criterion in results.criteria
        if len({results.cell(vendor, criterion.code).finding for vendor in chosen}) > 1
    }


def total_cents(read: Matrix, code: str) -> int | None:
    """What a vendor costs over its term; None where the price basis is incomplete."""
    from crrubric.domain.cost import total_cents as total

    vendor = read.vendors[code]
    return total(vendor.unit_price_cents, vendor.quantity, vendor.term_months)
