"""An observer reads, a chair leads with keys alone, and each side sees what the other did."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import CastVote, Criterion
from crrubric.services.meeting import meetings
from crrubric.services.meeting.decisions import DecisionText, record_decision
from crrubric.services.planning.votes import open_vote
from crrubric.services.setup import practice
from crrubric.services.setup.evaluations import change_evaluation
from crrubric.services.setup.phases import change_phase
from tests.browser.ballots import REFUSED_CONNECTION, RETRYING, SAVED, form, status
from tests.browser.conftest import Browse
from tests.browser.hands import COMPANIES, Keyboard, Scene, email_of, mark, set_up
from tests.browser.looks import broken_references, overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import NARROW, Visitor
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, hands")

TRAP = "The keyboard is trapped in lesson 4."
ANSWERS = "**/must-haves/ballot/*"
NOT_THERE = r"Failed to load resource: .* 404 "
RESULTS = ("meeting/", "matrix", "scores", "compare", "decision", "memo")
BALLOTS = ("ballots/", "progress", "questions/", *RESULTS)
READABLE = ("meeting/minutes", "questions/", "evidence/", *RESULTS)
# The switch of the languages and the way out; the filter of the matrix only asks.
OWN = ["/language", "/sign-in", "/sign-out"]  # in every frame: the language, and who one is
POSTS = "nodes => [...new Set(nodes.map(node => node.getAttribute('action')))].sort()"


def menu(page: Page) -> list[str]:
    return page.locator("header nav").first.get_by_role("link").all_inner_texts()


# An observer


def test_an_observer_sees_nothing_of_ballots_and_then_reads_everything(site: Site, browse: Browse):
    scene = set_up(site, Phase.SCORING)
    with scene.acting() as make:
        make.mark(scene.made, 0, 0, "ada", Answer.NO, TRAP)
        make.mark(scene.made, 1, 0, "ada", Answer.YES)
    who = browse(site).sign_in(scene.observer, PASSWORD)

    sees_no_ballot(who, scene)
    with scene.acting() as make:
        make.forward(scene.made, Phase.MEETING, {})
    follows_the_shared_screen(who, scene)
    with scene.acting() as make:
        make.forward(scene.made, Phase.DECIDED, {})
    reads_and_changes_nothing(who, scene)


def sees_no_ballot(who: Visitor, scene: Scene) -> None:
    who.page.goto("/")
    who.follow("Credit recovery")
    assert menu(who.page) == ["Overview", "Set-up", "Plan"]
    expect(who.page.locator("main")).not_to_contain_text(TRAP)
    who.expected.append(NOT_THERE)
    found = {path: who.page.goto(scene.made.url(path)).status for path in BALLOTS}
    assert found == dict.fromkeys(BALLOTS, 404)
    who.page.goto(scene.made.url("evidence/"))
    expect(who.page.locator("main")).not_to_contain_text(TRAP)


def follows_the_shared_screen(who: Visitor, scene: Scene) -> None:
    """The cell that the chair shows comes by itself, and so does the next one."""
    made = scene.made
    with scene.acting():
        meetings.start_meeting(made.chair, made.slug)
    who.page.goto(made.url("meeting/"))
    who.follow("Meeting screen")
    who.sees("Meeting screen")
    for code, title in (("ada", "Accessible"), ("sis", "Works with our system")):
        with scene.acting():
            vendor, criterion = made.vendors[0].id, made.criterion(code).id
            meetings.point_at_cell(made.chair, made.slug, vendor, criterion)
        heading = who.page.locator("h1")
        expect(heading).to_have_text(f"{COMPANIES[0]}: {title}", timeout=15_000)
        assert changes(who.page) == OWN
    who.snap("meeting-screen")
    with scene.acting():
        meetings.end_meeting(made.chair, made.slug)


def reads_and_changes_nothing(who: Visitor, scene: Scene) -> None:
    for path in READABLE:
        answer = who.page.goto(scene.made.url(path))
        assert answer is not None
        assert (path, answer.status, changes(who.page)) == (path, 200, OWN)
    expect(who.page.locator("main")).to_contain_text(f"Recommended: {COMPANIES[0]}")
    who.page.goto(scene.made.url("matrix"))
    who.page.locator(".cell > a").first.click()
    expect(who.page.locator("#panel")).to_contain_text(TRAP)
    assert changes(who.page) == OWN


def changes(page: Page) -> list[str]:
    """Where forms of this page send what is to be changed."""
    return list(page.locator("form[method=post]").evaluate_all(POSTS))


# A chair with keys alone


def test_with_the_keyboard_alone_a_chair_settles_a_cell_in_the_meeting(site: Site, browse: Browse):
    marks = {(0, 0): "YYN", (1, 0): "NYN", (0, 1): "YYY", (1, 1): "YYY"}
    scene = set_up(site, Phase.MEETING, marks=marks)
    keys = Keyboard(browse(site)).sign_in(scene.chair)
    open_meeting(keys)
    keys.menu("Results")
    keys.read()

    filter_to_split(keys)
    fold_section(keys)
    open_cell(keys)
    record_finding(keys)

    keys.menu("Results")
    expect(keys.page.locator(".cell").first).to_contain_text("adopted")
    keys.visitor.snap("matrix")


def open_meeting(keys: Keyboard) -> None:
    keys.follow("Credit recovery")
    keys.menu("Meeting")
    keys.read()
    keys.reach(keys.page.get_by_label("Where"))
    keys.type("Room 4")
    keys.push("Open the meeting")


def filter_to_split(keys: Keyboard) -> None:
    keys.reach(keys.page.locator("summary", has_text="Filter and sort"))
    keys.press("Enter", "Tab")
    expect(keys.page.get_by_label("Items to show")).to_be_focused()
    keys.type("Split")
    keys.push("Show")
    expect(keys.page).to_have_url(re.compile(r"show=split"))
    expect(keys.page.locator("tbody th[scope=row]")).to_have_text([re.compile("^Accessible")])


def fold_section(keys: Keyboard) -> None:
    section = keys.page.get_by_role("button", name="Everything")
    keys.reach(section)
    keys.press("Space")
    expect(section).to_have_attribute("aria-expanded", "false")
    keys.press("Enter")
    expect(section).to_have_attribute("aria-expanded", "true")


def open_cell(keys: Keyboard) -> None:
    """Beside the matrix, closed again with Escape, and then on a page of its own."""
    cell = keys.page.locator(".cell > a").first
    keys.reach(cell)
    keys.press("Enter")
    expect(keys.page.locator("#panel-heading")).to_be_focused()
    keys.press("Escape")
    expect(cell).to_be_focused()
    keys.press("Enter")
    expect(keys.page.locator("#panel-heading")).to_be_focused()
    keys.follow("Open the full page")
    keys.read()
    assert changes(keys.page) != OWN  # as an observer's is


def record_finding(keys: Keyboard) -> None:
    keys.reach(keys.page.get_by_role("radio", name="Met", exact=True))
    keys.press("Space")
    keys.reach(keys.page.get_by_label("Why?"))
    keys.type("We tried it together.")
    keys.push("Record finding")
    expect(keys.page.get_by_text("The finding is recorded")).to_be_visible()
    keys.read()


# Both sides


def test_practice_shows_how_a_criterion_was_read_and_not_who_read_it_so(site: Site, browse: Browse):
    scene = set_up(site, Phase.PRACTICE)
    made = scene.made
    with scene.acting():
        criterion = made.criterion("sis").id
        practice.record_practice_mark(
            made.reviewers[1], made.slug, criterion, answer=Answer.YES, seen_version=0
        )
    reviewer = at(browse, scene, scene.reviewers[0], "practice/")
    mark(reviewer.page, 1).locator("label.no").click()
    mark(reviewer.page, 1).locator("textarea").fill("Grades need a file.")
    reviewer.press("I am done")
    chair = at(browse, scene, scene.chair, "practice/")
    expect(chair.page.get_by_text("1 have said that they are done")).to_be_visible()
    expect(chair.page.locator("main")).not_to_contain_text("Grades need a file.")

    chair.follow("Show all answers")
    chair.press("Show all answers")
    reviewer.page.reload()

    for who in (chair, reviewer):
        card = who.page.locator("li.card", has_text="Works with our system")
        expect(card).to_contain_text("understood differently")
        expect(card).to_contain_text("Teacher: Grades need a file.")
        expect(who.page.locator("main")).not_to_contain_text(made.reviewers[0].name)
    chair.snap("spread")


def test_what_a_reviewer_asks_comes_back_as_the_vendors_answer(site: Site, browse: Browse):
    scene = set_up(site, Phase.SCORING)
    ballot = f"ballots/{scene.made.vendors[0].id}"
    reviewer = at(browse, scene, scene.reviewers[0], ballot)
    reviewer.follow("Ask the vendor: Works with our system")
    reviewer.page.get_by_label("Your question").fill("Which grades do you send?")
    reviewer.press("Ask")
    chair = at(browse, scene, scene.chair, "questions/")
    expect(chair.page.locator("main")).not_to_contain_text(scene.made.reviewers[0].name)

    chair.page.get_by_label("Which grades do you send?").check()
    chair.page.get_by_label("The question").fill("Which grades do you send, and how often?")
    chair.press("Turn the selected questions into one")
    chair.page.get_by_label("Sent on").fill("2026-01-12")
    chair.press("Mark the unsent question as sent")
    chair.leave(chair.page.get_by_role("link", name="Record the answer, or withdraw it"))
    chair.page.get_by_label("The vendor’s answer").fill("Final grades, every night.")
    chair.page.get_by_label("Answered on").fill("2026-01-14")
    chair.press("Record the answer")

    for email in scene.reviewers:
        page = at(browse, scene, email, ballot).page
        answer = page.get_by_role("region", name="The vendor’s answer: Works with our system")
        expect(answer).to_contain_text("Which grades do you send, and how often?")
        expect(answer).to_contain_text("Final grades, every night.")


def test_a_ballot_that_the_chair_enters_waits_for_its_reviewer(site: Site, browse: Browse):
    scene = set_up(site, Phase.SCORING, declared=False)
    chair = at(browse, scene, scene.chair, "progress")
    name = scene.made.reviewers[0].name
    chair.follow(f"Enter it: {name}, {COMPANIES[0]}")
    enter_on_behalf(chair)
    expect(chair.page.get_by_text(f"sealed; {name} is asked to confirm it.")).to_be_visible()
    expect(chair.page.locator("main")).not_to_contain_text("It needs a mouse.")

    reviewer = at(browse, scene, scene.reviewers[0], "ballots/")
    reviewer.follow(f"Read and confirm it: {COMPANIES[0]}")
    row = reviewer.page.get_by_role("row", name="Accessible")
    expect(row).to_contain_text("No")
    expect(row).to_contain_text("It needs a mouse.")
    reviewer.snap("confirm")
    reviewer.press("Yes, confirm it")
    chair.page.reload()

    expect(chair.page.get_by_text("entered by the chair, confirmed")).to_be_visible()
    expect(reviewer.page.get_by_text("You confirmed it")).to_be_visible()


def enter_on_behalf(chair: Visitor) -> None:
    page = chair.page
    page.get_by_label("On paper").check()
    page.get_by_label("On which day?").fill("2026-01-12")
    page.get_by_label("The reviewer says that they have no conflict of interest").check()
    for number, look in enumerate(("no", "yes", "na")):
        page.locator("main .entry-row").nth(number).locator(f"label.{look}").click()
    page.locator("main .entry-row summary").first.click()
    page.get_by_label("Their note").first.fill("It needs a mouse.")
    chair.press("Enter and seal the ballot")


def at(browse: Browse, scene: Scene, email: str, path: str) -> Visitor:
    """Somebody who has signed in and opened this page of the evaluation."""
    who = browse(scene.site, email.split("@")[0]).sign_in(email, PASSWORD)
    who.page.goto(scene.made.url(path))
    return who


# A vote on must-haves, and a list of needs


def begin(scene: Scene) -> None:
    with scene.site.app.app_context():
        open_vote(scene.made.chair, scene.made.slug)
        db.session.remove()


def must_haves(scene: Scene) -> list[str]:
    with scene.site.app.app_context():
        wanted = select(Criterion.code).where(Criterion.must_have).order_by(Criterion.position)
        found = list(db.session.scalars(wanted))
        db.session.remove()
    return found


def stored(scene: Scene) -> list[tuple[Answer, str]]:
    with scene.site.app.app_context():
        rows = db.session.scalars(select(CastVote).order_by(CastVote.criterion_id)).all()
        found = [(row.answer, row.note) for row in rows]
        db.session.remove()
    return found


def test_from_an_open_vote_to_frozen_must_haves(site: Site, browse: Browse):
    scene = set_up(site, Phase.SETUP)
    chair = browse(scene.site).sign_in(scene.chair, PASSWORD)
    chair.page.goto(scene.made.url("must-haves/"))
    chair.follow("Open a vote")
    chair.press("Open the vote")
    first = browse(scene.site).sign_in(scene.reviewers[0], PASSWORD)
    second = browse(scene.site, script=False).sign_in(scene.reviewers[1], PASSWORD)

    vote_by_keys(first, scene)
    vote_without_script(second, scene)
    chair.page.reload()
    expect(chair.page.get_by_text("2 of 2 reviewers have submitted")).to_be_visible()
    chair.leave(chair.page.get_by_role("link", name="Reopen").first)
    assert faults(chair.page) == []
    chair.follow("Cancel")
    chair.follow("Close the vote")
    chair.press("Close the vote")
    settle(chair)
    expect(chair.page.get_by_text("3 criteria are settled.")).to_be_visible()
    chair.page.goto(scene.made.url("phase?to=SCORING"))
    chair.press("Open scoring")

    assert must_haves(scene) == ["sis", "teacher"]
    chair.expected.append(NOT_THERE)
    assert chair.page.goto(scene.made.url("must-haves/settle/")).status == 404


def vote_by_keys(reviewer: Visitor, scene: Scene) -> None:
    """NO, YES, YES with single keys; each is saved at once."""
    page = reviewer.page
    page.goto(scene.made.url("must-haves/ballot"))
    form(page).get_by_role("radio", name="No").focus()
    for key in ("n", "j", "y", "j", "y"):
        page.keyboard.press(key)
    for number in range(3):
        expect(status(page, number)).to_have_text(SAVED)
    expect(page.get_by_text("3 of 3 answered")).to_be_visible()
    reviewer.follow("Review and submit")
    reviewer.press("Submit my answers")
    expect(page.locator("code.receipt")).to_be_visible()


def vote_without_script(reviewer: Visitor, scene: Scene) -> None:
    """NO, YES, NO, each with its own button."""
    page = reviewer.page
    page.goto(scene.made.url("must-haves/ballot"))
    for number, name in enumerate(("No", "Yes", "No")):
        form(page, number).get_by_role("radio", name=name).check()
        reviewer.leave(form(page, number).get_by_role("button", name="Save"))
    reviewer.follow("Review and submit")
    reviewer.press("Submit my answers")
    expect(page.locator("code.receipt")).to_be_visible()


def settle(chair: Visitor) -> None:
    """As the vote proposes; the tie with a reason."""
    chair.follow("Settle the must-haves")
    page = chair.page
    assert faults(page) == []
    tied = page.locator("section.card").nth(2)
    expect(tied).to_contain_text("1 YES, 1 NO")
    tied.get_by_role("radio", name="Must-have", exact=True).check()
    tied.get_by_role("textbox").fill("Our contract asks for it.")
    chair.press("Save")


def test_answers_given_without_a_network_are_sent_once_it_is_back(site: Site, browse: Browse):
    scene = set_up(site, Phase.SETUP)
    begin(scene)
    reviewer = browse(scene.site).sign_in(scene.reviewers[0], PASSWORD)
    page = reviewer.page
    reviewer.expected.append(REFUSED_CONNECTION)
    page.goto(scene.made.url("must-haves/ballot"))
    page.route(ANSWERS, lambda route: route.abort())

    form(page).locator("label.yes").click()
    form(page).get_by_role("textbox").fill("Half our learners use a screen reader.")
    expect(status(page)).to_have_text(RETRYING)
    assert stored(scene) == []
    page.unroute(ANSWERS)

    expect(status(page)).to_have_text(SAVED, timeout=30_000)
    expect(page.get_by_text("1 of 3 answered")).to_be_visible()
    assert stored(scene) == [(Answer.YES, "Half our learners use a screen reader.")]


def faults(page: Page) -> list[str]:
    return [*violations(page), *broken_references(page), *overflow(page)]


def test_nothing_is_wrong_with_the_list_of_needs(site: Site, browse: Browse):
    with site.app.app_context():
        made = Factory(site.app).evaluation(vendors=1)
        change_evaluation(
            made.chair, made.slug, title="In place", purpose="", closes_on=None, in_place=True
        )
        Factory(site.app).forward(made, Phase.MEETING, {(0, 0): "NYY", (1, 0): "NNY"})
        text = DecisionText(vendor_id=None, reason="It lacks too much.")
        record_decision(made.chair, made.slug, text)
        change_phase(made.chair, made.slug, Phase.DECIDED)
        chair, place = email_of(made.chair), made.url("needs/")
        db.session.remove()
    reader = browse(site, width=NARROW).sign_in(chair, PASSWORD)
    reader.page.goto(place)
    reader.sees("List of needs")

    narrow = faults(reader.page)
    reader.page.emulate_media(color_scheme="dark")

    assert [narrow, faults(reader.page)] == [[], []]
