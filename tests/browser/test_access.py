"""Every page can be used without seeing it, without a mouse, and on a narrow screen."""

import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import User
from crrubric.services.meeting.meetings import MotionText, record_motion, start_meeting
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.practice import record_practice_mark, show_spread
from tests.browser import tour as tour_module
from tests.browser.conftest import Browse
from tests.browser.demo_pages import (
    ADMINISTRATOR,
    ALL,
    BALLOTS,
    CHAIR,
    CHOSEN,
    NEW,
    OPEN,
    PEOPLE,
    REVIEWER,
    SITE,
    only,
    pages,
    pages_of_everybody,
)
from tests.browser.looks import broken_references, hidden_focus, overflow, violations, violations_at
from tests.browser.sites import Site, made_once
from tests.browser.tour import Faults, Known, Tour, make_tour
from tests.browser.visitor import NARROW, Contexts
from tests.factories import PASSWORD, Factory

# One after the other: what one of them has seen need not be looked at again for the next.
TOURS = [
    pytest.param(
        (email, kind),
        id=who if kind == NEW else f"{who}, {kind}",
        marks=[pytest.mark.xdist_group(f"browser, {kind} pages of everybody"), *marks],
    )
    for kind, marks in ((NEW, []), (ALL, [pytest.mark.long]))
    for email, who in PEOPLE.items()
]
ON_PHONE = {CHAIR: CHOSEN, REVIEWER: BALLOTS, ADMINISTRATOR: SITE, "": OPEN}
alone = pytest.mark.xdist_group("browser, single pages")
# Each plants one fault in the page.
PLANT = "document.querySelector('main').insertAdjacentHTML('beforeend', `%s`)"
FAULTS = [
    (PLANT % "<img src='/static/icon.svg'>", "image-alt"),
    (PLANT % "<input type='text'>", "label"),
    ("document.querySelector('h1').style.color = '#bbb'", "color-contrast"),
]
# A page that is too wide, has a field without a label and pale words, and says so aloud.
BROKEN = """addEventListener("DOMContentLoaded", () => {
  const { style } = document.querySelector("h1");
  style.width = "400px"; style.color = "#777"; style.background = "#888";
  const label = Object.assign(document.createElement("label"), { htmlFor: "nothing" });
  document.querySelector("main").append(label, document.createElement("input"));
  console.error("planted"); });"""
FOCUS = [
    ("evaluations.show_overview", "light"),
    ("results.show_matrix", "light"),
    ("cell.show_cell", "dark"),
    ("ballots.show_own_ballot", "light"),
    ("ballots.show_own_ballot", "dark"),
]

Addresses = dict[str, list[str]]


@pytest.fixture(scope="module")
def addresses(demo: Site) -> Addresses:
    return pages(demo.app)


@pytest.fixture(scope="module")
def opened(demo: Site, addresses: Addresses, shared_folder: Path) -> dict[str, Addresses]:
    """The addresses of ALL and of NEW pages, by the e-mail address of who opens them."""

    def ask(file: Path) -> None:
        file.write_text(json.dumps(pages_of_everybody(demo.app, addresses)))

    found: dict[str, Addresses]
    found = json.loads(made_once(shared_folder / "opened.json", ask).read_text())
    return found


@pytest.fixture(scope="module")
def seen(opened: dict[str, Addresses]) -> Addresses:
    """The addresses of all pages that are there, by the e-mail address of who opens them."""
    return opened[ALL]


# Every page that is built of something new, loaded once; with --long every page


@pytest.fixture(scope="module")
def known() -> Known:
    """What the pages of all tours were built of."""
    return Known()


@pytest.fixture(scope="module", params=TOURS)
def tour(
    request: pytest.FixtureRequest,
    demo: Site,
    contexts: Contexts,
    addresses: Addresses,
    opened: dict[str, Addresses],
    known: Known,
    shared_folder: Path,
) -> Iterator[Tour]:
    """What each of these people meets on every page that is there for them, or on every new one."""
    email, kind = request.param
    refuse_second_tour(shared_folder / f"tour-{PEOPLE[email]}-{kind}")
    visitor = contexts.visitor(demo, width=NARROW)
    if email:
        visitor.sign_in(email)
    yield make_tour(visitor, opened[kind][email], only(addresses, ON_PHONE[email]), known)
    contexts.give_back(visitor)


