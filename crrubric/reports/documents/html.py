"""The paper as one HTML file that needs nothing else: it prints well and opens anywhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from crrubric.domain.documents.tree import Document
from crrubric.domain.text import replace_control_characters
from crrubric.reports.documents.charts import draw_bar_chart

SHEETS = ("base", "parts", "pages", "document", "print")


def render_html_file(paper: Document, *, templates: Path, static: Path) -> bytes:
    """The paper as UTF-8 HTML. Args: templates, static: the folders that the site is made from."""
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["draw_bar_chart"] = draw_bar_chart
    css = "\n".join((static / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)
    text = environment.get_template("documents/standalone.html").render(paper=paper, css=css)
    return replace_control_characters(text.lstrip()).encode("utf-8")
