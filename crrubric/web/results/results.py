"""What the ballots say, from the meeting on: matrix, scores, vendors side by side."""

from collections.abc import Collection

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.meeting.agenda import experts_against
from crrubric.domain.results.results import Key
from crrubric.domain.results.views import view_of
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.web.results.cell_facts import cell_facts
from crrubric.web.results.comparison import (
    chosen_vendors,
    columns,
    differing,
    share_address,
    steady,
)
from crrubric.web.results.matrix_filter import controls
from crrubric.web.results.matrix_rows import Rows, row_writer
from crrubric.web.results.matrix_view import (
    asked_for,
    groups,
    is_dense,
    shown_words,
    vendors_words,
)
from crrubric.web.results.what_if import rule_words
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page
from crrubric.web.shared.words import today, total

bp = Blueprint("results", __name__, url_prefix="/evaluations/<slug>")
HOME = "results.matrix"


@bp.get("/matrix")
@in_evaluation(Action.VIEW_RESULTS)
def matrix(seat: Seat) -> ResponseReturnValue:
    """Vendors by criteria: outcome and counts of every cell; one cell beside them, if asked for."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    asked = asked_for(read, request.args)
    experts = experts_known_to(seat, read)
    view = view_of(read.results, asked.wanted, experts)
    dense = is_dense(asked, view)
    cell = open_cell(request.args.get("cell", ""))
    facts = cell_facts(seat, read, *cell) if cell else None
    rows = Rows(
        read.results,
        read.picked(vendor.code for vendor in view.vendors),
        asked.cells(),
        "-",
        "#panel",
        experts,
        seat.shut_out,
        dense,
        cell,
    )
    return page(
        "results/matrix.html",
        seat,
        matrix=read,
        results=read.results,
        asked=asked,
        view=view,
        dense=dense,
        groups=groups(read, asked, view),
        write=row_writer(rows),
        shown=[shown_words(read, asked, view), vendors_words(read, view)],
        controls=controls(read, asked),
        facts=facts,
        answers=list(Answer),
        today=today(),
        rule=rule_words(read.results.rule),
    )


def experts_known_to(seat: Seat, read: Matrix) -> dict[Key, tuple[str, ...]]:
    """Who speaks for a field and says otherwise, by cell; not of vendors one stays away from."""
    return {
        key: who
        for key, who in experts_against(read.basis, read.results).items()
        if read.vendors[key[0]].id not in seat.shut_out
    }


def open_cell(text: str) -> tuple[int, int] | None:
    """The ids of vendor and criterion in “3-7”; None for nothing. Raises: NotFound."""
    if not text:
        return None
    vendor, _dash, criterion = text.partition("-")
    if not (vendor.isdecimal() and criterion.isdecimal()) or len(text) > 40:
        raise not_found()
    return int(vendor), int(criterion)


@bp.get("/scores")
@in_evaluation(Action.VIEW_RESULTS)
def scores(seat: Seat) -> ResponseReturnValue:
    """Scores with gates, coverage and range; the ranking; how far ballots agree."""
    from crrubric.reports.results import (
        cost_figures,  # plotly is heavy, and only needed here
        figures,  # plotly is heavy, and only needed here
    )

    read = read_matrix(db.session(), seat.evaluation, locale())
    costs = {code: total(vendor) for code, vendor in read.vendors.items()}
    drawn = (
        figures.score_figure(read.results, _),
        cost_figures.cost_figure(read.results, costs, _),
        figures.answers_figure(read.results, _),
    )
    charts = [chart for chart in drawn if chart is not None]
    return page("results/scores.html", seat, matrix=read, results=read.results, charts=charts)


@bp.get("/compare")
@in_evaluation(Action.VIEW_RESULTS)
def compare(seat: Seat) -> ResponseReturnValue:
    """Two to five vendors side by side."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    chosen = chosen_vendors(read, request.args.getlist("vendor"))
    enough = limits.COMPARE_MIN <= len(chosen) <= limits.COMPARE_MAX
    experts = experts_known_to(seat, read)
    only_differences = request.args.get("only") == "differences"
    return page(
        "results/compare.html",
        seat,
        matrix=read,
        results=read.results,
        chosen=chosen,
        enough=enough,
        least=limits.COMPARE_MIN,
        most=limits.COMPARE_MAX,
        only_differences=only_differences,
        differing=differing(read.results, chosen),
        columns=columns(seat, read, chosen, experts) if enough else [],
        steady=steady(read) if enough else "",
        share=share_address(seat, read, chosen, only_differences=only_differences),
        write=row_writer(beside_rows(seat, read, chosen, experts)),
        today=today(),
        rule=rule_words(read.results.rule),
    )


def beside_rows(seat: Seat, read: Matrix, chosen: list[str], experts: Collection[Key]) -> Rows:
    """The cells of the vendors side by side; each leads to its page."""
    pattern = url_for("cell.show", slug=seat.evaluation.slug, vendor_id=0, criterion_id=0)
    begin = pattern.removesuffix("0/0")
    return Rows(read.results, read.picked(chosen), begin, "/", "", experts, seat.shut_out)
