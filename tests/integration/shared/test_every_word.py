"""Every word on a page can be translated: pages are read in a language that marks what it says."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import resources
from weakref import WeakKeyDictionary
from xml.etree.ElementTree import Element

import pytest
from babel.support import NullTranslations
from flask import Flask
from sqlalchemy import String, Text, select
from werkzeug.test import TestResponse

from crrubric import catalogue
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.domain.policy import is_allowed, phases_of
from crrubric.domain.procurement.rules import TEXTS, load_procurement_rules
from crrubric.domain.setup.rubric import load_practice_vendor
from crrubric.domain.vocabulary import Answer, Phase, Role, Standing
from crrubric.extensions import db
from crrubric.models import Base
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.setup.practice import record_practice_mark, show_spread
from crrubric.web.shared.templates import PageEnvironment
from tests.factories import Factory, Made
from tests.integration.conftest import TOKEN, Visit
from tests.integration.people.test_own_account import ask
from tests.integration.shared.test_access import addresses
from tests.integration.shared.test_blindness import PAGES, TAKEN, WRONG
from tests.pages import Page, parse

SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-progress-text")
UNSEEN = {"script", "style", "svg"}
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# what is the same in every language, or a person's own word
SAME = re.compile(
    rf"crrubric|English|Español|\b(?:{MONTHS}) \d|\b[0-9a-f]{{12,64}}\b|(?:[0-9a-f]{{8}} ?){{8}}|\b[YNTAJKSCO]\b|\bEsc\b|https?://\S+"
    r"|α|\bAC1\b|\bJSON\b|\bCSV\b|\bPDF\b|\bHTML\b|\bMarkdown\b|\bExcel\b|\bWord\b|\bx\b"
)
COMMAND = "crrubric triage roster.csv --output placed.xlsx"
PUBLISHED = resources.files("crrubric.data") / "published.toml"
SHOWN = {"title", "about", "lede", "good", "feeds", "label", "help", "unit", "text"}
FILE = re.compile(r"\.(?:csv|docx|html|json|md|pdf|xlsx|zip)\Z")
LETTER = re.compile(r"[^\W\d_]")


class Pseudo(NullTranslations):
    """Says everything in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        return f"⟦{singular if num == 1 else plural}⟧"

    def pgettext(self, _context: str, message: str) -> str:
        return f"⟦{message}⟧"

    ugettext, ungettext, upgettext = gettext, ngettext, pgettext


@pytest.fixture
def pseudo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    speak_in_brackets(app, monkeypatch)


IN_BRACKETS: WeakKeyDictionary[Flask, dict[str, PageEnvironment]] = WeakKeyDictionary()


def speak_in_brackets(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every text of ours stand in brackets, those that are compiled into templates, too."""
    monkeypatch.setattr(catalogue, "load_translations", lambda _language: Pseudo())
    monkeypatch.setattr(app.jinja_env, "bytecode_cache", None)
    monkeypatch.setattr(app.jinja_env, "by_language", IN_BRACKETS.setdefault(app, {}))


def texts(page: Page) -> Iterator[str]:
    """Every text of a page that somebody reads or hears."""
    for node in page.root.iter():
        if not isinstance(node.tag, str) or node.tag in UNSEEN:
            continue
        if node.tag != "textarea":
            yield from list_runs(node)
        yield from (node.get(name, "") for name in SPOKEN)
        if node.get("type") in {"submit", "button", "reset"} and node.tag == "input":
            yield node.get("value", "")


def list_runs(node: Element) -> Iterator[str]:
    """The texts between the elements within; one goes on where a line may only be broken."""
    run = node.text or ""
    for child in node:
        if child.tag != "wbr":
            yield run
            run = ""
        run += child.tail or ""
    yield run


def strings(value: object) -> Iterator[str]:
    """Every text in a stored value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def typed() -> list[str]:
    """Every text that a person typed: whatever the database holds, the longest first."""
    found = {load_practice_vendor().company, load_practice_vendor().product, "\ufffd", COMMAND}
    found |= set(strings(tomllib.loads(PUBLISHED.read_text("utf-8"))))  # has its own translations
    found |= {text for section in load_workbook_sections() for text in list_texts(section)}
    rules = load_procurement_rules()  # lines, which have their own translations; sources have none
    found |= {getattr(line, name) for line in rules.lines for name in (*TEXTS, "source")}
    found |= {row.source for row in rules.thresholds}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, String | Text) and column.type.python_type is not dict:
                continue
            for value in db.session.scalars(select(column)):
                found |= {line for text in strings(value) for line in [text, *text.splitlines()]}
    return sorted((text for text in found if LETTER.search(text)), key=len, reverse=True)


def list_texts(part: object) -> Iterator[str]:
    """What people read of a section of the workbook, which has its own translations."""
    if isinstance(part, tuple):
        for inner in part:
            yield from [inner] if isinstance(inner, str) else list_texts(inner)
    elif is_dataclass(part):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name in SHOWN and isinstance(value, str):
                yield value
            elif isinstance(value, tuple):
                yield from list_texts(value)


def unmarked(text: str, known: list[str]) -> str:
    """What is left of a text without what was translated, typed or is the same everywhere."""
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    if not LETTER.search(text):  # most texts of a page: there are thousands of typed ones
        return ""
    for own in known:
        if own in text:
            text = re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", " ", text)
    text = SAME.sub(" ", text)
    return " ".join(text.split()) if LETTER.search(text) else ""


