"""Somebody at a browser of their own; browsers are tidied up and used again."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, expect

from crrubric.services.demo.district import DEMO_PASSWORD
from tests.browser.sites import Site

SCREENSHOTS = Path(__file__).parent / "screenshots"
DESKTOP, PHONE, NARROW = 1280, 360, 320
HEIGHT = 800


def named(name: str) -> re.Pattern[str]:
    """This name and no other; browsers put a blank before words that are there for the ear."""
    return re.compile("^" + re.escape(name).replace(":", " ?:") + "$")


@dataclass
class Visitor:
    """Somebody at a browser of their own."""

    site: Site
    context: BrowserContext
    page: Page
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # patterns
    steps: int = 0
    clicks: int = 0  # on links, buttons and choices; a field that is typed into is reached by Tab
    worn_out: bool = False  # whether nobody else may have the context afterwards

    def listen(self) -> None:
        """Write down what the browser complains about, on every page of this context."""
        self.context.on("console", self.hear)
        self.context.on("weberror", self.hear_error)

    def listen_no_more(self) -> None:
        self.context.remove_listener("console", self.hear)
        self.context.remove_listener("weberror", self.hear_error)

    def hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def hear_error(self, event: Any) -> None:
        self.complaints.append(str(event.error))

    def count_posts(self) -> list[str]:
        """The addresses to which forms are sent from now on."""
        sent: list[str] = []
        self.page.on("request", lambda it: sent.append(it.url) if it.method == "POST" else None)
        return sent

    def unexpected(self) -> list[str]:
        """The complaints that no test asked for."""
        return [
            text
            for text in self.complaints
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]

    def sign_in(self, email: str, password: str = DEMO_PASSWORD) -> "Visitor":
        """Get the cookie of somebody who has signed in; the form is not what is tested."""
        cookie = self.site.cookie_of(email, password)
        self.context.add_cookies(
            [
                {
                    "name": self.site.cookie_name,
                    "value": cookie,
                    "url": self.site.url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return self

    def sign_in_by_form(self, email: str, password: str) -> "Visitor":
        """Sign in as people do, which leads to the page of what waits for them."""
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")
        assert not self.page.url.endswith("/sign-in")
        return self

    def stop_clock(self, page: Page | None = None) -> None:
        """Put the test in charge of the time, for every page of this context and for good."""
        self.worn_out = True
        (page or self.page).clock.install()

    def leave(self, by: Locator) -> None:
        """Click and wait until the next page has come: a click alone waits for nothing."""
        self.clicks += 1
        with self.page.expect_navigation():
            by.click()

    def choose(self, choice: Locator) -> None:
        """Click on something of the page that leads to no other: a choice, a button of a script."""
        self.clicks += 1
        choice.click()

    def press(self, name: str) -> None:
        """Push the button of this name, which leads to another page."""
        self.leave(self.page.get_by_role("button", name=named(name)))

    def link(self, name: str) -> Locator:
        """The link of this name in the page's main part."""
        return self.page.locator("main").get_by_role("link", name=named(name))

    def follow(self, name: str) -> None:
        """Follow the link of this name to its page."""
        self.leave(self.link(name))

    def sees(self, heading: str) -> None:
        """Wait for the page with this heading."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def snap(self, step: str) -> None:
        """Screenshots of this step for people: phone and desktop, light and dark.

        They prove nothing and cost as much as the test, so they are taken where SCREENSHOTS=1.
        """
        if os.environ.get("SCREENSHOTS") != "1":
            return
        self.steps += 1
        self.pictures.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size or {"width": DESKTOP, "height": HEIGHT}
        for width, form in ((DESKTOP, "desktop"), (PHONE, "phone")):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                name = f"{self.steps:02}-{step}-{form}-{scheme}.png"
                self.page.screenshot(path=self.pictures / name, animations="disabled")
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme="null")


@dataclass(frozen=True)
class Kind:
    """What can't be changed any more once a browser context is open."""

    url: str
    touch: bool
    script: bool


@dataclass(frozen=True)
class Room:
    """An open context. Its window stays open with a page that nobody uses: windows are dear."""

    kind: Kind
    context: BrowserContext
    session: CDPSession  # of the page that nobody uses

    def clear(self) -> None:
        """Close what was opened; forget cookies, and words that were not sent."""
        for page in self.context.pages[1:]:
            page.close()
        self.context.set_offline(False)
        self.session.send(
            "Storage.clearDataForOrigin", {"origin": self.kind.url, "storageTypes": "all"}
        )
        self.context.clear_cookies()


@dataclass
class Contexts:
    """The contexts of a browser. A new one costs a second, so those that are free are used again.

    Who gets one finds no page, cookie or stored word of who had it before; what is kept is the
    cache of files whose address changes with their content.
    """

    browser: Browser
    free: list[Room] = field(default_factory=list)
    taken: dict[BrowserContext, Room] = field(default_factory=dict)

    def visitor(
        self,
        site: Site,
        name: str = "",
        *,
        width: int = DESKTOP,
        scheme: str = "light",
        script: bool = True,
    ) -> Visitor:
        """A stranger with one empty page; `name` is the folder of the screenshots."""
        context = self.take(Kind(site.url, width <= PHONE, script))
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        visitor = Visitor(site, context, page, SCREENSHOTS / name)
        visitor.listen()
        return visitor

    def take(self, kind: Kind) -> BrowserContext:
        """A context that nobody uses."""
        room = next((room for room in self.free if room.kind == kind), None)
        if room is None:
            room = self.open(kind)
        else:
            self.free.remove(room)
        self.taken[room.context] = room
        return room.context

    def open(self, kind: Kind) -> Room:
        """A new context."""
        context = self.browser.new_context(
            base_url=kind.url,
            viewport={"width": DESKTOP, "height": HEIGHT},
            color_scheme="light",
            java_script_enabled=kind.script,
            locale="en-US",
            has_touch=kind.touch,
        )
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(30_000)  # a chart loads slowly on a busy machine
        return Room(kind, context, context.new_cdp_session(context.new_page()))

    def give_back(self, visitor: Visitor) -> None:
        """End the visit."""
        room = self.taken.pop(visitor.context)
        if visitor.worn_out:
            room.context.close()
            return
        visitor.listen_no_more()
        room.clear()
        self.free.append(room)
