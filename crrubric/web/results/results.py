"""What the ballots say, from the meeting on: matrix, scores, vendors side by side."""

from collections.abc import Collection
from fractions import Fraction

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.results.results import Key, Results, ScoredVendor
from crrubric.domain.results.scoring import SCORE_MEANS
from crrubric.domain.results.views import select_matrix_view
from crrubric.domain.text import sort_key
from crrubric.domain.typed import parse_id
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.queries.ballots.ballots import list_late_changes
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.queries.shared.reading import end_reading
from crrubric.web.results.cell_facts import load_cell_facts
from crrubric.web.results.comparison import (
    choose_vendors,
    describe_first_place,
    find_differing_criteria,
    make_share_address,
    make_vendor_columns,
)
from crrubric.web.results.in_parts import VENDORS_AT_ONCE, list_part_links
from crrubric.web.results.matrix_filter import make_filter_controls
from crrubric.web.results.matrix_rows import MatrixRowSettings, make_row_writer
from crrubric.web.results.matrix_view import (
    choose_display,
    choose_scrolling,
    describe_shown_criteria,
    describe_shown_vendors,
    group_criteria,
    make_title_link,
    make_vendor_link,
    read_matrix_request,
)
from crrubric.web.results.sorting import SortColumn, make_sort_links
from crrubric.web.results.what_if import format_rule
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page
from crrubric.web.shared.words import current_day

bp = Blueprint("results", __name__, url_prefix="/evaluations/<slug>")
HOME = "results.show_matrix"


