"""Links that sign in, in a real browser: asked for, opened, used; and confirming by mail."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crrubric.domain.vocabulary import MailKind, Standing
from crrubric.extensions import db, limiter
from crrubric.models import OutgoingMail
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import accounts
from crrubric.services.shared.later import find_later_queue
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, NARROW, PHONE
from tests.conftest import set_settings

pytestmark = pytest.mark.xdist_group("browser, scripts")
ROSA = "rosa@cedar.example"
LINK = re.compile(r"http://\S+/sign-in/(?:confirm/)?link/\S+")


@pytest.fixture
def with_links(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that mails links, and Rosa, who was invited."""
    set_settings(
        site.app,
        monkeypatch,
        MAIL_HOST="localhost",
        MAIL_SENDER="score@cedar.example",
        SITE_URL=site.url,
        SIGN_IN_LINKS=True,
    )
    with site.app.app_context():
        limiter.reset()
        accounts.add_user(OPERATOR, name="Rosa Ruiz", email=ROSA, standing=Standing.MEMBER)
        db.session.remove()
    return site


def read_link(site: Site) -> str:
    """Where the last mail leads."""
    with site.app.app_context():
        find_later_queue().settle()
        rows = select(OutgoingMail.body).where(OutgoingMail.kind == MailKind.SIGN_IN_LINK)
        body = db.session.scalars(rows.order_by(OutgoingMail.id.desc())).first() or ""
        db.session.remove()
    found = LINK.search(body)
    assert found is not None, body
    return found[0]


@pytest.mark.parametrize("width", [DESKTOP, PHONE, NARROW])
def test_a_link_signs_in_and_another_confirms(with_links: Site, browse: Browse, width: int):
    who = browse(with_links)
    who.expected.append("404")
    page = who.page
    page.set_viewport_size({"width": width, "height": 800})

    def look(step: str) -> None:
        who.snap(step)
        assert overflow(page) == []
        assert violations(page) == []

    page.goto("/sign-in")
    look("sign-in")
    who.follow("Send me a link")
    look("ask")
    page.get_by_label("E-mail address").fill(ROSA)
    who.press("Send me a link")
    look("asked")
    url = read_link(with_links)
    page.goto(url)
    look("link")
    who.press("Sign in")
    who.sees("My evaluations")
    page.goto("/account/sign-in/app")
    who.sees("Is it still you?")
    look("confirm")
    who.press("Send me a link")
    confirmation = read_link(with_links)
    page.goto(confirmation)
    look("confirmation")
    who.press("It is me")
    page.goto("/account/sign-in/app")
    who.sees("Set up an authenticator app")
    who.press("Go on")
    expect(page.get_by_label("The six digits that the app shows")).to_be_visible()
    page.goto(url)
    look("spent")
