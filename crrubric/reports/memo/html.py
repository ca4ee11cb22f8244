"""The memo as one HTML file that needs nothing else: it prints well and opens anywhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from crrubric.domain.memo.tree import Memo
from crrubric.domain.text import replace_control_characters

SHEETS = ("base", "parts", "pages", "print")


def render_memo_html(memo: Memo, *, templates: Path, static: Path) -> bytes:
    """The memo as UTF-8 HTML. Args: templates, static: the folders that the site is made from."""
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    css = "\n".join((static / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)
    text = environment.get_template("memo/standalone.html").render(memo=memo, css=css)
    return replace_control_characters(text.lstrip()).encode("utf-8")
