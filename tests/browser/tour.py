"""A tour: everything that one load of a page can show, on every page that somebody may open."""

from collections.abc import Collection
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.looks import (
    OF_COLOUR,
    RULES,
    broken_references,
    overflow,
    structure,
    violations_at,
    wait_for_charts,
)
from tests.browser.visitor import DESKTOP, HEIGHT, PHONE, Visitor

Faults = dict[str, list[str]]  # by address, where there are any


class Known:
    """What was found to be without a fault.

    axe takes most of a tour. Elements that are built like those of an earlier page, with all around
    them, and had no fault there in the same light, are not given to it again.
    """

    def __init__(self) -> None:
        self._faultless: dict[str, set[str]] = {}  # the places of structure, by light

    def look(self, light: str, page: Page, rules: dict[str, object] = RULES) -> list[str]:
        """What axe finds in this light in the elements that are new on this page."""
        wait_for_charts(page)
        new = structure(page) - self._faultless.setdefault(light, set())
        found = violations_at(page, new, rules) if new else []
        if not found:
            self._faultless[light] |= new
        return found


@dataclass(frozen=True, kw_only=True)
class Tour:
    """What was seen: the addresses, and the faults of each in each light."""

    seen: list[str] = field(default_factory=list)
    seen_on_phone: list[str] = field(default_factory=list)
    too_wide: Faults = field(default_factory=dict)
    references: Faults = field(default_factory=dict)
    in_light: Faults = field(default_factory=dict)
    in_dark: Faults = field(default_factory=dict)
    on_dark_phone: Faults = field(default_factory=dict)
    complaints: Faults = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    def visit(self, visitor: Visitor, place: str, *, also_on_phone: bool) -> None:
        """Open a page on the narrowest phone; look at it there, then on a desktop, light and dark.

        In the dark only those rules count that colours can break; on a dark phone, all of them.
        """
        page, before = visitor.page, len(visitor.unexpected())
        width = page.viewport_size["width"] if page.viewport_size else 0
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        note(self.too_wide, place, overflow(page))
        note(self.references, place, broken_references(page))
        resize(page, DESKTOP)
        note(self.in_light, place, self.known.look("light", page))
        page.emulate_media(color_scheme="dark")
        note(self.in_dark, place, self.known.look("dark", page, OF_COLOUR))
        if also_on_phone:
            resize(page, PHONE)
            note(self.on_dark_phone, place, self.known.look("dark phone", page))
            self.seen_on_phone.append(place)
        page.emulate_media(color_scheme="light")
        resize(page, width)
        note(self.complaints, place, visitor.unexpected()[before:])
        self.seen.append(place)


def note(faults: Faults, place: str, found: list[str]) -> None:
    """Keep what was found there, if anything was."""
    if found:
        faults[place] = found


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})


def make_tour(
    visitor: Visitor, places: Collection[str], on_phone: Collection[str], known: Known | None = None
) -> Tour:
    """Visit these pages, some of them on a dark phone as well, after tours that others made."""
    assert len(places) > 1  # who sees no page finds no fault
    tour = Tour(known=known or Known())
    for place in places:
        tour.visit(visitor, place, also_on_phone=place in on_phone)
    return tour
