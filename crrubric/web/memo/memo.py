"""The selection memo: preview and downloads."""

from dataclasses import replace
from hashlib import sha256

from flask import Blueprint, Flask, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.documents.tree import Document
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.issuing.issues import ENDINGS
from crrubric.domain.memo.issuing.stamps import make_issued_facts
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.people.languages import SPOKEN
from crrubric.extensions import db
from crrubric.queries.memo.issues import list_memo_issues
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat
from crrubric.queries.people.district import load_logo
from crrubric.reports.documents.charts import draw_bar_chart
from crrubric.reports.documents.formats import RENDERERS
from crrubric.web.memo.papers import (
    add_logo,
    list_layout_folders,
    list_paper_languages,
    read_paper_language,
    send_paper,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import render_page, take_turns

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")


def init_app(app: Flask) -> None:
    """Give templates the filters: charts, and what a text of the memo is called."""
    app.jinja_env.filters["draw_bar_chart"] = draw_bar_chart
    app.jinja_env.filters["text_name"] = _


def memo_of(seat: Seat, language: str) -> Document:
    """The memo as it stands now, in this language."""
    return compose_in_language(load_facts_for_seat(seat, language))


def load_facts_for_seat(seat: Seat, language: str) -> MemoFacts:
    """What the memo says now to whoever has this seat."""
    reader = seat.actor.user_id
    return load_memo_facts(db.session(), seat.evaluation, language, seat.shut_out, reader=reader)


def compose_in_language(facts: MemoFacts) -> Document:
    """The memo of these facts, in their language."""
    return compose_memo(facts, catalogue.load_translations(facts.language).gettext)


def equals_issue(facts: MemoFacts) -> bool | None:
    """Whether the memo would say the same as the issue that stands, if it were issued anew: byte
    by byte, as a web page. None: there is none, or it is in another language."""
    again = make_issued_facts(facts)
    if again is None or facts.latest_issue is None:
        return None
    logo = load_logo(db.session(), facts.latest_issue.logo)
    paper = replace(compose_in_language(again), logo=logo)
    body = RENDERERS[".html"](paper, *list_layout_folders())
    return sha256(body).hexdigest() == facts.latest_issue.digest


def send_memo(seat: Seat, ending: str) -> Response:
    """The memo as a file."""
    return send_paper(seat, memo_of(seat, read_paper_language(seat)), "memo", ending)


@bp.get("/")
@require_permission(Action.VIEW_MEMO)
@take_turns
def show_memo(seat: Seat) -> ResponseReturnValue:
    """The memo on a page."""
    language = read_paper_language(seat)
    issues = list_memo_issues(db.session(), seat.evaluation)
    facts = load_facts_for_seat(seat, language)
    return render_page(
        "memo/preview.html",
        seat,
        memo=add_logo(compose_in_language(facts)),
        final=facts.final,
        issues=issues,
        latest=facts.latest_issue,
        same=equals_issue(facts),
        endings=ENDINGS,
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


@bp.get("/memo.md")
@require_permission(Action.VIEW_MEMO)
@take_turns
def download_memo_markdown(seat: Seat) -> ResponseReturnValue:
    """The memo as Markdown."""
    return send_memo(seat, ".md")
