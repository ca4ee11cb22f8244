"""Sending papers: in which language, as which kind of file, under which name."""

from dataclasses import replace
from pathlib import Path

from flask import Response, current_app, request

from crrubric.config import current_settings
from crrubric.domain.documents.tree import Document
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.people.district import load_present_logo
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.documents.formats import RENDERERS
from crrubric.web.shared.page import make_download

MIME_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".md": "text/markdown",
}


def list_paper_languages(seat: Seat) -> list[str]:
    """The languages in which papers can be had: first that of the evaluation's documents."""
    return list(dict.fromkeys((seat.evaluation.language, *current_settings().LANGUAGES)))


def read_paper_language(seat: Seat) -> str:
    """The language that was asked for, else that of the documents. Raises: NotFound."""
    language = request.args.get("language", seat.evaluation.language)
    if language not in list_paper_languages(seat):
        raise make_not_found()
    return language


def list_layout_folders() -> tuple[Path, Path]:
    """Where templates and style sheets are."""
    return Path(str(current_app.template_folder)), Path(str(current_app.static_folder))


def add_logo(paper: Document) -> Document:
    """The paper with the district’s present logo, if there is one. Ends the reading transaction."""
    logo = load_present_logo(db.session())
    end_reading(db.session())
    return replace(paper, logo=logo)


def send_paper(seat: Seat, paper: Document, name: str, ending: str) -> Response:
    """The paper as a file; a translation says so in its name."""
    other = "" if paper.language == seat.evaluation.language else f"-{paper.language}"
    body = RENDERERS[ending](add_logo(paper), *list_layout_folders())
    return make_download(body, MIME_TYPES[ending], f"{seat.evaluation.slug}-{name}{other}{ending}")