@bp.get("/matrix")
@require_permission(Action.VIEW_RESULTS)
def show_matrix(seat: Seat) -> ResponseReturnValue:
    """Vendors by criteria: outcome and counts of every cell; one cell beside them, if asked for."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    asked = read_matrix_request(read, request.args)
    experts = find_visible_dissent(seat, read)
    view = select_matrix_view(read.results, asked.wanted, experts)
    display = choose_display(asked, view)
    cell = parse_cell_key(request.args.get("cell", ""))
    facts = load_cell_facts(seat, read, *cell) if cell else None
    rows = MatrixRowSettings(
        results=read.results,
        vendors=read.picked(vendor.code for vendor in view.vendors),
        begin=asked.cells(),
        between="-",
        end="#panel",
        experts=experts,
        away=seat.shut_out,
        display=display,
        current=cell,
    )
    return render_page(
        "results/matrix.html",
        seat,
        matrix=read,
        results=read.results,
        asked=asked,
        view=view,
        display=display.value,
        scrolling=choose_scrolling(view, display),
        title_link=make_title_link(asked),
        vendor_links=[make_vendor_link(asked, code, vendor.id) for code, vendor in rows.vendors],
        groups=group_criteria(read, asked, view),
        write=make_row_writer(rows),
        shown=[describe_shown_criteria(read, asked, view), describe_shown_vendors(read, view)],
        controls=make_filter_controls(read, asked),
        links=list_part_links(
            url_for("results.show_matrix", slug=seat.evaluation.slug),
            len(asked.wanted.vendors or read.results.vendors),
            asked.wanted.begin,
            VENDORS_AT_ONCE,
        ),
        facts=facts,
        answers=list(Answer),
        late=list_late_changes(db.session(), seat.evaluation, seat.shut_out),
        today=current_day(),
        rule=format_rule(read.results.rule),
    )


def find_visible_dissent(seat: Seat, read: Matrix) -> dict[Key, tuple[str, ...]]:
    """Who speaks for a field and says otherwise, by cell; not of vendors one stays away from."""
    return {
        key: who
        for key, who in read.opposing_experts.items()
        if read.vendors[key[0]].id not in seat.shut_out
    }


def parse_cell_key(text: str) -> tuple[int, int] | None:
    """The ids of vendor and criterion in “3-7”; None for nothing. Raises: NotFound."""
    if not text:
        return None
    first, _dash, second = text.partition("-")
    vendor, criterion = parse_id(first), parse_id(second)
    if vendor is None or criterion is None:
        raise make_not_found()
    return vendor, criterion


@bp.get("/scores")
@require_permission(Action.VIEW_RESULTS)
def show_scores(seat: Seat) -> ResponseReturnValue:
    """Scores with gates, coverage and range; the ranking; how far ballots agree."""
    from crrubric.reports.results import (
        cost_figures,  # plotly is heavy, and only needed here
        figures,  # plotly is heavy, and only needed here
    )

    read = read_matrix(db.session(), seat.evaluation, current_language())
    costs = {code: vendor.price.cost.span for code, vendor in read.vendors.items()}
    end_reading(db.session())
    derive = read.computed.derive
    drawn = (
        derive("chart of scores", lambda: figures.score_figure(read.results, _)),
        cost_figures.cost_figure(read.results, costs, _),
        derive("chart of answers", lambda: figures.answers_figure(read.results, _)),
    )
    charts = [chart for chart in drawn if chart is not None]
    columns = make_score_columns(read.results)
    by = request.args.get("by", "")
    if by and by not in columns:
        raise make_not_found()
    vendors = read.results.ranking()

    def address(column: str) -> str:
        return url_for("results.show_scores", slug=seat.evaluation.slug, by=column or None)

    return render_page(
        "results/scores.html",
        seat,
        vendors=columns[by].sort(vendors) if by else vendors,
        chosen=by,
        links=make_sort_links(columns, by, address, _("By rank")),
        matrix=read,
        results=read.results,
        meaning=_(SCORE_MEANS[read.results.mode]),
        charts=charts,
    )


def make_score_columns(results: Results) -> dict[str, SortColumn[ScoredVendor]]:
    """What the table of scores can be sorted by; it begins in the order of the ranks."""
    scores = results.scores

    def share_met(vendor: ScoredVendor) -> Fraction | None:
        score = scores[vendor.code]
        return Fraction(score.met, score.applicable) if score.applicable else None

    return {
        "name": SortColumn(lambda row: sort_key(row.name), falling=False),
        "score": SortColumn(lambda row: scores[row.code].value),
        "met": SortColumn(share_met),
        "settled": SortColumn(lambda row: scores[row.code].coverage),
    }


@bp.get("/compare")
@require_permission(Action.VIEW_RESULTS)
def show_comparison(seat: Seat) -> ResponseReturnValue:
    """Two to five vendors side by side."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    chosen = choose_vendors(read, request.args.getlist("vendor"))
    enough = limits.COMPARE_MIN <= len(chosen) <= limits.COMPARE_MAX
    experts = find_visible_dissent(seat, read)
    only_differences = request.args.get("only") == "differences"
    return render_page(
        "results/compare.html",
        seat,
        matrix=read,
        results=read.results,
        chosen=chosen,
        enough=enough,
        least=limits.COMPARE_MIN,
        most=limits.COMPARE_MAX,
        only_differences=only_differences,
        differing=find_differing_criteria(read.results, chosen),
        columns=make_vendor_columns(seat, read, chosen, experts) if enough else [],
        steady=describe_first_place(read) if enough else "",
        share=make_share_address(seat, read, chosen, only_differences=only_differences),
        write=make_row_writer(make_comparison_rows(seat, read, chosen, experts)),
        today=current_day(),
        rule=format_rule(read.results.rule),
    )


def make_comparison_rows(
    seat: Seat, read: Matrix, chosen: list[str], experts: Collection[Key]
) -> MatrixRowSettings:
    """The cells of the vendors side by side; each leads to its page."""
    pattern = url_for("cell.show_cell", slug=seat.evaluation.slug, vendor_id=0, criterion_id=0)
    begin = pattern.removesuffix("0/0")
    return MatrixRowSettings(
        results=read.results,
        vendors=read.picked(chosen),
        begin=begin,
        between="/",
        end="",
        experts=experts,
        away=seat.shut_out,
    )
