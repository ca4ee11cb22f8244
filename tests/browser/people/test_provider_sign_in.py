"""Signing in by a provider in a real browser, with its own cookies, redirections, policies."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db, limiter
from crrubric.models import User, UserSession
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import accounts, links
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, NARROW, PHONE
from tests.conftest import set_settings
from tests.factories import PASSWORD
from tests.integration.people.sign_on.mock_process import running_mock
from tests.integration.people.sign_on.provider import make_settings

pytestmark = pytest.mark.xdist_group("browser, scripts")
NORA = "nora@cedar.example"
# complaints about the provider's own pages
THEIRS = r"\(https?://(?!127\.0\.0\.1)|\(http://127\.0\.0\.1:\d+/(oauth2|favicon)"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with running_mock({"sub": "nora", "email": NORA, "email_verified": True}) as address:
        yield address


@pytest.fixture
def with_provider(site: Site, mock: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that offers the provider, and Nora, who was invited."""
    providers = {"cedar": make_settings(mock)}
    set_settings(site.app, monkeypatch, SITE_URL=site.url, SSO_PROVIDERS=providers)
    with site.app.app_context():
        limiter.reset()
        accounts.add_user(OPERATOR, name="Nora Novak", email=NORA, standing=Standing.ORGANIZER)
        db.session.remove()
    return site


def sign_in_there(page: Page) -> None:
    """The provider's own page."""
    expect(page).to_have_url(re.compile("/oauth2/authorize"))
    page.get_by_role("button", name="nora").click()


def test_there_and_back(with_provider: Site, browse: Browse):
    """Lax cookies come along from another site; the policy for forms is in nobody's way."""
    who = browse(with_provider)
    who.expected.append(THEIRS)
    page = who.page
    page.goto("/account/sign-in")
    expect(page).to_have_url(re.compile("/sign-in"))
    who.snap("choose")

    page.get_by_role("link", name="Sign in with Cedar ID").click()
    sign_in_there(page)

    page.wait_for_url("**/account/sign-in")
    expect(page.get_by_role("main")).to_contain_text("It is your only way in")
    who.snap("connected")


def test_an_account_with_a_password_is_connected(with_provider: Site, browse: Browse):
    with with_provider.app.app_context():
        user = db.session.query(User).filter_by(email=NORA).one()
        links.accept_invite(links.make_operator_link(OPERATOR, user), password=PASSWORD)
        db.session.remove()
    who = browse(with_provider)
    who.expected.append(THEIRS)
    page = who.page
    page.goto("/sign-in?next=/words")
    page.get_by_role("link", name="Sign in with Cedar ID").click()
    sign_in_there(page)
    expect(page.locator("h1")).to_have_text("Connect your account")
    assert violations(page) == []
    who.snap("connect")

    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Connect and sign in").click()

    page.wait_for_url("**/words")


def test_what_was_typed_waits_while_one_signs_in_in_another_window(
    with_provider: Site, browse: Browse
):
    who = browse(with_provider)
    who.expected += [THEIRS, r"401"]
    page = who.page
    page.goto("/sign-in?next=/account")
    page.get_by_role("link", name="Sign in with Cedar ID").click()
    sign_in_there(page)
    page.wait_for_url("**/account")
    page.get_by_label("Your name").fill("Nora Nováková")
    with with_provider.app.app_context():
        db.session.execute(update(UserSession).values(ended_at=now_utc()))
        db.session.commit()
        db.session.remove()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Sign in again")
    who.snap("again")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in with Cedar ID in a new window").click()
    sign_in_there(opened.value)
    opened.value.wait_for_url(f"{with_provider.url}/")
    opened.value.close()

    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Send it now").click()

    page.wait_for_url("**/account")
    expect(page.get_by_label("Your name")).to_have_value("Nora Nováková")


@pytest.mark.parametrize("passwords", [True, False])
@pytest.mark.parametrize("width", [DESKTOP, PHONE, NARROW])
def test_the_page_for_signing_in_fits(
    with_provider: Site,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    passwords: bool,
):
    set_settings(with_provider.app, monkeypatch, PASSWORD_SIGN_IN=passwords)
    who = browse(with_provider)
    who.page.set_viewport_size({"width": width, "height": 800})
    who.page.goto("/sign-in")

    assert overflow(who.page) == []
    assert violations(who.page) == []
    assert who.page.get_by_label("Password", exact=True).count() == int(passwords)
