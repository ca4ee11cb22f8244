"""The minutes to download: PDF and Word."""

from flask import Blueprint, Response

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.meeting.minutes_paper import compose_minutes
from crrubric.extensions import db
from crrubric.queries.meeting.minutes_papers import load_minutes_paper
from crrubric.queries.people.access import Seat
from crrubric.web.memo.papers import read_paper_language, send_paper
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import take_turns
from crrubric.web.shared.words import current_day

bp = Blueprint("minutes_papers", __name__, url_prefix="/evaluations/<slug>/meeting")


@bp.get("/minutes.pdf")
@require_permission(Action.FOLLOW_MEETING)
@take_turns
def download_minutes_pdf(seat: Seat) -> Response:
    """The minutes as a PDF file."""
    return send_minutes(seat, ".pdf")


@bp.get("/minutes.docx")
@require_permission(Action.FOLLOW_MEETING)
@take_turns
def download_minutes_word(seat: Seat) -> Response:
    """The minutes for Word."""
    return send_minutes(seat, ".docx")


def send_minutes(seat: Seat, ending: str) -> Response:
    """The minutes, without items of vendors that the person stays away from."""
    language = read_paper_language(seat)
    facts = load_minutes_paper(
        db.session(), seat.evaluation, language, on=current_day(), shut_out=seat.shut_out
    )
    paper = compose_minutes(facts, catalogue.load_translations(language).gettext)
    return send_paper(seat, paper, "minutes", ending)
