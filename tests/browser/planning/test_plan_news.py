"""An open section of the workbook learns what others save; no word that is typed is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from crrubric.domain.vocabulary import PlanAccess
from tests.browser.ballots import TOO_LONG
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.planning.test_plan import (
    Workplace,
    filler,
    prompt,
    said,
    type_into,
    work,
)
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD

__all__ = ["filler", "work"]  # the fixtures of the section's own tests

pytestmark = pytest.mark.xdist_group("browser, plan")
NEWS = "[data-newer]"
SOON = 9_000  # ms: the page asks every four seconds


def expect_news(page: Page, text: str) -> None:
    expect(page.locator(NEWS)).to_contain_text(text, timeout=SOON)


def open_beside(work: Workplace, browse: Browse, width: int | None = None) -> Page:
    """The chair with the schedule open."""
    visitor = browse(work.site, width=width) if width else browse(work.site)
    visitor.sign_in(work.chair, PASSWORD).page.goto(work.at("schedule"))
    return visitor.page


def test_what_another_person_saves_appears_in_the_open_page(
    work: Workplace, filler: Visitor, browse: Browse
):
    page, other = filler.page, open_beside(work, browse)
    page.locator("#plan-cohorts").press_sequentially("By gr")
    type_into(other, "minutes", "40")
    prompt(other, "place").get_by_label("Alongside the normal load").check()
    expect(said(other, "place")).to_contain_text("Saved")

    expect_news(page, f"{work.made.chair.name} changed answers here, last at ")
    expect(page.locator("#plan-minutes")).to_have_value("40", timeout=SOON)
    expect(prompt(page, "place").get_by_label("Alongside the normal load")).to_be_checked(
        timeout=SOON
    )
    expect(prompt(page, "minutes")).to_contain_text(f"{work.made.chair.name} changed this at ")
    expect(page.get_by_text("Less than 45 minutes a day")).to_be_visible()
    expect(page.locator(f"{NEWS} a")).to_have_count(2)
    expect(page.locator("#plan-cohorts")).to_have_value("By gr")
    expect(page.locator("#plan-cohorts")).to_be_focused()
    assert violations(page) == []
    filler.snap("news")

    page.locator(NEWS).get_by_role("button", name="Hide this").click()
    expect(page.locator(NEWS)).to_be_hidden()
    type_into(page, "minutes", "50")
    expect(said(page, "minutes")).to_contain_text("Saved")
    assert work.stored("schedule")["minutes"] == "50"
    expect(other.locator("#plan-minutes")).to_have_value("50", timeout=SOON)
    expect(other.locator("#plan-cohorts")).to_have_value("By gr", timeout=SOON)


def test_what_is_being_typed_stays_beside_what_was_saved(work: Workplace, filler: Visitor):
    page = filler.page
    work.save("schedule", {"minutes": "40"})
    filler.expected.append(TOO_LONG)
    type_into(page, "minutes", "many")  # refused, so it is still typed here and not saved

    box = prompt(page, "minutes").locator(".clash")
    expect(box).to_contain_text("40 minutes", timeout=SOON)
    expect(page.locator("#plan-minutes")).to_have_value("many")
    page.locator("#plan-minutes").fill("45")
    page.keyboard.press("Tab")
    page.wait_for_timeout(1_500)
    assert work.stored("schedule") == {"minutes": "40"}
    box.get_by_role("button", name="Save mine instead").click()
    expect(said(page, "minutes")).to_contain_text("Saved")
    assert work.stored("schedule") == {"minutes": "45"}


def test_whoever_begins_to_type_after_others_saved_sees_both(work: Workplace, filler: Visitor):
    page = filler.page
    page.locator("#plan-cohorts").focus()
    work.save("schedule", {"cohorts": "By subject"})
    expect_news(page, work.made.chair.name)
    expect(page.locator("#plan-cohorts")).to_have_value("")
    expect(prompt(page, "cohorts")).to_contain_text("as soon as you leave this field")
    page.keyboard.type("By grade")

    box = prompt(page, "cohorts").locator(".clash")
    expect(box).to_contain_text("By subject")
    expect(page.locator("#plan-cohorts")).to_have_value("By grade")
    assert violations(page) == []
    filler.snap("both")
    box.get_by_role("button", name="Discard what I typed, and take theirs").click()
    expect(page.locator("#plan-cohorts")).to_have_value("By subject")
    expect(box).to_have_count(0)
    type_into(page, "cohorts", "By subject, then grade")
    expect(said(page, "cohorts")).to_contain_text("Saved")
    assert work.stored("schedule") == {"cohorts": "By subject, then grade"}


def test_a_field_that_is_only_looked_at_shows_it_when_it_is_left(work: Workplace, filler: Visitor):
    page = filler.page
    page.locator("#plan-cohorts").focus()
    work.save("schedule", {"cohorts": "By subject"})
    expect_news(page, work.made.chair.name)
    page.keyboard.press("Tab")

    expect(page.locator("#plan-cohorts")).to_have_value("By subject")
    expect(page.locator(NEWS).get_by_role("link")).to_have_count(1)


def test_rows_of_others_take_their_places(work: Workplace, filler: Visitor):
    page = filler.page
    page.goto(work.at("causes"))
    rows = [{"course": name} for name in ("Algebra 1", "English 2", "Biology")]
    work.save("causes", {"causes": rows})
    expect(page.locator("#plan-causes-2-course")).to_have_value("Biology", timeout=SOON)
    work.save("causes", {"causes": rows[1:]})

    expect(page.locator("#plan-causes-0-course")).to_have_value("English 2", timeout=SOON)
    page.locator("#plan-causes-1-course").fill("Chemistry")
    page.keyboard.press("Tab")
    expect(said(page, "causes")).to_contain_text("Saved")
    assert work.stored("causes") == {"causes": [{"course": "English 2"}, {"course": "Chemistry"}]}


def test_another_window_of_the_same_person_says_so_at_once(work: Workplace, filler: Visitor):
    page, other = filler.page, filler.page.context.new_page()
    other.goto(work.at("schedule"))
    type_into(other, "minutes", "50")
    expect(said(other, "minutes")).to_contain_text("Saved")

    expect(page.locator(NEWS)).to_contain_text("You changed answers here in another window")
    expect(page.locator("#plan-minutes")).to_have_value("50")


def test_who_only_reads_is_told_and_loads_it(work: Workplace, browse: Browse):
    work.ask("schedule", PlanAccess.READ)
    visitor = browse(work.site, width=PHONE).sign_in(work.filler, PASSWORD)
    page = visitor.page
    page.goto(work.at("schedule"))
    work.save("schedule", {"minutes": "50"})
    expect_news(page, work.made.chair.name)
    assert violations(page) == []
    assert overflow(page) == []
    visitor.snap("reader")

    page.get_by_role("button", name="Show what is new").click()
    expect(page.locator(NEWS)).to_be_hidden()
    expect(page.locator("main")).to_contain_text(re.compile("50 minutes"))


def test_who_may_not_read_it_any_more_is_not_asked_for_ever(work: Workplace, filler: Visitor):
    filler.expected.append(r"Failed to load resource: .* 404 ")
    page, asked = filler.page, []
    page.on("request", lambda request: asked.append(request.url) if "?known=" in request.url else 0)
    work.ask("schedule", None)
    page.wait_for_timeout(13_000)

    assert len(asked) == 1
