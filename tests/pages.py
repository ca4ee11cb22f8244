"""Reading pages in tests: every HTML answer is parsed strictly and checked for access."""

from dataclasses import dataclass
from xml.etree import ElementTree

import html5lib

FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}


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


def parse(status: int, html: str) -> Page:
    """Parse a page strictly: a page with unclosed or misnested tags fails the test."""
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    return Page(status, parser.parse(html), html)


def check_access(page: Page) -> list[str]:
    """What is wrong with the page for people who don't see it; empty if nothing is."""
    problems = []
    if len(page.all("h1")) != 1:
        problems.append(f"{len(page.all('h1'))} h1 instead of one")
    titles = [words(node) for node in page.all("title") if words(node)]
    if not titles or titles[0].startswith("–"):
        problems.append("no title")
    if not page.all("html")[0].get("lang"):
        problems.append("no language")
    ids = [node.get("id") for node in page.root.iter() if node.get("id")]
    problems += [f"id {name} twice" for name in {i for i in ids if ids.count(i) > 1}]
    problems += unlabelled(page, set(ids))
    for table in page.all("table"):
        if table.find("caption") is None:
            problems.append("a table without a caption")
        problems += ["a th without scope" for th in table.iter("th") if not th.get("scope")]
    problems += [
        f"aria-describedby={node.get('aria-describedby')} points nowhere"
        for node in page.root.iter()
        if set((node.get("aria-describedby") or "").split()) - set(ids)
    ]
    return problems


def unlabelled(page: Page, ids: set[str | None]) -> list[str]:
    """Controls that no label names."""
    labelled = {node.get("for") for node in page.all("label")}
    problems = [f"a label for {name}, which is not there" for name in labelled - ids - {None}]
    for tag in FIELDS:
        for node in page.all(tag):
            if node.get("type") in UNLABELLED or node.get("aria-label"):
                continue
            if node.get("id") not in labelled:
                problems.append(f"{tag} {node.get('name')} without a label")
    return problems
