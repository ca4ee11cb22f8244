"""Sending papers: in which language, as which kind of file, under which name."""

from pathlib import Path

from flask import Response, current_app, request

from crrubric.config import current_settings
from crrubric.domain.documents.tree import Document
from crrubric.queries.people.access import Seat, make_not_found
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


def send_paper(seat: Seat, paper: Document, name: str, ending: str) -> Response:
    """The paper as a file; a translation says so in its name."""
    other = "" if paper.language == seat.evaluation.language else f"-{paper.language}"
    body = RENDERERS[ending](paper, *list_layout_folders())
    return make_download(body, MIME_TYPES[ending], f"{seat.evaluation.slug}-{name}{other}{ending}")
