"""Measures in a browser: a chair follows what the plan suggests, and sees how it is going."""

import pytest
from playwright.sync_api import expect

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.planning.workbook import save_plan_answers
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import PHONE
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, plan")
ROW = {"measure": "Courses finished", "baseline": "61 %", "target": "90 %", "by": "2031-06-30"}


def test_a_chair_follows_a_measure_and_corrects_a_value(site: Site, browse: Browse):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP)
        mail = db.session.get_one(User, made.chair.user_id).email
        save_plan_answers(made.chair, made.slug, "success", {"measures": [ROW]})
        db.session.remove()
    chair = browse(site).sign_in(mail, PASSWORD)
    chair.page.goto(made.url("plan/sections/success"))
    chair.follow("How it is going")
    chair.follow("Propose measures")
    chair.page.get_by_label("Courses finished").check()
    assert violations(chair.page) == []
    chair.press("Follow what is selected")
    chair.page.get_by_role("link", name="Change").click()
    chair.page.get_by_label("It was so on").fill("2022-06-30")
    chair.press("Save")
    for period, value in (("2022-23", "9"), ("2023-24", "75.5")):
        chair.page.get_by_role("link", name="Record a value").click()
        chair.page.get_by_label("Day or school year").fill(period)
        chair.page.get_by_label("Value").fill(value)
        chair.press("Save")
    first = chair.page.get_by_role("row").filter(has_text="2022–23")
    first.get_by_role("link", name="Correct").click()
    chair.page.get_by_label("Value").fill("69")
    chair.page.get_by_label("What was wrong?").fill("A digit was lost.")
    chair.press("Save")
    expect(chair.page.get_by_text("On track.")).to_be_visible()
    chart = chair.page.get_by_role("img", name="Line chart of Courses finished")
    expect(chart.locator(".scatterlayer .point").first).to_be_attached()
    chair.page.get_by_text("Corrected").click()
    expect(chair.page.get_by_text("A digit was lost.")).to_be_visible()
    assert violations(chair.page) == []
    chair.snap("measures")
    chair.page.emulate_media(media="print")
    drawn, told = chart.bounding_box(), first.bounding_box()
    assert drawn
    assert told
    assert drawn["y"] + drawn["height"] <= told["y"]  # nothing lies on the chart
    chair.page.emulate_media(media="screen")
    chair.follow("Record a review meeting")
    chair.page.get_by_label("Held on").fill("2023-01-15")
    chair.page.get_by_label("Minutes").fill("Who finished, and who did not.")
    chair.page.get_by_label("Decisions, one a line").fill("Ask the registrar\nOrder seats")
    chair.page.get_by_label("Next review on").fill("2031-06-01")
    assert violations(chair.page) == []
    chair.snap("review")
    chair.press("Save")
    expect(chair.page.get_by_text("Order seats")).to_be_visible()
    expect(chair.page.get_by_role("row").filter(has_text="June 1, 2031")).to_be_visible()
    assert violations(chair.page) == []

    small = browse(site, width=PHONE).sign_in(mail, PASSWORD)
    small.page.goto(made.url("plan/measures"))
    expect(small.page.get_by_role("cell").filter(has_text="75.5 %")).to_be_visible()
    assert overflow(small.page) == []
    small.snap("measures on a phone")
