"""A section of the workbook in a browser: saved as it is typed, kept offline, conflicts, rows."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.extensions import db, limiter
from crrubric.models import Member, PlanVersion, User
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.workbook import save_plan_answers
from tests.browser.ballots import CONFLICT, REFUSED_CONNECTION, RETRYING, SAVED, TOO_LONG, UNSENT
from tests.browser.conftest import Browse
from tests.browser.looks import overflow
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD, Factory, Made

pytestmark = pytest.mark.xdist_group("browser, plan")

ANSWERS = "**/answers/*"
GONE = r"Failed to load resource: .* 404 "


@dataclass(frozen=True)
class Workplace:
    """An evaluation in set-up; its reviewer is asked to fill in the schedule and the causes."""

    site: Site
    made: Made
    chair: str
    filler: str
    member_id: int

    def at(self, section: str) -> str:
        return self.made.url(f"plan/sections/{section}")

    def stored(self, section: str) -> dict[str, object]:
        with self.site.app.app_context():
            wanted = select(PlanVersion).where(PlanVersion.section == section)
            rows = list(db.session.scalars(wanted.order_by(PlanVersion.number)))
            db.session.remove()
        return rows[-1].answers if rows else {}

    def save(self, section: str, answers: dict[str, object]) -> None:
        """The chair saves answers elsewhere."""
        with self.site.app.app_context():
            save_plan_answers(self.made.chair, self.made.slug, section, answers)
            db.session.remove()

    def ask(self, section: str, access: PlanAccess | None) -> None:
        with self.site.app.app_context():
            asked = {self.member_id: access}
            assign_plan_section(self.made.chair, self.made.slug, section, asked)
            db.session.remove()


@pytest.fixture
def work(site: Site) -> Workplace:
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP, reviewers=1)
        chair, filler = (
            db.session.get_one(User, actor.user_id).email
            for actor in (made.chair, made.reviewers[0])
        )
        seat = db.session.scalars(
            select(Member.id).where(Member.user_id == made.reviewers[0].user_id)
        ).one()
        db.session.remove()
    found = Workplace(site, made, chair, filler, seat)
    found.ask("schedule", PlanAccess.FILL)
    found.ask("causes", PlanAccess.FILL)
    return found


@pytest.fixture
def filler(work: Workplace, browse: Browse) -> Visitor:
    """The reviewer with the schedule open."""
    visitor = browse(work.site).sign_in(work.filler, PASSWORD)
    visitor.page.goto(work.at("schedule"))
    return visitor


def prompt(page: Page, code: str) -> Locator:
    return page.locator(f'[data-prompt="{code}"]')


def said(page: Page, code: str) -> Locator:
    return prompt(page, code).locator("p.saved")


def type_into(page: Page, code: str, text: str) -> None:
    page.locator(f"#plan-{code}").fill(text)
    page.keyboard.press("Tab")


def cut_off(visitor: Visitor) -> None:
    visitor.expected.append(REFUSED_CONNECTION)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.page.route(ANSWERS, lambda route: route.abort())


def test_answers_are_saved_as_they_are_given(work: Workplace, filler: Visitor):
    page = filler.page
    box = prompt(page, "minutes").locator(".measured > input").bounding_box()
    unit = prompt(page, "minutes").locator(".measured > span").bounding_box()
    assert box
    assert unit
    assert 0 < unit["x"] - (box["x"] + box["width"]) < 20  # they belong together
    type_into(page, "minutes", "40")
    expect(said(page, "minutes")).to_have_text(SAVED)
    expect(page.get_by_text("Less than 45 minutes a day")).to_be_visible()
    prompt(page, "place").get_by_label("Alongside the normal load").check()
    expect(said(page, "place")).to_have_text(SAVED)

    type_into(page, "minutes", "50")
    expect(page.get_by_text("Less than 45 minutes a day")).not_to_be_visible()
    expect(page.locator("[data-plan-state]")).to_have_text(re.compile("complete"))
    assert work.stored("schedule") == {"minutes": "50", "place": "alongside"}
    assert page.evaluate(UNSENT) == 0
    page.reload()
    expect(page.locator("#plan-minutes")).to_have_value("50")
    filler.snap("saved")


def test_what_is_wrong_is_said_beside_it_and_the_rest_is_saved(work: Workplace, filler: Visitor):
    filler.expected.append(TOO_LONG)
    page = filler.page
    type_into(page, "minutes", "many")

    expect(page.locator("#plan-minutes-error")).to_contain_text("Error: Enter a whole number")
    expect(page.locator("#plan-minutes")).to_have_attribute("aria-invalid", "true")
    prompt(page, "place").get_by_label("Alongside the normal load").check()
    expect(said(page, "place")).to_have_text(SAVED)
    assert work.stored("schedule") == {"place": "alongside"}
    type_into(page, "minutes", "45")
    expect(said(page, "minutes")).to_have_text(SAVED)
    expect(page.locator("#plan-minutes-error")).to_have_count(0)


def test_answers_wait_offline_and_are_sent_later(work: Workplace, filler: Visitor):
    page = filler.page
    cut_off(filler)
    type_into(page, "cohorts", "By grade")
    prompt(page, "place").get_by_label("Alongside the normal load").check()
    expect(said(page, "cohorts")).to_have_text(RETRYING)
    assert work.stored("schedule") == {}

    page.goto("/")
    filler.follow("See what it is, and why")
    page.unroute(ANSWERS)
    expect(page.locator("main li")).to_have_count(2)
    expect(page.locator("main li").first).to_contain_text("By grade")
    page.get_by_role("link", name="Open the form").first.click()

    expect(said(page, "cohorts")).to_have_text(SAVED)
    expect(said(page, "place")).to_have_text(SAVED)
    assert work.stored("schedule") == {"cohorts": "By grade", "place": "alongside"}
    assert page.evaluate(UNSENT) == 0


def test_rows_wait_offline_as_well(work: Workplace, filler: Visitor):
    page = filler.page
    page.goto(work.at("causes"))
    cut_off(filler)
    for number, course in enumerate(("Algebra 1", "English 2", "Biology")):
        if number == 2:
            page.get_by_role("button", name="Add a row").click()
        page.locator(f"#plan-causes-{number}-course").fill(course)
    page.keyboard.press("Tab")
    expect(said(page, "causes")).to_have_text(RETRYING)

    page.goto("/")
    page.unroute(ANSWERS)
    page.goto(work.at("causes"))

    expect(said(page, "causes")).to_have_text(SAVED)
    courses = [{"course": name} for name in ("Algebra 1", "English 2", "Biology")]
    assert work.stored("causes") == {"causes": courses}


def test_of_two_who_answer_the_same_both_answers_are_shown(work: Workplace, filler: Visitor):
    filler.expected.append(CONFLICT)
    page = filler.page
    work.save("schedule", {"cohorts": "By subject", "days": "4"})
    type_into(page, "cohorts", "By grade")

    box = prompt(page, "cohorts").locator(".clash")
    expect(box).to_contain_text("By subject")
    expect(box).to_contain_text(work.made.chair.name)
    expect(page.locator("#plan-cohorts")).to_have_value("By grade")
    assert work.stored("schedule")["cohorts"] == "By subject"
    filler.snap("conflict")
    box.get_by_role("button", name="Save mine instead").click()

    expect(said(page, "cohorts")).to_have_text(SAVED)
    assert work.stored("schedule") == {"cohorts": "By grade", "days": "4"}
    expect(page.locator("#plan-days")).to_have_value("4")  # others' answers come by themselves


def test_the_save_button_after_all_changes_nothing_of_others(work: Workplace, filler: Visitor):
    page = filler.page
    type_into(page, "cohorts", "By grade")
    expect(said(page, "cohorts")).to_have_text(SAVED)
    work.save("schedule", {"days": "4"})

    page.locator(".sticky").get_by_role("button", name="Save").click()

    expect(page.locator("#plan-days")).to_have_value("4")
    assert work.stored("schedule") == {"cohorts": "By grade", "days": "4"}


def test_rows_are_added_moved_and_removed(work: Workplace, filler: Visitor):
    page = filler.page
    page.goto(work.at("causes"))
    for number, course in enumerate(("A", "B")):
        page.locator(f"#plan-causes-{number}-course").fill(course)
    page.get_by_role("button", name="Add a row").click()
    page.keyboard.type("C")
    page.get_by_role("button", name="Move up: row 3").click()
    expect(said(page, "causes")).to_have_text(SAVED)
    page.get_by_role("button", name="Remove: row 1").click()

    expect(said(page, "causes")).to_have_text(SAVED)
    page.reload()
    assert work.stored("causes") == {"causes": [{"course": "C"}, {"course": "B"}]}
    expect(page.locator("#plan-causes-0-course")).to_have_value("C")


def test_what_equipment_costs_is_added_up_as_it_is_typed(work: Workplace, filler: Visitor):
    work.ask("technology", PlanAccess.FILL)
    page = filler.page
    page.goto(work.at("technology"))
    total = prompt(page, "equipment").locator("[data-cost]")
    expect(total).not_to_be_visible()
    for name, text in (("item", "Headphones"), ("quantity", "30"), ("price", "12.50")):
        type_into(page, f"equipment-0-{name}", text)

    expect(total).to_have_text("In all: $375")
    page.reload()
    expect(total).to_have_text("In all: $375")


def test_a_number_ticks_its_option_and_goes_with_the_tick(work: Workplace, filler: Visitor):
    work.ask("reasons", PlanAccess.FILL)
    page = filler.page
    page.goto(work.at("reasons"))
    box, count = page.locator("#plan-reasons-failed"), page.locator("#plan-reasons-failed-count")
    with page.expect_response(ANSWERS):
        count.fill("214")
    expect(box).to_be_checked()

    with page.expect_response(ANSWERS):
        box.uncheck()
    expect(count).to_have_value("")
    assert "reasons" not in work.stored("reasons")
    box.check()
    expect(count).to_have_value("214")


def test_rows_are_pasted_from_a_spreadsheet(work: Workplace, filler: Visitor):
    page = filler.page
    page.goto(work.at("causes"))
    page.get_by_text("Paste rows from a spreadsheet").click()
    page.get_by_label("Rows to add").fill("Course\tGrade\nAlgebra 1\t9\nEnglish 2\t10")
    page.get_by_role("button", name="Add these rows").click()

    expect(page.locator("#plan-causes-1-grade")).to_have_value("10")
    assert len(work.stored("causes")["causes"]) == 2  # type: ignore[arg-type]


def test_a_day_that_can_not_be_read_stays_to_be_corrected(work: Workplace, filler: Visitor):
    filler.expected.append(TOO_LONG)
    work.ask("success", PlanAccess.FILL)
    page = filler.page
    page.goto(work.at("success"))
    prompt(page, "reviews").get_by_text("Paste rows from a spreadsheet").click()
    prompt(page, "reviews").get_by_label("Rows to add").fill("6/30/2029\tSeniors\n3/4/2029\tAll")
    prompt(page, "reviews").get_by_role("button", name="Add these rows").click()
    page.wait_for_load_state()  # with its scripts

    day = page.locator("#plan-reviews-1-on")
    expect(day).to_have_value("3/4/2029")
    expect(page.locator("#plan-reviews-1-on-error")).to_contain_text("Enter a date")
    day.fill("2029-03-04")
    page.keyboard.press("Tab")
    expect(said(page, "reviews")).to_have_text(SAVED)
    rows = work.stored("success")["reviews"]
    assert [row["on"] for row in rows] == ["2029-06-30", "2029-03-04"]  # type: ignore[attr-defined, index]


def test_who_is_asked_no_more_reads_the_reason_and_keeps_the_words(
    work: Workplace, filler: Visitor
):
    filler.expected.append(GONE)
    page = filler.page
    work.ask("schedule", None)
    type_into(page, "cohorts", "By grade, typed too late")

    expect(said(page, "cohorts")).to_have_text(
        "Not saved: You are not asked to fill in this section any more."
    )
    expect(prompt(page, "cohorts").get_by_role("button", name="Save it as a file")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/unsent/")
    expect(page.locator("main li")).to_contain_text("Schedule and rooms – ")
    expect(page.locator("main li")).to_contain_text("By grade, typed too late")


def test_a_counselor_fills_in_one_section_on_a_phone(work: Workplace, browse: Browse):
    visitor = browse(work.site, width=PHONE).sign_in(work.filler, PASSWORD)
    page = visitor.page
    page.goto(work.at("schedule"))
    page.locator("#plan-minutes").fill("50")
    prompt(page, "place").get_by_text("Alongside the normal load").tap()
    # Each answer is saved by itself: the second may be there before the first.
    expect(said(page, "minutes")).to_have_text(SAVED)
    expect(said(page, "place")).to_have_text(SAVED)

    assert overflow(page) == []
    assert work.stored("schedule") == {"minutes": "50", "place": "alongside"}
    visitor.snap("phone")
