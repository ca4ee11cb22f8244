"""Every page can be used without seeing it, without a mouse, and on a narrow screen."""

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
from crrubric.services.demo.district import DEMO_PASSWORD
from tests.browser.conftest import NARROW, PHONE, Site, Visitor
from tests.pages import parse

pytestmark = pytest.mark.xdist_group("browser")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"type": "tag", "values": TAGS}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
CHAIR, REVIEWER = "dana@cedarbend.example", "keisha@cedarbend.example"
ADMINISTRATOR = "tom@cedarbend.example"
PEOPLE = {CHAIR: "chair", REVIEWER: "reviewer", ADMINISTRATOR: "administrator", "": "stranger"}
# Answers that are no pages: files and data.
FILES = {
    "account.show_session",
    "assets.serve_plotly_script",
    "ballots.download_sealed_ballot",
    "cell.show_cell_panel",
    "evidence.download_mark_file",
    "exports.download_marks",
    "exports.download_results",
    "exports.download_scores",
    "exports.download_tallies",
    "files.download_own_file",
    "files.download_vendor_file",
    "home.show_health",
    "meeting.show_screen_step",
    "memo.download_memo_html",
    "memo.download_memo_word",
    "questions.download_questions",
    "static",
}
# Pages that the demo has no address for; a test of its own looks at each.
ELSEWHERE = {"account.show_invitation", "committee.show_invitation_link"}
OPEN = ("account.show_sign_in", "home.show_accessibility_statement")
SITE = ("home.show_home", "district.show_district")
ONLY = {ADMINISTRATOR: SITE, "": OPEN}  # what nobody else sees; the rest is looked at already
BALLOTS = ("ballots.show_own_ballot", "ballots.show_ballot_review")
CHOSEN = (
    "evaluations.show_overview",
    "results.show_matrix",
    "cell.show_cell",
    "results.show_scores",
)
# Each plants one fault in the page.
PLANT = "document.querySelector('main').insertAdjacentHTML('beforeend', `%s`)"
FAULTS = [
    (PLANT % "<img src='/static/icon.svg'>", "image-alt"),
    (PLANT % "<input type='text'>", "label"),
    ("document.querySelector('h1').style.color = '#bbb'", "color-contrast"),
]
TABS = 7  # how many stops of the Tab key are looked at, from the top and from the main part
FOCUS = [
    ("evaluations.show_overview", "light"),
    ("results.show_matrix", "light"),
    ("cell.show_cell", "dark"),
    ("ballots.show_own_ballot", "light"),
    ("ballots.show_own_ballot", "dark"),
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


# What is looked for


def violations(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds, a line each: rule, place, and what is wrong there."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
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


def in_any_light(page: Page) -> list[str]:
    """Faults of a page on a desktop: all of them in light, in dark those that colours make."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    dark = [f"dark: {line}" for line in violations(page, OF_COLOUR)]
    page.emulate_media(color_scheme="light")
    return found + dark


def look_at(
    visitor: Visitor, places: Collection[str], look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Open these pages; give what is wrong, by address."""
    assert len(places) > 1  # who sees no page finds no fault
    found = {}
    for place in places:
        visitor.page.goto(place)
        found[place] = look(visitor.page)
    return {place: wrong for place, wrong in found.items() if wrong}


def there_for(site: Site, email: str, places: Collection[str]) -> list[str]:
    """Those of the pages that are there for this person; who may see what is tested elsewhere."""
    client = site.app.test_client()
    enter(client, email)
    codes = {place: client.get(place).status_code for place in places}
    assert set(codes.values()) <= {200, 302, 303, 404}, codes
    return [place for place, code in codes.items() if code == 200]


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


@pytest.fixture(scope="module")
def seen(demo: Site, addresses: dict[str, list[str]]) -> dict[str, list[str]]:
    """The addresses of all pages that are there, by the e-mail address of who opens them."""
    everything = [place for places in addresses.values() for place in places]
    return {
        email: there_for(demo, email, only(addresses, ONLY[email]) if email in ONLY else everything)
        for email in PEOPLE
    }


@pytest.mark.parametrize("email", PEOPLE, ids=list(PEOPLE.values()))
def test_axe_finds_nothing_on_any_page_in_light_and_dark(demo, browse, seen, email):
    visitor = entered(browse(demo), email)

    assert look_at(visitor, seen[email], in_any_light) == {}


@pytest.mark.parametrize("email", PEOPLE, ids=list(PEOPLE.values()))
def test_no_page_is_wider_than_the_narrowest_phone(demo, browse, seen, email):
    visitor = entered(browse(demo, width=NARROW), email)

    assert look_at(visitor, seen[email], overflow) == {}


def test_axe_finds_nothing_on_a_dark_phone(demo, browse, addresses, seen):
    wrong = {}
    for email, names in ((CHAIR, CHOSEN), (REVIEWER, BALLOTS), (ADMINISTRATOR, SITE), ("", OPEN)):
        visitor = entered(browse(demo, width=PHONE, scheme="dark"), email)
        places = [place for place in only(addresses, names) if place in seen[email]]
        wrong.update(look_at(visitor, places, violations))

    assert wrong == {}


def test_every_page_is_there_for_one_of_these_people(addresses, seen):
    """A page that none of them may open would never be looked at."""
    opened = {place for places in seen.values() for place in places}
    hidden = [name for name, places in addresses.items() if opened.isdisjoint(places)]

    assert hidden == []


def test_the_page_with_a_one_time_link_and_the_one_behind_it(demo, browse):
    """They have no lasting address: the link is made here, and looked at by its receiver."""
    chair = browse(demo).sign_in(CHAIR)
    chair.page.goto("/evaluations/begun-today/committee/")
    chair.page.get_by_label("Name").fill("Noor Newcomer")
    chair.page.locator("main").get_by_label("E-mail address").fill("noor@cedarbend.example")
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
def test_whatever_has_the_focus_shows_it(demo, browse, addresses, seen, name, scheme):
    email = REVIEWER if name in BALLOTS else CHAIR
    visitor = browse(demo, scheme=scheme).sign_in(email)
    visitor.page.goto(next(place for place in addresses[name] if place in seen[email]))

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
