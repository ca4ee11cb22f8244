"""Renewing in a browser: a promise was broken, and the next evaluation begins with this one."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import Criterion, Evaluation, User, Vendor
from crrubric.services.meeting import positions
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import PHONE
from tests.factories import PASSWORD, Factory, Made

pytestmark = pytest.mark.xdist_group("browser, plan")


def test_a_chair_says_what_was_broken_and_renews(site: Site, browse: Browse):
    with site.app.app_context():
        limiter.reset()
        make = Factory(site.app)
        made = make.evaluation(phase=Phase.MEETING, vendors=2, marks={(0, 0): "YNY"})
        promise = positions.CommitmentText("Captions in Biology", "Dana", date(2026, 6, 1))
        positions.record_commitment(made.chair, made.slug, made.vendors[0].id, promise)
        make.forward(made, Phase.DECIDED, {})
        mail = db.session.get_one(User, made.chair.user_id).email
        db.session.remove()
    chair = browse(site).sign_in(mail, PASSWORD)
    chair.page.goto(made.url("decision/"))
    chair.page.get_by_role("link", name="Say whether it was kept").click()
    chair.page.get_by_label("broken").check()
    chair.page.get_by_label("What shows it?").fill("Units 4 and 5 have none.")
    assert violations(chair.page) == []
    chair.snap("commitment")
    chair.press("Save")
    expect(chair.page.get_by_text("Units 4 and 5 have none.")).to_be_visible()
    chair.page.goto(made.url(""))
    chair.follow("Renew this evaluation")
    chair.page.get_by_label("Title of the next evaluation").fill("The next contract")
    assert violations(chair.page) == []
    chair.press("Start the next evaluation")
    expect(chair.page.get_by_role("heading", level=1)).to_have_text("The next contract")

    with site.app.app_context():
        limiter.reset()
        new = find_made(made, "The next contract")
        Factory(site.app).forward(new, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})
        earlier, cell = (
            new.url(f"vendors/{new.vendors[0].id}/earlier"),
            new.url(f"cells/{new.vendors[0].id}/{new.criteria[1].id}"),
        )
        db.session.remove()
    chair.page.goto(cell)
    expect(chair.page.get_by_text("Last time:")).to_be_visible()
    assert violations(chair.page) == []
    chair.snap("cell")
    chair.page.get_by_role("link", name="What was found last time").click()
    expect(chair.page.get_by_text("Units 4 and 5 have none.")).to_be_visible()
    assert violations(chair.page) == []
    chair.snap("last time")
    small = browse(site, width=PHONE).sign_in(mail, PASSWORD)
    for page in (made.url("renew"), earlier):
        small.page.goto(page)
        assert overflow(small.page) == []


def find_made(made: Made, title: str) -> Made:
    """The evaluation of this title, with the people of another one."""
    session = db.session()
    found = session.scalars(select(Evaluation).where(Evaluation.title == title)).one()
    vendors, criteria = (
        list(session.scalars(select(row).where(row.evaluation_id == found.id).order_by(row.id)))
        for row in (Vendor, Criterion)
    )
    return Made(found, made.chair, made.reviewers, vendors, criteria)
