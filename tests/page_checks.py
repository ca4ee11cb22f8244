"""What is wrong with a page for people who don't see it, as far as its HTML tells."""

import re
from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

from tests.pages import Page, words

FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}
REFERENCES = {"aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
SPEAKING = {"status", "alert", "log"}
VERSIONS = {"version", "shown", "to"}  # what a form says of the state that it was made of
IN_A_LINE = {"a", "b", "bdi", "code", "em", "small", "span", "strong"}
ENDS_A_WORD = re.compile(r"[\w.,:;!?)”]\Z")
TABS = {"0", "-1"}  # any other place takes the focus out of the order of reading


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
    ids = Counter(name for node in page.nodes if (name := node.get("id")))
    problems += [f"id {name} twice" for name, count in ids.items() if count > 1]
    problems += unlabelled(page, set(ids))
    for table in page.all("table"):
        if table.find("caption") is None:
            problems.append("a table without a caption")
        problems += ["a th without scope" for th in table.iter("th") if not th.get("scope")]
    problems += lost_references(page, set(ids))
    problems += [*skipped_headings(page), *unnamed(page), *regions(page), *inline(page)]
    problems += [*glued_links(page), *preselected(page)]
    return problems


def lost_references(page: Page, ids: set[str | None]) -> list[str]:
    """References to an element that is not there."""
    problems = [
        f"{name}={node.get(name)} points nowhere"
        for node in page.nodes
        for name in node.attrib.keys() & REFERENCES
        if set(node.attrib[name].split()) - ids
    ]
    return problems + [
        f"a link to {node.get('href')}, which is not there"
        for node in page.all("a")
        if (node.get("href") or "").startswith("#") and (node.get("href") or "")[1:] not in ids
    ]


def skipped_headings(page: Page) -> list[str]:
    """Headings that lie deeper than the one before them allows."""
    levels = [(int(node.tag[1]), words(node)) for node in page.nodes if node.tag in HEADINGS]
    return [
        f"h{level} “{text}” after h{before}"
        for (before, _), (level, text) in pairwise(levels)
        if level > before + 1
    ]


def unnamed(page: Page) -> list[str]:
    """What can be followed or pushed and says nothing."""
    return [
        f"{node.tag} without a name"
        for tag in ("a", "button", "summary", "legend")
        for node in page.all(tag)
        if not words(node) and not node.get("aria-label") and not node.get("aria-labelledby")
    ]


def regions(page: Page) -> list[str]:
    """Faults of landmarks and of regions that speak."""
    problems = [] if len(page.all("main")) == 1 else ["not one main"]
    names = [node.get("aria-label") or node.get("aria-labelledby") for node in page.all("nav")]
    problems += [f"nav {name}: no name of its own" for name in names if names.count(name) > 1]
    problems += ["a nav without a name" for name in names if not name]
    speaking = [node for node in page.nodes if node.get("role") in SPEAKING]
    problems += [
        f"a region that speaks inside another: {words(inner)}"
        for node in speaking
        for inner in node.iter()
        if inner is not node and inner.get("role") in SPEAKING
    ]
    return problems


def inline(page: Page) -> list[str]:
    """What the content policy would refuse, or what takes the focus out of its order."""
    return [
        f"{name} on {node.tag}"
        for node in page.nodes
        for name in node.attrib
        if name == "style"
        or name.startswith("on")
        or (name == "tabindex" and node.get(name) not in TABS)
    ] + ["a script in the page" for node in page.all("script") if runs(node)]


def glued_links(page: Page) -> list[str]:
    """Links that begin where a word before them ends, without a space: read as one word.

    Buttons are told apart by their borders.
    """
    problems = []
    for parent in page.nodes:
        before = parent.text or ""
        for child in parent:
            button = "btn" in (child.get("class") or "").split()
            if child.tag == "a" and not button and ENDS_A_WORD.search(before):
                problems.append(f"the link “{words(child)}” is glued to “{before[-20:]}”")
            before = child.tail or (words(child) if child.tag in IN_A_LINE else "")
    return problems


def runs(script: ElementTree.Element) -> bool:
    """Whether a script element holds code."""
    return bool(script.text) and script.get("type") in {None, "module", "text/javascript"}


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


def preselected(page: Page) -> list[str]:
    """Lists of which a browser would send the first choice although nobody has said anything."""
    problems = []
    for form in page.all("form"):
        for node in form.iter("select") if form.get("method", "").lower() == "post" else ():
            options = list(node.iter("option"))
            said = any(option.get("selected") is not None for option in options)
            if len(options) > 1 and not said and options[0].get("value") != "":
                first = words(options[0])
                problems.append(
                    f"select {node.get('name')} begins with {first}, which nobody chose"
                )
    return problems


# Forms that begin with something filled in and change nothing that is there, by their address: why
BEGUN = {
    r"/sign-in$": "an address to sign in with",
    r"/accounts/new$": "a new account, with the role that may do least",
    r"/committee/$": "an invitation, with the role that most people have",
    r"/evaluations/new$": "a new evaluation, from the earlier one that the link named",
    r"/plan/triage/$": "one learner to try, of whom nothing is stored",
    r"/several$": "lines of a table that was just pasted; what is there already is refused",
    r"/vendors/\d+/files$": "a new file, with the tick that was sent before the session ended",
    r"/archive/$": "which archive is made, in the language of the documents at first",
    r"/rubric/sections/\d+/new$": "a new criterion, whose weight is 1 if nobody says another",
}


def check_versions(page: Page, path: str) -> list[str]:
    """Forms that begin with what is stored and don't say which version of it they show."""
    problems = []
    for form in page.all("form"):
        action = (form.get("action") or path).partition("?")[0]
        if form.get("method", "").lower() != "post" or any(re.search(x, action) for x in BEGUN):
            continue
        hidden = [node for node in form.iter("input") if node.get("type") == "hidden"]
        names = {node.get("name") for node in hidden if node.get("value")}
        said = [name for node in hidden if (name := node.get("name")) in VERSIONS]
        if len(said) > len(set(said)):  # the server reads the first
            problems.append(f"a form to {action} says twice which state it is of: {said}")
        begun = [name for name in map(begun_control, form.iter()) if name]
        if begun and not names & VERSIONS:
            problems.append(f"a form to {action} begins with {begun[0]} and has no version")
    return problems


def begun_control(node: ElementTree.Element) -> str:
    """The name of a control in which something stands already; empty for any other element."""
    kind = node.get("type") or "text"
    if node.tag == "textarea":
        filled = bool(words(node))
    elif node.tag == "option":
        filled = node.get("selected") is not None and bool(node.get("value"))
    elif node.tag != "input" or kind in UNLABELLED:
        filled = False
    elif kind in {"radio", "checkbox"}:
        filled = node.get("checked") is not None
    else:
        filled = bool(node.get("value"))
    return (node.get("name") or node.tag) if filled else ""
