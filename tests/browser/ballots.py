"""A ballot that waits for a reviewer, and the hands that fill it in."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from sqlalchemy import update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import UserSession
from crrubric.queries.people.people import Actor
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, stored_marks

SAVED = re.compile(r"^Saved \d?\d:\d\d [AP]M$")
RETRYING = "Not saved yet – trying again…"
REFUSED_CONNECTION = r"Failed to load resource: net::ERR_"
CONFLICT = r"Failed to load resource: .* 409 "
SIGNED_OUT = r"Failed to load resource: .* 401 "
TOO_LONG = r"Failed to load resource: .* 422 "
UNAVAILABLE = r"Failed to load resource: .* 503 "
MARKS = "**/marks/*"
UNSENT = "Object.keys(localStorage).filter((key) => key.startsWith('crrubric.unsent.')).length"
OUT, SOON = "You were signed out", "You have been signed in for almost twelve hours"
OTHER = "Somebody else is signed in"


@dataclass(frozen=True)
class Task:
    """A ballot that waits for a reviewer: three criteria, none marked."""

    site: Site
    email: str
    address: str
    other: str  # the address of another reviewer
    slug: str
    chair: Actor

    def stored(self) -> list[tuple[Answer, str]]:
        """(answer, note) of every mark in the database."""
        with self.site.app.app_context():
            found = stored_marks()
            db.session.remove()
        return found


def form(page: Page, number: int = 0) -> Locator:
    return page.locator("form[data-mark]").nth(number)


def status(page: Page, number: int = 0) -> Locator:
    return form(page, number).get_by_role("status")


def choose(page: Page, look: str, number: int = 0) -> None:
    form(page, number).locator(f"label.{look}").click()


def note(page: Page, number: int = 0) -> Locator:
    """The note of one criterion, unfolded."""
    if not form(page, number).get_by_label("Why? What did you see?").is_visible():
        form(page, number).get_by_text("Note and evidence").click()
    return form(page, number).get_by_label("Why? What did you see?")


def write(page: Page, text: str, number: int = 0) -> None:
    """Type into the note and stay there."""
    note(page, number).click()
    page.keyboard.type(text)


def sign_in_here(page: Page, email: str, name: str = OUT) -> None:
    dialog = page.get_by_role("dialog", name=name)
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()


def end_sessions(task: Task) -> None:
    with task.site.app.app_context():
        db.session.execute(update(UserSession).values(ended_at=now_utc()))
        db.session.commit()
        db.session.remove()


def cut_off(visitor: Visitor) -> None:
    """No mark reaches the server any more; the rest of the site does."""
    visitor.expected.append(REFUSED_CONNECTION)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.page.route(MARKS, lambda route: route.abort())