def scene(make: Factory, phase: Phase) -> tuple[Made, Actor]:
    """An evaluation in which something happened, as far as its phase allows."""
    made = make.evaluation()
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    if phase is Phase.PRACTICE:
        make.forward(made, Phase.PRACTICE, {})
        for reviewer, answer in zip(made.reviewers, (Answer.YES, Answer.NO), strict=True):
            record_practice_mark(
                reviewer, made.slug, made.criteria[0].id,
                answer=answer, note="a note", seen_version=0,
            )  # fmt: skip
        show_spread(made.chair, made.slug)
    if phase in (Phase.SETUP, Phase.PRACTICE):
        return made, observer
    make.forward(made, Phase.SCORING, {(0, 0): "Y?Y", (1, 0): "NY-", (0, 1): "YNA"})
    record_mark(
        made.reviewers[1], made.slug, made.vendors[1].id, made.criteria[0].id,
        MarkText(answer=Answer.YES, note="a note"), seen_version=0,
    )  # fmt: skip
    make.submit(made, 0, 0)
    make.forward(made, phase, {})
    return made, observer


def answers(
    visit: Visit, app: Flask, actor: Actor | None, made: Made, role: Role | None
) -> Iterator[tuple[str, TestResponse]]:
    """Every page that there is for this role, and the refusal of every form of it.

    Whatever is not there for it is one page, which "/no-such-page" shows. Files are asked for only
    where a page refuses them.
    """
    person = visit(actor)
    routes = [
        route
        for route in addresses(app, made, {"reviewer": made.reviewers[0]})
        if role is None or phases_of({role}, route[2])
    ]
    allowed = partial(is_allowed, {role} if role else set(), made.evaluation.phase)
    pages = [
        url
        for method, url, action in routes
        if method == "GET" and not (FILE.search(url) and allowed(action))
    ]
    pages += [made.url(path) for path in PAGES if not FILE.search(path)]
    pages += ["/", "/evaluations/new", "/no-such-page"]
    for url in dict.fromkeys([*pages, "/sign-in", "/accessibility"]):
        yield url, person.get(url)
    for method, url, _action in routes:
        if method == "POST" and not url.endswith(TAKEN):
            yield f"POST {url}", person.post(url, WRONG)


def pages_in(found: Iterable[tuple[str, TestResponse]]) -> Iterator[tuple[str, Page]]:
    """The pages among the answers; those that say the same are read once."""
    read = set()
    for url, answer in found:
        moved = answer.status_code in {302, 303, 308}
        # a downloaded memo is in the evaluation's language, read above in its preview
        if answer.mimetype != "text/html" or moved or "memo.html" in url:
            continue
        said = TOKEN.sub("", answer.text)
        if said not in read:
            read.add(said)
            yield url, parse(answer.status_code, answer.text)


def list_unmarked(
    found: Iterable[tuple[str, TestResponse]], known: list[str]
) -> list[tuple[str, str]]:
    """(words, address) of what is neither translated nor typed."""
    return [
        (rest, url)
        for url, page in pages_in(found)
        for text in texts(page)
        if (rest := unmarked(text, known))
    ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "phase", [Phase.SETUP, Phase.PRACTICE, Phase.SCORING, Phase.MEETING, Phase.DECIDED]
)
def test_every_word_on_a_page_is_translated_or_typed(
    app: Flask, make: Factory, visit: Visit, pseudo: None, phase: Phase
):
    made, observer = scene(make, phase)
    known = typed()

    found = {
        each
        for actor, role in (
            (made.chair, Role.CHAIR),
            (made.reviewers[0], Role.REVIEWER),
            (observer, Role.OBSERVER),
            (None, None),
        )
        for each in list_unmarked(answers(visit, app, actor, made, role), known)
    }

    assert sorted(found) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_word_about_accounts_is_translated_or_typed(
    app: Flask, make: Factory, visit: Visit, pseudo: None
):
    person = visit(make.actor("Ada Boss", standing=Standing.ADMINISTRATOR))
    other = make.user("Olga Owner")
    state = f"/accounts/{other.id}"
    pages = [
        "/account", "/account/address", "/account/password", "/account/calendar",
        "/accounts", state, "/forgotten-password",
    ]  # fmt: skip
    found = [(url, person.get(url)) for url in pages]
    found += [(f"POST {url}", person.post(url)) for url in pages[:3]]
    person.post("/account/calendar")
    found += [("link", person.get("/account/calendar"))]
    acts = ("organizer", "administrator", "sessions", "disable")
    found += [(url, person.get(url)) for url in (f"{state}/{act}" for act in acts)]
    person.act(f"{state}/disable")
    found += [("enable", person.get(f"{state}/enable"))]
    found += [(f"{url} after", person.get(url)) for url in (state, "/accounts")]

    assert list_unmarked(found, typed()) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_word_about_an_address_that_is_proven_is_translated_or_typed(
    app: Flask, make: Factory, visit: Visit, mailing: None, pseudo: None
):
    person = visit(make.actor("Ada Boss"))
    path = ask(person)
    found = [(url, person.get(url)) for url in (path, "/account/address", "/forgotten-password")]
    found += [("used", person.post(path)), ("after", person.get("/account"))]

    assert list_unmarked(found, typed()) == []


def test_a_word_that_is_not_translated_would_be_found():
    known = ["Vendor 1"]

    assert unmarked("⟦Ballot of ⟦Yes⟧ and Vendor 1⟧, March 3, 2027: 12", known) == ""
    assert unmarked("Vendor 1 is out", known) == "is out"