def refuse_second_tour(mark: Path) -> None:
    """Fail if another worker makes the same tour: it takes a minute, and groups are to prevent it.

    pytest-xdist 3.8 loses its groups with pytest 9.2, without a word.
    """
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        pytest.fail("tests of one xdist_group run on two workers", pytrace=False)


def test_axe_finds_nothing_on_any_page_in_light(tour: Tour):
    assert tour.in_light == {}


def test_axe_finds_nothing_wrong_with_the_colours_of_any_page_in_dark(tour: Tour):
    assert tour.in_dark == {}


def test_no_page_is_wider_than_the_narrowest_phone(tour: Tour):
    assert tour.too_wide == {}


def test_every_id_on_a_page_is_there_once_and_for_each_that_names_it(tour: Tour):
    assert tour.references == {}


def test_axe_finds_nothing_on_a_dark_phone(tour: Tour):
    assert len(tour.seen_on_phone) > 1
    assert tour.on_dark_phone == {}


def test_the_browser_complains_about_no_page(tour: Tour):
    assert tour.complaints == {}


@alone
def test_every_page_is_there_for_one_of_these_people(addresses: Addresses, seen: Addresses):
    """A page that none of them may open would never be looked at."""
    opened = {place for places in seen.values() for place in places}
    hidden = [name for name, places in addresses.items() if opened.isdisjoint(places)]

    assert hidden == []


# Pages that have no lasting address


@alone
def test_the_page_with_a_one_time_link_and_the_one_behind_it(demo: Site, browse: Browse):
    """The link is made here, and looked at by its receiver."""
    chair = browse(demo).sign_in(CHAIR)
    chair.page.goto("/evaluations/begun-today/committee/")
    chair.page.get_by_label("Name").fill("Noor Newcomer")
    chair.page.locator("main").get_by_label("E-mail address").fill("noor@cedarbend.example")
    chair.page.get_by_label("Represents").select_option(label="Parent")
    chair.press("Invite")
    chair.sees("Send Noor Newcomer this link")
    link = chair.page.get_by_label("Invitation link").input_value()
    guest = browse(demo)
    guest.page.goto(link)
    guest.sees("Welcome, Noor Newcomer")

    assert violations(chair.page) == []
    assert violations(guest.page) == []

    chair.page.goto("/evaluations/begun-today/committee/")
    chair.follow("Correct name or address: Noor Newcomer")
    chair.sees("Correct name or address of Noor Newcomer")

    assert violations(chair.page) == []


@alone
def test_several_people_are_looked_through_and_their_links_copied_by_key(
    demo: Site, browse: Browse
):
    chair = browse(demo, width=NARROW).sign_in(CHAIR)
    chair.expected.append("status of 422")  # the lines are shown with what is wrong
    page = chair.page
    page.goto("/evaluations/begun-today/committee/several")
    page.get_by_label("Lines from a spreadsheet").fill(
        "Ana Ruiz\tana@cedarbend.example\tobserver\tParent\n"
        "Bo Lee\tbo@cedarbend.example\tdancer\tTeacher"
    )
    chair.press("Show the lines")
    assert violations(page) + overflow(page) + broken_references(page) == []

    page.get_by_label("Role").last.select_option("observer")
    chair.press("Invite the selected people")

    chair.sees("Invitation links")
    assert violations(page) + overflow(page) + broken_references(page) == []
    button = page.get_by_role("button", name="Copy the link : Ana Ruiz")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-copy] [role=status]").first).to_have_text("Copied.")
    expect(button).to_be_focused()


@alone
def test_the_pages_that_correct_a_motion_and_begin_practice_anew(site: Site, browse: Browse):
    with site.app.app_context():
        make = Factory(site.app)
        made = make.evaluation(phase=Phase.PRACTICE)
        chair = db.session.get_one(User, made.chair.user_id).email
        record_practice_mark(
            made.reviewers[0],
            made.slug,
            made.criteria[0].id,
            answer=Answer.YES,
            note="",
            seen_version=0,
        )
        show_spread(made.chair, made.slug)
        db.session.remove()
    page = browse(site).sign_in(chair, PASSWORD).page
    page.goto(made.url("practice/again"))
    expect(page.locator("main form button")).to_be_visible()
    assert violations(page) == []

    with site.app.app_context():
        change_phase(made.chair, made.slug, Phase.SCORING)
        change_phase(made.chair, made.slug, Phase.MEETING)
        start_meeting(made.chair, made.slug)
        motion = record_motion(made.chair, made.slug, MotionText(words="Adopt them", in_favor=2)).id
        db.session.remove()
    page.goto(made.url(f"meeting/motions/{motion}/correct"))
    expect(page.locator("main form button")).to_be_visible()
    assert violations(page) == []


