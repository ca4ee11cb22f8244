"""Signing in while everybody does: the form waits for its turn, and nobody types twice."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.people import hashing
from tests.browser.conftest import Browse
from tests.browser.sites import Site
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, scripts")

WAITING = "Many people are signing in right now. Leave this page open: it tries again by itself."
BUSY = "Many people are signing in right now. Wait a few seconds, then send it again."
UNAVAILABLE = r"Failed to load resource: .* 503 "
REFUSED = r"Failed to load resource: .* 422 "


@pytest.fixture
def email(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody who has an account, on a site that checks one password and lets nobody wait."""
    set_settings(site.app, monkeypatch, HASHES_AT_ONCE=1, HASHES_WAITING=0)
    with site.app.app_context():
        limiter.reset()
        found = db.session.get_one(User, Factory(site.app).actor().user_id).email
        db.session.remove()
    return found


@pytest.fixture
def full(site: Site, email: str) -> Iterator[ExitStack]:
    """Somebody else's password is being checked until this is closed."""
    with site.app.app_context(), ExitStack() as held:
        held.enter_context(hashing.find_hash_queue().queue.take_turn())
        yield held


def test_the_form_says_that_it_waits_and_sends_itself_again(site, email, full, browse: Browse):
    who = browse(site)
    who.expected.append(UNAVAILABLE)
    page = who.page
    page.goto("/sign-in?next=/terms")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)

    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("main").get_by_role("status")).to_have_text(WAITING)
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    who.snap("waiting")
    full.close()
    page.wait_for_url("**/terms", timeout=15_000)


def test_without_a_script_the_form_comes_back_with_the_address(site, email, full, browse: Browse):
    who = browse(site, script=False)
    who.expected.append(UNAVAILABLE)
    page = who.page
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)

    who.press("Sign in")

    expect(page.get_by_role("alert").first).to_contain_text(BUSY)
    expect(page.get_by_label("E-mail address")).to_have_value(email)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    full.close()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    who.press("Sign in")
    assert page.url == f"{site.url}/"


def test_what_is_wrong_is_said_on_the_page_and_the_password_can_be_typed_again(
    site, email, browse: Browse
):
    who = browse(site)
    who.expected.append(REFUSED)
    page = who.page
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill("not this one at all")

    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("main").get_by_role("alert")).to_have_text(
        "The e-mail address or the password is not right."
    )
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    who.snap("wrong")


def test_a_password_is_looked_at_and_judged_while_it_is_typed(site, email, browse: Browse):
    page = browse(site).sign_in(email, PASSWORD).page
    page.goto("/account/password")
    field, said = page.locator("#password"), page.locator("[data-judges=password]")
    expect(field).to_have_attribute("type", "password")

    field.press_sequentially("too short")
    expect(said).to_have_text("9 of at least 15 characters")
    field.fill("passwordpassword")
    expect(said).to_contain_text("words and rows of keys that are guessed first")
    field.fill("seven green bottles on it")
    expect(said).to_have_text("Long enough, and not easy to guess.")
    page.locator("#password-shown").check()
    expect(field).to_have_attribute("type", "text")
    page.locator("#password-shown").uncheck()
    expect(field).to_have_attribute("type", "password")
