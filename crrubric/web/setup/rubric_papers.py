"""The rubric on paper: to read, and as a blank ballot."""

from flask import Blueprint, Response, request

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.setup.rubric_papers import (
    RubricPaperFacts,
    compose_blank_ballot,
    compose_rubric_paper,
)
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.rubric_papers import load_rubric_paper
from crrubric.web.memo.papers import read_paper_language, send_paper
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import take_turns
from crrubric.web.shared.words import current_day

bp = Blueprint("rubric_papers", __name__, url_prefix="/evaluations/<slug>/rubric")
LARGE = "1"


@bp.get("/rubric.pdf")
@require_permission(Action.VIEW_EVALUATION)
@take_turns
def download_rubric_pdf(seat: Seat) -> Response:
    """The rubric as a PDF file."""
    facts = load_facts(seat)
    paper = compose_rubric_paper(facts, catalogue.load_translations(facts.language).gettext)
    return send_paper(seat, paper, "rubric", ".pdf")


@bp.get("/ballot.pdf")
@require_permission(Action.VIEW_EVALUATION)
@take_turns
def download_blank_ballot(seat: Seat) -> Response:
    """A ballot to fill in by hand, in large type if that is asked for."""
    facts = load_facts(seat)
    large = request.args.get("large") == LARGE
    translate = catalogue.load_translations(facts.language).gettext
    paper = compose_blank_ballot(facts, translate, large_type=large)
    return send_paper(seat, paper, "ballot-large" if large else "ballot", ".pdf")


def load_facts(seat: Seat) -> RubricPaperFacts:
    """The rubric in the language that was asked for. Raises: NotFound for another language."""
    language = read_paper_language(seat)
    return load_rubric_paper(db.session(), seat.evaluation, language, on=current_day())
