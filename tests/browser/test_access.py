"""Every page can be used without seeing it, without a mouse, and on a narrow screen."""

import re
from collections.abc import Callable, Collection, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import ColumnElement, select

from crrubric.domain.vocabulary import BallotState, DeclarationKind
from crrubric.extensions import db
from crrubric.models import (
    Asking,
    Ballot,
    Criterion,
    Declaration,
    Evaluation,
    Mark,
    Member,
    Question,
    Section,
    Vendor,
)
from crrubric.services.demo import DEMO_PASSWORD
from tests.browser.conftest import DESKTOP, NARROW, PHONE, Browse, Site, Visitor
from tests.pages import parse

pytestmark = pytest.mark.xdist_group("browser")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
CHAIR, REVIEWER = "dana@cedarbend.example", "keisha@cedarbend.example"
PEOPLE = {CHAIR: "chair", REVIEWER: "reviewer", "": "stranger"}
# Answers that are no pages: files and data.
FILES = {
    "account.alive",
    "assets.plotly",
    "ballots.sealed",
    "cell.aside",
    "evidence.file",
    "exports.marks",
    "exports.results",
    "exports.scores",
    "exports.tallies",
    "files.own_file",
    "files.vendor_file",
    "home.health",
    "meeting.where",
    "memo.html",
    "memo.word",
    "questions.text",
    "static",
}
# Pages that the demo has no address for; a test of its own looks at each.
ELSEWHERE = {"account.invitation", "committee.shown"}
OPEN = ("account.sign_in", "home.accessibility")
BALLOTS = ("ballots.ballot", "ballots.review")
CHOSEN = ("evaluations.overview", "results.matrix", "cell.show", "results.scores")
# Each plants one fault in the page.
PLANT = "document.querySelector('main').insertAdjacentHTML('beforeend', `%s`)"
FAULTS = [
    (PLANT % "<img src='/static/icon.svg'>", "image-alt"),
    (PLANT % "<input type='text'>", "label"),
    ("document.querySelector('h1').style.color = '#bbb'", "color-contrast"),
]
TABS = 7  # how many stops of the Tab key are looked at, from the top and from the main part
FOCUS = [
    ("evaluations.overview", "light"),
    ("results.matrix", "light"),
    ("cell.show", "dark"),
    ("ballots.ballot", "light"),
    ("ballots.ballot", "dark"),
]
SIZES = [
    pytest.param(DESKTOP, "dark", id="desktop-dark"),
    pytest.param(PHONE, "light", id="phone-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
]


# The pages of the demo


def pages(app: Flask) -> dict[str, list[str]]:
    """Endpoint -> its addresses in the demo: in every evaluation, on one row of each kind."""
    with app.test_request_context():
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in FILES | ELSEWHERE
        ]
        found = {
            rule.endpoint: sorted(
                {
                    app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                    for values in samples()
                }
            )
            for rule in rules
        }
        db.session.remove()
    return found


def samples() -> Iterator[dict[str, object]]:
    """What stands in an address: of each evaluation, one row of each kind."""
    for evaluation in db.session.scalars(select(Evaluation)):
        row: dict[str, object] = {
            "slug": evaluation.slug,
            "vendor_id": first(Vendor, evaluation),
            "criterion_id": first(Criterion, evaluation),
            "section_id": first(Section, evaluation),
            "member_id": of_reviewers(evaluation),
            "ballot_id": of_members(Ballot, evaluation, Ballot.state == BallotState.SUBMITTED),
            "declaration_id": of_members(
                Declaration, evaluation, Declaration.kind == DeclarationKind.CONFLICT
            ),
            "question_id": to_vendors(Question, evaluation, Question.answered_on.is_(None)),
            "asking_id": to_vendors(Asking, evaluation, Asking.question_id.is_(None)),
        }
        yield row
        begun = select(Mark.ballot_id)
        untouched = (Ballot.state == BallotState.OPEN) & Ballot.id.not_in(begun)
        yield {**row, "ballot_id": of_members(Ballot, evaluation, untouched & ~Ballot.recused)}


