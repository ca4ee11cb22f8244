"""A real browser on a real server; whatever the browser complains about fails the test."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import select
from waitress import create_server
from waitress.wasyncore import close_all

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import actor_of
from crrubric.services.demo.district import DEMO_PASSWORD, make_demo
from crrubric.services.setup.evaluations import create_evaluation
from crrubric.services.setup.vendors import VendorFacts, add_vendor
from tests.browser.browser import find_browser
from tests.conftest import fresh_app, wipe

SCREENSHOTS = Path(__file__).parent / "screenshots"
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP, PHONE, NARROW = 1280, 360, 320
# On loading, the map library inside plotly tries to add its own sheet. The policy keeps it out,
# and we draw no maps; the hash is of that sheet alone, so any other inline style still counts.
PLOTLY_MAPS = re.escape("'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='")
NO_BROWSER = "the browser tests need Chromium: install it, or name one in CRRUBRIC_BROWSER"


@dataclass(frozen=True)
class Site:
    """A served app."""

    app: Flask
    url: str


def serve(app: Flask) -> Iterator[Site]:
    """Serve the app from a thread, on a free port of this machine, until the tests are done."""
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.effective_port}")
    # its sockets are closed by its own thread, which ends when there is none left
    server.trigger.pull_trigger(lambda: close_all(server._map))
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from serve(fresh_app("", tmp_path_factory.mktemp("site")))


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A served app in which there is nothing yet."""
    with empty_site.app.app_context():
        wipe()
        db.session.remove()
    return empty_site


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The served demo; tests only look at it."""
    app = fresh_app("", tmp_path_factory.mktemp("demo"), DEMO=True)
    with app.app_context():
        make_demo()
        begin_evaluation()
        db.session.remove()
    yield from serve(app)


def begin_evaluation() -> None:
    """An evaluation in set-up, which the demo leaves to those who try it."""
    dana = db.session.scalars(select(User).where(User.email.startswith("dana@"))).one()
    chair = actor_of(dana)
    made = create_evaluation(chair, title="Begun today", rubric=load_built_in_rubric())
    add_vendor(chair, made.slug, VendorFacts(company="Quillmere", product="Courses"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that CRRUBRIC_BROWSER names, else an installed one; none is a failure."""
    path = find_browser()
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def named(name: str) -> re.Pattern[str]:
    """This name and no other; browsers put a blank before words that are there for the ear."""
    return re.compile("^" + re.escape(name).replace(":", " ?:") + "$")


@dataclass
class Visitor:
    """Somebody at a browser of their own."""

    context: BrowserContext
    page: Page
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [PLOTLY_MAPS])  # patterns
    steps: int = 0

    def listen(self) -> None:
        """Write down what the browser complains about, on every page of this context."""
        self.context.on("console", self.hear)
        self.context.on("weberror", lambda event: self.complaints.append(str(event.error)))

    def hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        """The complaints that no test asked for."""
        return [
            text
            for text in self.complaints
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]

    def sign_in(self, email: str, password: str = DEMO_PASSWORD) -> "Visitor":
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")
        assert not self.page.url.endswith("/sign-in")
        return self

    def leave(self, by: Locator) -> None:
        """Click and wait until the next page has come: a click alone waits for nothing."""
        with self.page.expect_navigation():
            by.click()

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
        """Screenshots of this step: phone and desktop, light and dark."""
        self.steps += 1
        self.pictures.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size or {"width": DESKTOP, "height": 800}
        for width, form in ((DESKTOP, "desktop"), (PHONE, "phone")):
            self.page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                name = f"{self.steps:02}-{step}-{form}-{scheme}.png"
                self.page.screenshot(path=self.pictures / name, animations="disabled")
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme="null")


Browse = Callable[..., Visitor]


@pytest.fixture
def browse(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Browse]:
    """browse(site) is a stranger at a desktop. What their browsers complain about must be []."""
    visitors: list[Visitor] = []

    def open_browser(
        site: Site,
        name: str = "",
        *,
        width: int = DESKTOP,
        scheme: str = "light",
        script: bool = True,
    ) -> Visitor:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            locale="en-US",
            has_touch=width <= PHONE,
        )
        context.set_default_timeout(10_000)
        folder = SCREENSHOTS / request.node.originalname / name
        visitor = Visitor(context, context.new_page(), folder)
        visitor.listen()
        visitors.append(visitor)
        return visitor

    yield open_browser
    complaints = [text for visitor in visitors for text in visitor.unexpected()]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []
