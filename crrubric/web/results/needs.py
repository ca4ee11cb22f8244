"""The list of needs: what an evaluation of the curriculum in place has found."""

from collections import defaultdict
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.results.needs import Needs, list_needs
from crrubric.domain.results.results import Key
from crrubric.domain.vocabulary import Answer, Outcome, Standing
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.ballots.ballots import DisclosedMark, iterate_disclosed_marks
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.setup.earlier import has_final_needs
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("needs", __name__, url_prefix="/evaluations/<slug>/needs")
# which notes speak for a finding; of what is unresolved, all but those that say YES
SAYS = {Outcome.NOT_MET: (Answer.NO,), Outcome.UNRESOLVED: (Answer.NO, Answer.CANNOT_TELL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductNeeds:
    """What one product lacks. away: whether the reader stays away from it: then no notes."""

    vendor: Vendor
    needs: Needs
    away: bool


@bp.get("/")
@require_permission(Action.VIEW_RESULTS)
def show_needs(seat: Seat) -> ResponseReturnValue:
    """What is not met, with reasons and notes; only of the curriculum in place."""
    if not seat.evaluation.in_place:
        raise make_not_found()
    read = read_matrix(db.session(), seat.evaluation, current_language())
    return render_page(
        "results/needs.html",
        seat,
        matrix=read,
        products=[
            ProductNeeds(
                vendor=row, needs=list_needs(read.results, code), away=row.id in seat.shut_out
            )
            for code, row in read.vendors.items()
        ],
        notes=collect_need_notes(seat, read),
        may_start=has_final_needs(seat.evaluation)
        and current_actor().standing is not Standing.MEMBER,
    )


def collect_need_notes(seat: Seat, read: Matrix) -> dict[Key, list[DisclosedMark]]:
    """By cell that is not met or unresolved: the marks with a note that say why, in one query."""
    found: dict[Key, list[DisclosedMark]] = defaultdict(list)
    for row in iterate_disclosed_marks(
        db.session(), seat.evaluation, noted=True, away=seat.shut_out
    ):
        key = (row.vendor, row.criterion)
        if row.mark.answer in SAYS.get(read.results.cell(*key).finding, ()):
            found[key].append(row)
    return found
