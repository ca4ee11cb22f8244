"""The people of a small evaluation, and somebody who has a keyboard and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.vocabulary import Answer, Phase, Role
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.queries.people.people import Actor
from crrubric.services.setup.phases import change_phase
from tests.browser.sites import Site
from tests.browser.visitor import Visitor, named
from tests.factories import PASSWORD, Factory, Made, stored_marks

COMPANIES = ("Harborlight", "Quillmere")  # no word that a page has too
MOST_STOPS = 200  # of the Tab key, on the longest page

# What has the focus, if it is in the main part, and where it stands on the page. The bar that
# stays at the window's edge has no place in the text; what scrolls by itself counts as unscrolled.
STOP = """() => {
  const node = document.activeElement;
  if (!node.closest("main")) return null;
  const box = (node.closest("label") ?? node).getBoundingClientRect();
  const region = node.closest(".scroll") ?? { scrollTop: 0, scrollLeft: 0 };
  const down = scrollY + region.scrollTop, right = scrollX + region.scrollLeft;
  return {
    name: node.outerHTML.slice(0, 90),
    floats: Boolean(node.closest(".sticky")),
    top: box.top + down, bottom: box.bottom + down,
    left: box.left + right, right: box.right + right,
  };
}"""


# The people


@dataclass(frozen=True)
class Scene:
    """An evaluation of two vendors, with the addresses of its people."""

    site: Site
    made: Made
    chair: str
    reviewers: list[str]
    observer: str

    @contextmanager
    def acting(self) -> Iterator[Factory]:
        """What other people do meanwhile, without a browser."""
        with self.site.app.app_context():
            yield Factory(self.site.app)
            db.session.remove()

    def stored(self) -> list[tuple[Answer, str]]:
        """(answer, note) of every mark in the database."""
        with self.acting():
            return stored_marks()


def set_up(
    site: Site,
    phase: Phase,
    *,
    rubric: Rubric | None = None,
    marks: dict[tuple[int, int], str] | None = None,
    declared: bool = True,
) -> Scene:
    """A chair, two reviewers and an observer; the vendors have names of their own."""
    with site.app.app_context():
        limiter.reset()
        make = Factory(site.app)
        made = make.evaluation(vendors=0, rubric=rubric)
        made.vendors = [make.vendor(made.chair, made.slug, name) for name in COMPANIES]
        observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
        if declared:
            make.forward(made, phase, marks or {})
        else:
            change_phase(made.chair, made.slug, phase)
        for row in (made.evaluation, *made.vendors, *made.criteria):
            db.session.refresh(row)  # what is read of them later has no session any more
        people = [email_of(person) for person in (made.chair, *made.reviewers, observer)]
        db.session.remove()
    return Scene(site, made, people[0], people[1:-1], people[-1])


def email_of(actor: Actor) -> str:
    return db.session.scalars(select(User.email).where(User.id == actor.user_id)).one()


# The keyboard


@dataclass
class Keyboard:
    """Somebody who only has keys."""

    visitor: Visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def sign_in(self, email: str) -> "Keyboard":
        self.page.goto("/sign-in")
        self.read()
        self.reach(self.page.get_by_label("E-mail address"))
        self.type(email)
        self.press("Tab")
        self.type(PASSWORD)
        self.enter("Enter")
        return self

    def read(self) -> None:
        """From the skip link through the main part of a page: it leads on, and never back."""
        skip = self.page.get_by_role("link", name="Skip to main content")
        self.press("Tab")
        expect(skip).to_be_focused()
        self.press("Enter")
        expect(self.page.locator("main")).to_be_focused()
        assert backwards(stops(self.page)) == []

    def reach(self, target: Locator) -> None:
        """On with Tab until the target has the focus."""
        for _ in range(MOST_STOPS):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.press("Tab")
        expect(target).to_be_focused()

    def enter(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)

    def follow(self, name: str) -> None:
        self.reach(self.visitor.link(name))
        self.enter()

    def menu(self, name: str) -> None:
        """A page of the menu, on the way from the top."""
        self.reach(self.page.locator("header nav").get_by_role("link", name=name, exact=True))
        self.enter()

    def push(self, name: str) -> None:
        self.reach(self.page.locator("main").get_by_role("button", name=named(name)))
        self.enter()


def stops(page: Page) -> list[dict[str, Any]]:
    """Where Tab stops in the main part, in this order."""
    found = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        found.append(stop)
    return found


def backwards(found: list[dict[str, Any]]) -> list[str]:
    """The stops that lie before the one before them, where one reads from top left."""
    placed = [stop for stop in found if not stop["floats"]]
    return [
        f"{now['name']} after {before['name']}"
        for before, now in pairwise(placed)
        if above(now, before) or left_of(now, before)
    ]


def above(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether it is higher, and not in a column further right."""
    return bool(now["bottom"] <= before["top"] + 1 and now["left"] < before["right"])


def left_of(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether it is further left in the same line."""
    same = now["top"] < before["bottom"] and before["top"] < now["bottom"]
    return bool(same and now["right"] <= before["left"] + 1)


# The ballot


def mark(page: Page, number: int = 0) -> Locator:
    """The form of one criterion."""
    return page.locator("form[data-mark]").nth(number)


def status(page: Page, number: int = 0) -> Locator:
    return mark(page, number).get_by_role("status")


SAVED = re.compile(r"^Saved \d?\d:\d\d [AP]M$")
RECEIPT = re.compile(r"^([0-9a-f]{8} ){7}[0-9a-f]{8}$")
