"""Reading pages in tests: every HTML answer is parsed strictly."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import html5lib
from pypdf import PdfReader


@dataclass(frozen=True)
class Page:
    """A parsed page."""

    status: int
    root: ElementTree.Element
    text: str

    def all(self, tag: str) -> list[ElementTree.Element]:
        return list(self.root.iter(tag))

    def with_id(self, name: str) -> ElementTree.Element:
        return next(node for node in self.root.iter() if node.get("id") == name)

    @property
    def heading(self) -> str:
        return words(self.all("h1")[0])


def words(node: ElementTree.Element) -> str:
    """All text inside, with single blanks."""
    return " ".join("".join(node.itertext()).split())


@lru_cache(maxsize=8)
def parse(status: int, html: str) -> Page:
    """Parse a page strictly: a page with unclosed or misnested tags fails the test.

    The last pages are remembered: what checks every answer and the test read the same one.
    """
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    return Page(status, parser.parse(html), html)


def text_of(body: bytes) -> str:
    """The text of an answer; of a Word file, that of all its parts; of a PDF file, of its pages."""
    if body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with ZipFile(BytesIO(body)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def filled_form(page: Page, url: str) -> dict[str, list[str]]:
    """What a browser would send to `url` as the page stands; a form without an action, to its own.

    Tokens are left out: whoever sends the form has them.
    """
    forms = [form for form in page.all("form") if (form.get("action") or url) == url]
    (form,) = [form for form in forms if form.get("method", "").lower() == "post"]
    sent: dict[str, list[str]] = {}
    for name, value in list_values(form):
        if name not in {"csrf_token", "once"}:
            sent.setdefault(name, []).append(value)
    return sent


def list_values(form: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """(name, value) of every control of a form that would be sent."""
    for node in form.iter():
        name, kind = node.get("name") or "", node.get("type") or "text"
        if not name:
            continue
        if node.tag == "textarea":
            yield name, "".join(node.itertext()).removeprefix("\n")
        elif node.tag == "select":
            options = list(node.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            yield from ((name, one.get("value") or "") for one in chosen)
        elif node.tag == "input" and kind in {"radio", "checkbox"}:
            if node.get("checked") is not None:
                yield name, node.get("value") or "on"
        elif node.tag == "input" and kind not in {"submit", "file"}:
            yield name, node.get("value") or ""
