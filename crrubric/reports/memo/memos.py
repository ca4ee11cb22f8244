"""The formats that a memo can be had in, by file ending."""

from collections.abc import Callable, Mapping
from pathlib import Path

from crrubric.domain.memo.tree import Memo


def render_word(memo: Memo, templates: Path, static: Path) -> bytes:
    """The memo for Word."""
    from crrubric.reports.memo.docx import render_memo_docx  # heavy: only when a document is made

    return render_memo_docx(memo)


def render_html(memo: Memo, templates: Path, static: Path) -> bytes:
    """The memo as a web page."""
    from crrubric.reports.memo.html import render_memo_html

    return render_memo_html(memo, templates=templates, static=static)


RENDERERS: Mapping[str, Callable[[Memo, Path, Path], bytes]] = {
    ".docx": render_word,
    ".html": render_html,
}
