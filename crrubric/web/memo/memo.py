"""The selection memo: preview and downloads."""

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import catalogue
from crrubric.config import current_settings
from crrubric.domain.actions import Action
from crrubric.domain.documents.tree import Document
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.people.languages import SPOKEN
from crrubric.extensions import db
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.reports.documents.charts import draw_bar_chart
from crrubric.reports.documents.formats import RENDERERS
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import make_download, render_page, take_turns

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def init_app(app: Flask) -> None:
    """Give templates the filter that draws charts."""
    app.jinja_env.filters["draw_bar_chart"] = draw_bar_chart


def memo_of(seat: Seat, language: str) -> Document:
    """The memo as it stands now, in this language."""
    words = catalogue.load_translations(language).gettext
    facts = load_memo_facts(db.session(), seat.evaluation, language, seat.shut_out)
    return compose_memo(facts, words)


def list_memo_languages(seat: Seat) -> list[str]:
    """The languages in which the memo can be had: first that of the evaluation's documents."""
    return list(dict.fromkeys((seat.evaluation.language, *current_settings().LANGUAGES)))


def read_memo_language(seat: Seat) -> str:
    """The language that was asked for, else that of the documents. Raises: NotFound."""
    language = request.args.get("language", seat.evaluation.language)
    if language not in list_memo_languages(seat):
        raise make_not_found()
    return language


def render_memo_file(seat: Seat, ending: str, mimetype: str) -> Response:
    """The memo in one of its formats; a translation says so in its name."""
    folders = Path(str(current_app.template_folder)), Path(str(current_app.static_folder))
    language = read_memo_language(seat)
    other = "" if language == seat.evaluation.language else f"-{language}"
    body = RENDERERS[ending](memo_of(seat, language), *folders)
    return make_download(body, mimetype, f"{seat.evaluation.slug}-memo{other}{ending}")


@bp.get("/")
@require_permission(Action.VIEW_MEMO)
@take_turns
def show_memo(seat: Seat) -> ResponseReturnValue:
    """The memo on a page."""
    language = read_memo_language(seat)
    return render_page(
        "memo/preview.html",
        seat,
        memo=memo_of(seat, language),
        own_language=seat.evaluation.language,
        others=[code for code in list_memo_languages(seat) if code != language],
        spoken={code: _(name) for code, name in SPOKEN.items()},
    )


@bp.get("/memo.docx")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_word(seat: Seat) -> ResponseReturnValue:
    """The memo for Word."""
    return render_memo_file(seat, ".docx", WORD)


@bp.get("/memo.pdf")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_pdf(seat: Seat) -> ResponseReturnValue:
    """The memo as a PDF file."""
    return render_memo_file(seat, ".pdf", "application/pdf")


@bp.get("/memo.html")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_html(seat: Seat) -> ResponseReturnValue:
    """The memo as one HTML file."""
    return render_memo_file(seat, ".html", "text/html; charset=utf-8")
