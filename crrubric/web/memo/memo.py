"""The selection memo: preview and downloads."""

from flask import Blueprint, Flask, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.documents.tree import Document
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.people.languages import SPOKEN
from crrubric.extensions import db
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat
from crrubric.reports.documents.charts import draw_bar_chart
from crrubric.web.memo.papers import list_paper_languages, read_paper_language, send_paper
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import render_page, take_turns

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")


def init_app(app: Flask) -> None:
    """Give templates the filter that draws charts."""
    app.jinja_env.filters["draw_bar_chart"] = draw_bar_chart


def memo_of(seat: Seat, language: str) -> Document:
    """The memo as it stands now, in this language."""
    words = catalogue.load_translations(language).gettext
    facts = load_memo_facts(db.session(), seat.evaluation, language, seat.shut_out)
    return compose_memo(facts, words)


def send_memo(seat: Seat, ending: str) -> Response:
    """The memo as a file."""
    return send_paper(seat, memo_of(seat, read_paper_language(seat)), "memo", ending)


@bp.get("/")
@require_permission(Action.VIEW_MEMO)
@take_turns
def show_memo(seat: Seat) -> ResponseReturnValue:
    """The memo on a page."""
    language = read_paper_language(seat)
    return render_page(
        "memo/preview.html",
        seat,
        memo=memo_of(seat, language),
        own_language=seat.evaluation.language,
        others=[code for code in list_paper_languages(seat) if code != language],
        spoken={code: _(name) for code, name in SPOKEN.items()},
    )


@bp.get("/memo.docx")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_word(seat: Seat) -> ResponseReturnValue:
    """The memo for Word."""
    return send_memo(seat, ".docx")


@bp.get("/memo.pdf")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_pdf(seat: Seat) -> ResponseReturnValue:
    """The memo as a PDF file."""
    return send_memo(seat, ".pdf")


@bp.get("/memo.html")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_html(seat: Seat) -> ResponseReturnValue:
    """The memo as one HTML file."""
    return send_memo(seat, ".html")
