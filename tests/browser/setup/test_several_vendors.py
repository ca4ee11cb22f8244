"""Vendors with all that their offers cost, looked through on a wide and a narrow page."""

import csv
from io import StringIO

import pytest
from playwright.sync_api import expect

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from tests.browser.conftest import Browse
from tests.browser.looks import broken_references, overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, NARROW
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, plan")
TABLE = (
    "Vendor\tPrice\tPrice is\tStudents\tTerm\tRenewal cap\tTraining\tSet-up fee\tFurther prices\n"
    'Quill\t38.50\tper student\t420\t36\t3.5\t$2,500\tfree\t"From | 30 | | 500"\n'
)


@pytest.mark.parametrize("width", [DESKTOP, NARROW])
def test_what_an_offer_costs_is_looked_through_corrected_and_downloaded(
    site: Site, browse: Browse, width: int
):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP, title=f"Width {width}")
        email = db.session.get_one(User, made.chair.user_id).email
        db.session.remove()
    chair = browse(site, width=width).sign_in(email, PASSWORD)
    chair.expected.append("status of 422")  # the lines are shown with what is wrong
    page = chair.page
    page.goto(made.url("vendors/several"))
    page.get_by_label("Lines from a spreadsheet").fill(TABLE)
    chair.press("Show the lines")
    expect(page.get_by_label("Training, once, in dollars")).to_have_value("$2,500")
    assert violations(page) + overflow(page) + broken_references(page) == []
    chair.snap("offer-lines")

    page.get_by_label("Set-up and other, once, in dollars").fill("1200")
    chair.press("Add the selected vendors")
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download them as a table").click()
    rows = list(csv.DictReader(StringIO(waited.value.path().read_text("utf-8-sig"))))

    assert rows[-1]["Company"] == "Quill"
    assert rows[-1]["Set-up and other, once, in dollars"] == "1200.00"
    assert rows[-1]["Further prices, one a line"] == "Line above, from so many on | 30 |  | 500"


@pytest.mark.parametrize("width", [DESKTOP, NARROW])
def test_columns_that_are_not_known_are_asked_for(site: Site, browse: Browse, width: int):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP, title=f"Columns {width}")
        email = db.session.get_one(User, made.chair.user_id).email
        db.session.remove()
    chair = browse(site, width=width).sign_in(email, PASSWORD)
    chair.expected.append("status of 422")
    page = chair.page
    page.goto(made.url("vendors/several"))
    page.get_by_label("Lines from a spreadsheet").fill("Our list\n\nAnbieter;Preis\nQuill;38.50\n")
    chair.press("Show the lines")
    expect(page.get_by_label("Row with the headers")).to_have_value("3")
    assert violations(page) + overflow(page) + broken_references(page) == []

    page.get_by_label("Anbieter").select_option(label="Company")
    chair.press("Show the lines")
    expect(page.get_by_label("Company")).to_have_value("Quill")
    page.get_by_role("link", name="Change that").click()
    page.get_by_label("Preis").select_option(label="Price of one unit for a year, in dollars")
    assert violations(page) + overflow(page) + broken_references(page) == []
    chair.snap("columns")
    chair.press("Read the table again")
    expect(page.get_by_label("Price of one unit for a year, in dollars")).to_have_value("38.50")
    chair.press("Add the selected vendors")
    expect(page.get_by_role("status").or_(page.locator(".message.done")).first).to_be_visible()
