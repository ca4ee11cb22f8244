"""How far the ballots agree: counts first, then coefficients, then where they differ."""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.results.reviewers import cohen_pairs, summarize_reviewers
from crrubric.domain.statistics.intervals import NO_ERROR
from crrubric.domain.statistics.preferences import kendall_tau_b
from crrubric.domain.statistics.reliability import (
    AgreementGroup,
    sort_by_disagreement,
)
from crrubric.domain.text import sort_key
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.results.matrices import read_matrix_for_seat
from crrubric.queries.shared.reading import end_reading
from crrubric.web.results.sorting import SortColumn, make_sort_links
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page, take_turns

bp = Blueprint("agreement", __name__, url_prefix="/evaluations/<slug>")
RUBRIC = "rubric"
COLUMNS: dict[str, SortColumn[AgreementGroup]] = {
    "disagreement": SortColumn(lambda row: row.disagreement),
    "name": SortColumn(lambda row: sort_key(row.name), falling=False),
    "unanimous": SortColumn(lambda row: row.agreement.unanimous_share),
    "yes": SortColumn(lambda row: row.agreement.yes_of_marks),
    # no coefficient is shown of few items
    "alpha": SortColumn(lambda row: None if row.small else row.agreement.alpha),
    "ac1": SortColumn(lambda row: None if row.small else row.agreement.ac1),
}
SORTS = (*COLUMNS, RUBRIC)
PAIRS_OF = 12  # reviewers whose pairs fit a page: 66; of more they are in the JSON
DRAWN = ("cells", "vendors")


@bp.get("/agreement")
@require_permission(Action.VIEW_RESULTS)
@take_turns
def show_agreement(seat: Seat) -> ResponseReturnValue:
    """Coefficients side by side with intervals; criteria and vendors by disagreement."""
    from crrubric.reports.results.robustness_figures import disagreement_figure  # draws: heavy

    sort, drawn = request.args.get("sort", SORTS[0]), request.args.get("drawn", DRAWN[0])
    if sort not in SORTS or drawn not in DRAWN:
        raise make_not_found()
    read = read_matrix_for_seat(db.session(), seat, current_language())
    end_reading(db.session())
    counts, found = read.counts, read.reliability
    ordered = COLUMNS[sort].sort if sort in COLUMNS else list

    def address(column: str) -> str:
        return url_for(
            "agreement.show_agreement",
            slug=seat.evaluation.slug,
            sort=column or RUBRIC,
            drawn=drawn,
            _anchor="parts",
        )

    stakeholders = [replace(group, name=_(group.name)) for group in found.stakeholders]
    beside = seat.may(Action.VIEW_REVIEWERS)
    few = len(read.basis.ballots.reviewers) <= PAIRS_OF
    return render_page(
        "results/agreement.html",
        seat,
        found=found,
        withheld=read.withheld,
        whole=found.whole,
        unresolved=len(read.results.unresolved()),
        sort=sort,
        links=make_sort_links(COLUMNS, sort, address, _("Back to the order of the rubric")),
        drawn=drawn,
        interval=found.cells_drawn() if drawn == DRAWN[0] else found.vendors_drawn(),
        groups=(
            (_("Criteria"), _("Criterion"), ordered(found.criteria)),
            (_("Vendors"), _("Vendor"), ordered(found.vendors)),
            (_("Sections"), _("Section"), ordered(found.sections)),
            (_("Reviewers who represent the same group"), _("Stakeholder"), stakeholders),
        ),
        chart=read.computed.derive(
            "chart of agreement",
            lambda: disagreement_figure(sort_by_disagreement(found.criteria), _),
        ),
        portraits=summarize_reviewers(read.basis.ballots, counts) if beside else (),
        kendall=kendall_tau_b(read.basis.ballots, read.basis.criteria) if beside and few else {},
        cohen=cohen_pairs(read.basis.ballots) if beside and few else {},
        few=few,
        no_error=NO_ERROR,
    )