def of_reviewers(evaluation: Evaluation) -> int:
    """The id of the first reviewer of an evaluation."""
    wanted = select(Member.id).where(Member.evaluation_id == evaluation.id, Member.is_reviewer)
    return db.session.scalars(wanted.order_by(Member.id)).first() or 0


def to_vendors(
    model: type[Question] | type[Asking], evaluation: Evaluation, condition: ColumnElement[bool]
) -> int:
    """The id of the first such row about an evaluation's vendors; 0 where there is none."""
    found = db.session.scalars(
        select(model.id)
        .join(Vendor, Vendor.id == model.vendor_id)
        .where(Vendor.evaluation_id == evaluation.id, condition)
        .order_by(model.id)
    ).first()
    return found or 0


def of_members(
    model: type[Ballot] | type[Declaration],
    evaluation: Evaluation,
    condition: ColumnElement[bool],
) -> int:
    """The id of the first such row of an evaluation's members; 0 where there is none."""
    found = db.session.scalars(
        select(model.id)
        .join(Member, Member.id == model.member_id)
        .where(Member.evaluation_id == evaluation.id, condition)
        .order_by(model.id)
    ).first()
    return found or 0


def first(model: type, evaluation: Evaluation) -> int:
    """The id of the first row of an evaluation."""
    found = db.session.scalars(
        select(model.id).where(model.evaluation_id == evaluation.id).order_by(model.id)
    ).first()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def addresses(demo: Site) -> dict[str, list[str]]:
    return pages(demo.app)


def only(addresses: dict[str, list[str]], names: Collection[str]) -> list[str]:
    """The addresses of these endpoints."""
    assert set(names) <= addresses.keys()
    return [place for name in names for place in addresses[name]]


def everything(addresses: dict[str, list[str]]) -> list[str]:
    return [place for places in addresses.values() for place in places]


# What is looked for


def violations(page: Page) -> list[str]:
    """What axe finds, a line each: rule, place, and what is wrong there."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """By how much the page is wider than its window; empty if it isn't."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"{wide} pixels too wide"] if wide > 0 else []


