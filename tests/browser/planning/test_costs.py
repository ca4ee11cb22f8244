"""The cost of a vendor in a browser: learners and lines are typed, a figure opens."""

import pytest
from playwright.sync_api import expect

from crrubric.domain.vocabulary import Phase, PriceUnit
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.setup.vendors import VendorFacts, change_vendor
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import PHONE
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, plan")


def test_a_chair_types_learners_and_lines_and_sees_what_it_comes_to(site: Site, browse: Browse):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP, reviewers=1)
        first = made.vendors[0]
        facts = VendorFacts(
            company=first.company,
            product=first.product,
            price_unit=PriceUnit.LEARNER,
            unit_price_cents=4500,
            term_months=36,
        )
        change_vendor(made.chair, made.slug, first.id, facts)
        mail = db.session.get_one(User, made.chair.user_id).email
        cost = made.url(f"vendors/{first.id}/cost")
        db.session.remove()
    chair = browse(site).sign_in(mail, PASSWORD)

    chair.page.goto(cost)
    expect(chair.page.get_by_text("The cost over the term can’t be computed.")).to_be_visible()
    chair.page.get_by_role("link", name="the number of learners").click()
    chair.page.get_by_label("Learners, at least").fill("100")
    chair.page.get_by_label("Learners, at most").fill("119")
    assert violations(chair.page) == []
    chair.press("Save")
    expect(chair.page.get_by_text("Learners and fund are saved.")).to_be_visible()

    chair.page.goto(cost)
    chair.follow("Further prices")
    chair.page.get_by_label("What for, row 1").select_option("Training")
    chair.page.get_by_label("Price is, row 1").select_option("for the whole district")
    chair.page.get_by_label("Paid, row 1").select_option("once")
    chair.expected.append("status of 422")
    chair.press("Save the prices")
    expect(chair.page.get_by_role("alert")).to_contain_text("Fill this in as well.")
    assert violations(chair.page) == []
    chair.page.get_by_label("Price in dollars, row 1").fill("1,500")
    chair.snap("lines")
    chair.press("Save the prices")
    expect(chair.page.get_by_text("The prices are saved.")).to_be_visible()

    figure = chair.page.get_by_text("$15,000 – $17,565")
    sum_ = chair.page.get_by_text("$13,500 + $1,500 = $15,000")
    expect(sum_).to_be_hidden()
    figure.focus()
    chair.page.keyboard.press("Enter")
    expect(sum_).to_be_visible()
    assert violations(chair.page) == []
    chair.snap("cost")

    phone = browse(site, width=PHONE).sign_in(mail, PASSWORD)
    for path in (cost, cost.replace("/cost", "/prices")):
        phone.page.goto(path)
        assert overflow(phone.page) == []
    phone.snap("lines on a phone")
