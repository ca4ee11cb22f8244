"""The selection memo: preview and downloads."""

from pathlib import Path

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.memo.sections import compose
from crrubric.domain.memo.tree import Memo
from crrubric.extensions import db
from crrubric.queries.memo.memos import memo_facts
from crrubric.queries.people.access import Seat
from crrubric.reports.memo.memos import RENDERERS
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.page import download, page

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def memo_of(seat: Seat) -> Memo:
    """The memo as it stands now, in the language of the evaluation's documents."""
    language = seat.evaluation.language
    words = catalogue.translations(language).gettext
    return compose(memo_facts(db.session(), seat.evaluation, language), words)


def rendered(seat: Seat, ending: str) -> bytes:
    """The memo in one of its formats."""
    folders = Path(str(current_app.template_folder)), Path(str(current_app.static_folder))
    return RENDERERS[ending](memo_of(seat), *folders)


@bp.get("/")
@in_evaluation(Action.VIEW_MEMO)
def preview(seat: Seat) -> ResponseReturnValue:
    """The memo on a page."""
    return page("memo/preview.html", seat, memo=memo_of(seat))


@bp.get("/memo.docx")
@in_evaluation(Action.VIEW_MEMO)
def word(seat: Seat) -> ResponseReturnValue:
    """The memo for Word."""
    return download(rendered(seat, ".docx"), WORD, f"{seat.evaluation.slug}-memo.docx")


@bp.get("/memo.html")
@in_evaluation(Action.VIEW_MEMO)
def html(seat: Seat) -> ResponseReturnValue:
    """The memo as one HTML file."""
    return download(
        rendered(seat, ".html"), "text/html; charset=utf-8", f"{seat.evaluation.slug}-memo.html"
    )
