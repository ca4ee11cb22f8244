"""Action items in a browser: a chair takes what is suggested, a member finishes theirs."""

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


def test_a_chair_takes_suggestions_and_the_owner_finishes_one(site: Site, browse: Browse):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP, reviewers=1)
        people = [db.session.get_one(User, one.user_id) for one in (made.chair, made.reviewers[0])]
        (chair_mail, _chair), (mail, name) = [(one.email, one.name) for one in people]
        steps = [
            {"down": "year1", "across": "early", "step": "Place the seniors", "owner": name},
            {"down": "year1", "across": "mid", "step": "Look at how many finish"},
        ]
        save_plan_answers(made.chair, made.slug, "rollout", {"plan": steps})
        db.session.remove()
    chair = browse(site).sign_in(chair_mail, PASSWORD)
    chair.page.goto(made.url("plan/items/"))
    chair.follow("Propose items")
    chair.page.get_by_label("Place the seniors").check()
    assert violations(chair.page) == []
    chair.snap("proposals")
    chair.press("Put what is selected on the list")
    expect(chair.page.get_by_text("One item is on the list.")).to_be_visible()
    chair.follow("Add an item")
    chair.page.get_by_label("What is to be done?").fill("Order headsets for the lab in room 12")
    chair.page.get_by_label("Done by").fill("2026-01-05")
    chair.snap("new item")
    chair.press("Put it on the list")
    expect(chair.page.get_by_text("overdue")).to_be_visible()
    assert violations(chair.page) == []
    chair.snap("list")

    owner = browse(site, width=PHONE).sign_in(mail, PASSWORD)
    owner.page.goto("/")
    owner.snap("home")
    owner.follow("Place the seniors")
    owner.page.get_by_label("done", exact=True).check()
    owner.snap("state")
    owner.press("Save")
    expect(owner.page.get_by_role("row").filter(has_text="Place the seniors")).to_contain_text(
        "done"
    )
    assert overflow(owner.page) == []
    owner.snap("list on a phone")