def look_at(
    visitor: Visitor, places: Collection[str], look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Open the pages that are there for this visitor; give what is wrong, by address."""
    found = {place: look(visitor.page) for place in places if opens(visitor, place)}
    assert len(found) > 1  # who sees no page finds no fault
    return {place: wrong for place, wrong in found.items() if wrong}


def opens(visitor: Visitor, place: str) -> bool:
    """Whether the page is there for this visitor; who may see what is tested elsewhere."""
    answer = visitor.page.goto(place)
    assert answer is not None
    assert answer.status in {200, 404}, f"{place}: {answer.status}"
    if answer.status == 404:
        visitor.expected.append(rf"status of 404 .*{re.escape(place)}\)")
    return answer.status == 200


def hidden_focus(page: Page) -> list[str]:
    """What gets the focus with the Tab key and looks as it does without it."""
    hidden = []
    for stop in range(2 * TABS):
        if stop == TABS:
            page.locator("main").focus()
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last stop
        with_focus = page.screenshot(animations="disabled")
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 80)")
        page.evaluate("document.activeElement.blur()")  # Tab goes on from here all the same
        if page.screenshot(animations="disabled") == with_focus:
            hidden.append(name)
    return hidden


def entered(visitor: Visitor, email: str) -> Visitor:
    """The visitor, signed in unless there is no address."""
    return visitor.sign_in(email) if email else visitor


def enter(client: FlaskClient, email: str) -> None:
    """Sign in without a browser, unless there is no address."""
    form = parse(200, client.get("/sign-in").text)
    token = next(n.get("value") for n in form.all("input") if n.get("name") == "csrf_token")
    data = {"csrf_token": token, "email": email, "password": DEMO_PASSWORD}
    assert client.post("/sign-in", data=data).status_code == (303 if email else 422)


# Tests


@pytest.mark.parametrize("email", PEOPLE, ids=list(PEOPLE.values()))
def test_axe_finds_nothing_on_any_page(demo: Site, browse: Browse, addresses, email):
    visitor = entered(browse(demo), email)
    places = everything(addresses) if email else only(addresses, OPEN)

    assert look_at(visitor, places, violations) == {}


@pytest.mark.parametrize("email", PEOPLE, ids=list(PEOPLE.values()))
def test_no_page_is_wider_than_the_narrowest_phone(demo, browse, addresses, email):
    visitor = entered(browse(demo, width=NARROW), email)
    places = everything(addresses) if email else only(addresses, OPEN)

    assert look_at(visitor, places, overflow) == {}


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_axe_finds_nothing_in_other_sizes_and_colours(demo, browse, addresses, width, scheme):
    wrong = {
        place: found
        for email, names in ((CHAIR, CHOSEN), (REVIEWER, BALLOTS), ("", OPEN))
        for place, found in look_at(
            entered(browse(demo, width=width, scheme=scheme), email),
            only(addresses, names),
            violations,
        ).items()
    }

    assert wrong == {}


def test_every_page_is_there_for_one_of_these_people(demo, addresses):
    """A page that none of them may open would never be looked at."""
    clients = [demo.app.test_client() for _email in PEOPLE]
    for client, email in zip(clients, PEOPLE, strict=True):
        enter(client, email)
    hidden = [
        endpoint
        for endpoint, places in addresses.items()
        if {200} & {client.get(place).status_code for client in clients for place in places}
        == set()
    ]

    assert hidden == []


def test_the_page_with_a_one_time_link_and_the_one_behind_it(demo, browse):
    """They have no lasting address: the link is made here, and looked at by its receiver."""
    chair = browse(demo).sign_in(CHAIR)
    chair.page.goto("/evaluations/begun-today/committee/")
    chair.page.get_by_label("Name").fill("Noor Newcomer")
    chair.page.get_by_label("E-mail address").fill("noor@cedarbend.example")
    chair.press("Invite")
    chair.sees("Send Noor Newcomer this link")
    link = chair.page.get_by_label("Invitation link").input_value()
    guest = browse(demo)
    guest.page.goto(link)
    guest.sees("Welcome, Noor Newcomer")

    assert violations(chair.page) == []
    assert violations(guest.page) == []


@pytest.mark.parametrize(("fault", "rule"), FAULTS, ids=[rule for _fault, rule in FAULTS])
def test_a_planted_fault_is_found(demo, browse, fault, rule):
    page = browse(demo).page
    page.goto("/accessibility")
    before = violations(page)

    page.evaluate(fault)

    assert before == []
    assert [line.split()[0] for line in violations(page)] == [rule]


def test_a_page_that_is_too_wide_is_found(demo, browse):
    page = browse(demo, width=NARROW).page
    page.goto("/accessibility")

    page.evaluate("document.querySelector('h1').style.width = '400px'")

    assert overflow(page) != []


@pytest.mark.parametrize(("name", "scheme"), FOCUS)
def test_whatever_has_the_focus_shows_it(demo, browse, addresses, name, scheme):
    visitor = browse(demo, scheme=scheme).sign_in(REVIEWER if name in BALLOTS else CHAIR)
    assert any(opens(visitor, place) for place in addresses[name])  # and stays at the first

    assert hidden_focus(visitor.page) == []


def test_a_focus_that_does_not_show_is_found(demo, browse):
    page = browse(demo).page
    page.goto("/accessibility")

    page.evaluate(
        "document.addEventListener('focusin', e => {"
        "  e.target.style.setProperty('outline', 'none', 'important');"
        "  e.target.className = ''; })"
    )

    assert hidden_focus(page) != []
