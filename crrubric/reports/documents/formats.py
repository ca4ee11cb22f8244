"""The formats that a paper can be had in, by file ending."""

from collections.abc import Callable, Mapping
from pathlib import Path

from crrubric.domain.documents.tree import Document


def render_word(document: Document, templates: Path, static: Path) -> bytes:
    """The paper for Word."""
    from crrubric.reports.documents.docx import render_docx  # heavy: only when a file is made

    return render_docx(document, templates=templates)


def render_html(document: Document, templates: Path, static: Path) -> bytes:
    """The paper as a web page."""
    from crrubric.reports.documents.html import render_html_file

    return render_html_file(document, templates=templates, static=static)


def render_print(document: Document, templates: Path, static: Path) -> bytes:
    """The paper as a PDF file."""
    from crrubric.reports.documents.pdf import render_pdf  # heavy, as above

    return render_pdf(document, templates=templates)


def render_text(document: Document, templates: Path, static: Path) -> bytes:
    """The paper as Markdown."""
    from crrubric.reports.documents.markdown import render_markdown

    return render_markdown(document).encode()


RENDERERS: Mapping[str, Callable[[Document, Path, Path], bytes]] = {
    ".docx": render_word,
    ".pdf": render_print,
    ".html": render_html,
    ".md": render_text,
}
