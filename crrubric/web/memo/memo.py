"""The selection memo: preview and downloads."""

from pathlib import Path

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.memo.tree import Memo
from crrubric.extensions import db
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat
from crrubric.reports.memo.memos import RENDERERS
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import make_download, render_page, take_turns

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def memo_of(seat: Seat) -> Memo:
    """The memo as it stands now, in the language of the evaluation's documents."""
    language = seat.evaluation.language
    words = catalogue.load_translations(language).gettext
    facts = load_memo_facts(db.session(), seat.evaluation, language, seat.shut_out)
    return compose_memo(facts, words)


def render_memo_file(seat: Seat, ending: str) -> bytes:
    """The memo in one of its formats."""
    folders = Path(str(current_app.template_folder)), Path(str(current_app.static_folder))
    return RENDERERS[ending](memo_of(seat), *folders)


@bp.get("/")
@require_permission(Action.VIEW_MEMO)
@take_turns
def show_memo(seat: Seat) -> ResponseReturnValue:
    """The memo on a page."""
    return render_page("memo/preview.html", seat, memo=memo_of(seat))


@bp.get("/memo.docx")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_word(seat: Seat) -> ResponseReturnValue:
    """The memo for Word."""
    return make_download(render_memo_file(seat, ".docx"), WORD, f"{seat.evaluation.slug}-memo.docx")


@bp.get("/memo.html")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_html(seat: Seat) -> ResponseReturnValue:
    """The memo as one HTML file."""
    return make_download(
        render_memo_file(seat, ".html"),
        "text/html; charset=utf-8",
        f"{seat.evaluation.slug}-memo.html",
    )
