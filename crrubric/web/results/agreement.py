"""How far the ballots agree: counts first, then coefficients, then where they differ."""

from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.results.reviewers import cohen_pairs, portraits
from crrubric.domain.statistics.intervals import NO_ERROR
from crrubric.domain.statistics.preferences import kendall_tau_b
from crrubric.domain.statistics.reliability import by_disagreement, reliability_of
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page

bp = Blueprint("agreement", __name__, url_prefix="/evaluations/<slug>")
SORTS = ("disagreement", "rubric")
PAIRS_OF = 12  # reviewers whose pairs fit a page: 66; of more they are in the JSON
DRAWN = ("cells", "vendors")


@bp.get("/agreement")
@in_evaluation(Action.VIEW_RESULTS)
def index(seat: Seat) -> ResponseReturnValue:
    """Coefficients side by side with intervals; criteria and vendors by disagreement."""
    from crrubric.reports.results.robustness_figures import disagreement_figure  # draws: heavy

    sort, drawn = request.args.get("sort", SORTS[0]), request.args.get("drawn", DRAWN[0])
    if sort not in SORTS or drawn not in DRAWN:
        raise not_found()
    read = read_matrix(db.session(), seat.evaluation, locale())
    counts = read.basis.ballots.counts()
    found = reliability_of(read.basis, counts)
    ordered = by_disagreement if sort == SORTS[0] else list
    stakeholders = [replace(group, name=_(group.name)) for group in found.stakeholders]
    beside = seat.may(Action.VIEW_REVIEWERS)
    few = len(read.basis.ballots.reviewers) <= PAIRS_OF
    return page(
        "results/agreement.html",
        seat,
        found=found,
        whole=found.whole,
        sort=sort,
        drawn=drawn,
        interval=found.cells_drawn() if drawn == DRAWN[0] else found.vendors_drawn(),
        groups=(
            (_("Criteria"), _("Criterion"), ordered(found.criteria)),
            (_("Vendors"), _("Vendor"), ordered(found.vendors)),
            (_("Sections"), _("Section"), ordered(found.sections)),
            (_("Who speaks for the same people"), _("Stakeholder"), stakeholders),
        ),
        chart=disagreement_figure(by_disagreement(found.criteria), _),
        portraits=portraits(read.basis.ballots, counts) if beside else (),
        kendall=kendall_tau_b(read.basis.ballots, read.basis.criteria) if beside and few else {},
        cohen=cohen_pairs(read.basis.ballots) if beside and few else {},
        few=few,
        no_error=NO_ERROR,
    )
