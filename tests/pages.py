"""Reading pages in tests: every HTML answer is parsed strictly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import html5lib
from markupever import HtmlOptions, Parser
from pypdf import PdfReader

OPTIONS = HtmlOptions(exact_errors=True)
XHTML = "{http://www.w3.org/1999/xhtml}"
# The parser takes what stands for browsers without scripts as one text; under another name it
# reads it as such a browser would.
NOSCRIPT = re.compile(r"(?<=<)noscript(?=>)|(?<=</)noscript(?=>)")
RENAMED = "no-script"


@dataclass(frozen=True)
class Page:
    """A parsed page."""

    status: int
    root: ElementTree.Element
    text: str

    @cached_property
    def nodes(self) -> list[ElementTree.Element]:
        """Every element, in the order of the page."""
        return list(self.root.iter())

    @cached_property
    def by_tag(self) -> dict[str, list[ElementTree.Element]]:
        """Every element by its tag: the checks of a page ask for many."""
        found: dict[str, list[ElementTree.Element]] = {}
        for node in self.nodes:
            found.setdefault(node.tag, []).append(node)
        return found

    def all(self, tag: str) -> list[ElementTree.Element]:
        return self.by_tag.get(tag, [])

    def with_id(self, name: str) -> ElementTree.Element:
        return next(node for node in self.nodes if node.get("id") == name)

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
    parser = Parser(OPTIONS).process(NOSCRIPT.sub(RENAMED, html)).finish()
    if errors := parser.errors():
        raise ValueError(f"the page is no sound HTML: {errors}")
    try:
        root = ElementTree.fromstring(parser.into_dom().serialize_bytes(is_html=False))
    except ElementTree.ParseError:  # a value that XML can't hold, such as "<": five times as slow
        return Page(status, parse_slowly(html), html)
    for node in root.iter():
        tag = node.tag.removeprefix(XHTML)
        node.tag = tag if tag != RENAMED else "noscript"
    return Page(status, root, html)


def parse_slowly(html: str) -> ElementTree.Element:
    """The root of a page, by a parser that reads what XML can't hold as well."""
    tree = html5lib.getTreeBuilder("etree")
    root = html5lib.HTMLParser(tree=tree, strict=True, namespaceHTMLElements=False).parse(html)
    assert isinstance(root, ElementTree.Element)
    return root


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
