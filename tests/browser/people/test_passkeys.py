"""Passkeys in a real browser, with a device of its own that makes and uses them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db, limiter
from crrubric.models import User
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, NARROW, PHONE, Visitor
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, scripts")


@dataclass(frozen=True)
class VirtualDevice:
    """A phone that makes passkeys and asks for a finger, which it takes for its owner's."""

    session: CDPSession
    id: str

    def credentials(self) -> list[Any]:
        """The passkeys that it has."""
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def set_verified(self, verified: bool) -> None:
        """Whether the finger is the right one from now on."""
        asked = {"authenticatorId": self.id, "isUserVerified": verified}
        self.session.send("WebAuthn.setUserVerified", asked)

    def clear(self) -> None:
        """The device is lost."""
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})


@contextmanager
def plug_in(page: Page) -> Iterator[VirtualDevice]:
    """A device for the browser of this page."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield VirtualDevice(session, found["authenticatorId"])
    session.send("WebAuthn.disable")


def by_name(site: Site) -> Site:
    """The same server by the name that passkeys can be for."""
    return Site(site.app, site.url.replace("127.0.0.1", "localhost"))


def make_person(site: Site, standing: Standing = Standing.MEMBER) -> str:
    """Somebody who has an account."""
    with site.app.app_context():
        limiter.reset()
        actor = Factory(site.app).actor("Nora Novak", standing=standing)
        email = db.session.get_one(User, actor.user_id).email
        db.session.remove()
    return email


def add_key(who: Visitor, name: str) -> None:
    """From the page of one's account to the passkey."""
    page = who.page
    page.goto("/account/sign-in")
    who.follow("Add a passkey")
    page.get_by_label("Your password").fill(PASSWORD)
    who.press("Go on")
    page.get_by_label("Name of the passkey").fill(name)
    who.snap("new-passkey")
    assert violations(page) == []
    who.press("Make the passkey")


def sign_out(who: Visitor) -> None:
    who.press("Sign out")
    expect(who.page.locator("h1")).to_have_text("Sign in")


def test_a_passkey_is_made_and_signs_in_alone_and_as_the_second_step(site: Site, browse: Browse):
    email = make_person(site)
    who = browse(by_name(site))
    page = who.page
    with plug_in(page) as device:
        who.sign_in_by_form(email, PASSWORD)
        add_key(who, "My phone")
        who.sees("Recovery codes")
        page.goto("/account/sign-in")
        expect(page.get_by_role("row", name="My phone")).to_be_visible()
        assert violations(page) == []
        who.snap("own-passkeys")
        assert len(device.credentials()) == 1
        sign_out(who)

        page.goto("/sign-in?next=/words")
        who.snap("sign-in")
        who.press("Sign in with a passkey")
        page.wait_for_url("**/words")
        sign_out(who)

        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        who.sees("The second step")
        assert violations(page) == []
        who.snap("second-step")
        who.press("Use a passkey")
        who.sees("My evaluations")
        assert device.credentials()[0]["signCount"] >= 3


def test_what_the_browser_refuses_is_said_and_can_be_tried_again(site: Site, browse: Browse):
    email = make_person(site)
    who = browse(by_name(site))
    page = who.page
    with plug_in(page) as device:
        who.sign_in_by_form(email, PASSWORD)
        add_key(who, "My phone")
        sign_out(who)
        device.set_verified(False)
        button = page.get_by_role("button", name="Sign in with a passkey")
        problem = page.locator("[data-passkey] [role=alert]")

        button.click()

        expect(problem).to_contain_text("No passkey was used")
        expect(button).to_be_enabled()
        who.snap("refused")
        device.set_verified(True)
        who.press("Sign in with a passkey")
        who.sees("My evaluations")
        sign_out(who)
        device.clear()
        button.click()
        expect(problem).to_contain_text("No passkey was used")


def test_a_device_makes_one_passkey_and_no_second_one_for_the_same_person(
    site: Site, browse: Browse
):
    email = make_person(site)
    who = browse(by_name(site))
    page = who.page
    who.expected.append("409|422")
    with plug_in(page) as device:
        who.sign_in_by_form(email, PASSWORD)
        page.goto("/account/sign-in/passkeys/new")
        page.get_by_label("Your password").fill(PASSWORD)
        who.press("Go on")
        make = page.get_by_role("button", name="Make the passkey")
        make.click()
        expect(page.get_by_role("alert")).to_have_text(
            "Enter a name by which you will know this passkey."
        )
        assert device.credentials() == []
        page.get_by_label("Name of the passkey").fill("My phone")
        who.press("Make the passkey")
        who.sees("Recovery codes")
        page.goto("/account/sign-in/passkeys/new")
        who.press("Confirm with a passkey")
        page.get_by_label("Name of the passkey").fill("Once more")
        make.click()
        expect(page.get_by_role("alert")).to_contain_text("this device has one for you already")
        assert len(device.credentials()) == 1


def test_a_passkey_is_set_up_by_who_has_to(
    site: Site, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    email = make_person(site, Standing.ADMINISTRATOR)
    set_settings(site.app, monkeypatch, TWO_STEPS_FOR="administrators")
    who = browse(by_name(site))
    page = who.page
    with plug_in(page):
        who.sign_in_by_form(email, PASSWORD)
        who.sees("Set up two-step sign-in")
        who.snap("required")
        assert violations(page) == []
        page.get_by_label("Name of the passkey").fill("My phone")
        who.press("Make the passkey")
        who.sees("Recovery codes")
        page.goto("/account/sign-in/off")
        expect(page.get_by_role("main")).to_contain_text("This site asks you")


def test_without_scripts_the_page_names_the_other_ways(site: Site, browse: Browse):
    email = make_person(site)
    who = browse(by_name(site), script=False)
    page = who.page
    page.goto("/sign-in")
    assert "runs no scripts, which passkeys need" in page.content()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    who.press("Sign in")

    page.goto("/account/sign-in")

    assert "An authenticator app works without." in page.content()


@pytest.mark.parametrize("width", [DESKTOP, PHONE, NARROW])
def test_the_pages_of_passkeys_fit(site: Site, browse: Browse, width: int):
    email = make_person(site)
    who = browse(by_name(site))
    page = who.page
    page.set_viewport_size({"width": width, "height": 800})
    with plug_in(page):
        who.sign_in_by_form(email, PASSWORD)
        add_key(who, "The phone with a name that is much longer than most, and goes on")
        for url in ("/account/sign-in", "/account/sign-in/off", "/account/sign-in/passkeys/new"):
            page.goto(url)
            assert overflow(page) == []
            assert violations(page) == []
