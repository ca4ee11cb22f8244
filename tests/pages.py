"""Reading pages in tests: every HTML answer is parsed strictly."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import html5lib


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
    """The text of an answer; of a Word file, that of all its parts."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with ZipFile(BytesIO(body)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