# The focus


@alone
@pytest.mark.parametrize(("name", "scheme"), FOCUS)
def test_whatever_has_the_focus_shows_it(
    demo: Site, browse: Browse, addresses: Addresses, seen: Addresses, name: str, scheme: str
):
    email = REVIEWER if name in BALLOTS else CHAIR
    visitor = browse(demo, scheme=scheme).sign_in(email)
    visitor.page.goto(next(place for place in addresses[name] if place in seen[email]))

    assert hidden_focus(visitor.page) == []


# Faults that are planted are found


@alone
@pytest.mark.parametrize(("fault", "rule"), FAULTS, ids=[rule for _fault, rule in FAULTS])
def test_a_planted_fault_is_found(demo: Site, browse: Browse, fault: str, rule: str):
    page = browse(demo).page
    page.goto("/accessibility")
    before = violations(page)

    page.evaluate(fault)

    assert before == []
    assert [line.split()[0] for line in violations(page)] == [rule]


@alone
def test_a_tour_writes_down_every_fault_of_every_page(demo: Site, browse: Browse):
    visitor = browse(demo, width=NARROW)
    visitor.page.add_init_script(BROKEN)
    places = ["/accessibility", "/sign-in"]

    tour = make_tour(visitor, places, places)

    assert [list(faults) for faults in faults_of(tour)] == [places] * 6
    assert {line.split()[0] for line in tour.in_light["/sign-in"]} == {"label", "color-contrast"}
    assert {line.split()[0] for line in tour.in_dark["/sign-in"]} == {"color-contrast"}
    visitor.expected.append("planted")


def faults_of(tour: Tour) -> list[Faults]:
    return [
        tour.too_wide,
        tour.references,
        tour.in_light,
        tour.in_dark,
        tour.on_dark_phone,
        tour.complaints,
    ]


@alone
def test_only_what_is_built_like_something_faultless_is_not_given_to_axe(
    demo: Site, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    given: list[int] = []
    monkeypatch.setattr(tour_module, "violations_at", counting(given))
    page, known = browse(demo).page, Known()
    page.goto("/accessibility")
    assert known.look("light", page) == []

    page.evaluate("document.querySelector('main p').after(document.createElement('p'))")
    page.evaluate("document.querySelector('h1').textContent = 'Other words'")
    page.evaluate("document.querySelector('main p + p').textContent = 'Other words'")
    assert known.look("light", page) == []
    assert len(given) == 1
    page.evaluate(FAULTS[1][0])

    assert [line.split()[0] for line in known.look("light", page)] == ["label"]
    assert [line.split()[0] for line in known.look("light", page)] == ["label"]
    assert given[1:] == [1, 1]


def counting(given: list[int]) -> Callable[..., list[str]]:
    """violations_at, which writes down how many places it was given."""

    def count(page: Page, places: Collection[str], rules: dict[str, object]) -> list[str]:
        given.append(len(places))
        return violations_at(page, places, rules)

    return count


@alone
def test_an_id_that_is_there_twice_or_not_at_all_is_found(demo: Site, browse: Browse):
    page = browse(demo).page
    page.goto("/accessibility")
    before = broken_references(page)

    page.evaluate("document.querySelector('h1').id = document.querySelector('main').id")
    page.evaluate(PLANT % "<label for='nothing'>Words</label>")

    assert before == []
    assert broken_references(page) == ["id main twice", "for of label names no id: nothing"]


@alone
def test_a_page_that_is_too_wide_is_found(demo: Site, browse: Browse):
    page = browse(demo, width=NARROW).page
    page.goto("/accessibility")

    page.evaluate("document.querySelector('h1').style.width = '400px'")

    assert overflow(page) != []


@alone
def test_a_focus_that_does_not_show_is_found(demo: Site, browse: Browse):
    page = browse(demo).page
    page.goto("/accessibility")

    page.evaluate(
        "document.addEventListener('focusin', e => {"
        "  e.target.style.setProperty('outline', 'none', 'important');"
        "  e.target.className = ''; })"
    )

    assert hidden_focus(page) != []
