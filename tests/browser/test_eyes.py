"""For eyes that see less, or otherwise: larger text, wider spacing, the focus, own colours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse
from tests.browser.demo_pages import CHAIR, REVIEWER
from tests.browser.looks import overflow
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.xdist_group("browser, results and eyes")

MEETING = "/evaluations/credit-recovery-2027/"
SCORING = "/evaluations/algebra-1-summer-recovery/"
OPEN_BALLOT = f"{SCORING}ballots/6"  # of Keisha: begun, not submitted
PLACES = {
    CHAIR: ["/", MEETING, f"{MEETING}matrix", f"{MEETING}compare", f"{MEETING}what-if",
            f"{MEETING}decision/", f"{SCORING}progress", f"{MEETING}journal"],
    REVIEWER: [f"{SCORING}ballots/", OPEN_BALLOT, f"{OPEN_BALLOT}/submit", f"{MEETING}evidence/"],
}  # fmt: skip
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
# what hides a part of its own text, without a way to scroll to it
CUT = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.childElementCount === 0 && e.textContent.trim() && !e.closest(".unseen"))
  .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX)
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
  .map((e) => e.outerHTML.slice(0, 80))"""
COVERED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body) return null;
  const seen = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8]].some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (e.contains(top) || top.contains(e)
      || [...(e.labels ?? [])].some((label) => label.contains(top)));
  });
  return seen ? null : e.outerHTML.slice(0, 90);
}"""


def enlarge(page: Page) -> None:
    """Set the text of the browser to twice its usual size."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})


def everywhere(visitor: Visitor, places: list[str], look: Callable[[Page], list[str]]) -> list[str]:
    """What there is to complain about on these pages."""
    found = []
    for place in places:
        answer = visitor.page.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        found += [f"{place}: {problem}" for problem in look(visitor.page)]
    return found


def covered(page: Page, stops: int) -> list[str]:
    """What gets the focus with the Tab key and lies under something else."""
    found = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        problem = page.evaluate(COVERED)
        found += [problem] if problem else []
    return found


@pytest.mark.parametrize("email", PLACES, ids=["chair", "reviewer"])
def test_text_of_twice_the_size_needs_no_sideways_scrolling(demo: Site, browse: Browse, email: str):
    visitor = browse(demo, width=DESKTOP).sign_in(email)
    visitor.page.goto("/")
    usual = visitor.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    enlarge(visitor.page)

    assert everywhere(visitor, PLACES[email], overflow) == []
    assert (
        visitor.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 2 * usual
    )


@pytest.mark.parametrize("email", PLACES, ids=["chair", "reviewer"])
def test_wider_spacing_of_text_cuts_nothing_off(demo: Site, browse: Browse, email: str):
    visitor = browse(demo, width=PHONE).sign_in(email)

    def look(page: Page) -> list[str]:
        page.evaluate(SPACING)
        return [*overflow(page), *page.evaluate(CUT)]

    assert everywhere(visitor, PLACES[email], look) == []


def test_text_that_is_cut_off_is_found(demo: Site, browse: Browse):
    page = browse(demo).page
    page.goto("/accessibility")

    page.evaluate("""() => {
      const style = document.querySelector("h1").style;
      style.overflow = "hidden"; style.width = "3em"; style.whiteSpace = "nowrap"; }""")

    assert len(page.evaluate(CUT)) == 1


@pytest.mark.parametrize(
    ("email", "place", "width"),
    [(REVIEWER, OPEN_BALLOT, PHONE), (CHAIR, f"{MEETING}matrix?cell=2-34", DESKTOP)],
    ids=["ballot on a phone", "matrix with a cell"],
)
def test_nothing_that_has_the_focus_is_covered(
    demo: Site, browse: Browse, email: str, place: str, width: int
):
    visitor = browse(demo, width=width).sign_in(email)
    visitor.page.goto(place)

    assert covered(visitor.page, 60) == []


def test_a_covered_focus_is_found(demo: Site, browse: Browse):
    page = browse(demo).page
    page.goto("/accessibility")

    page.evaluate("""() => {
      const lid = document.body.appendChild(document.createElement("div"));
      Object.assign(lid.style, { position: "fixed", inset: "0", background: "white" }); }""")

    assert covered(page, 3) != []


def test_a_chosen_answer_shows_in_the_reader_s_own_colours(demo: Site, browse: Browse):
    page = browse(demo).sign_in(REVIEWER).page
    page.emulate_media(forced_colors="active")
    page.goto(OPEN_BALLOT)
    tile = page.locator("form[data-mark]:not([data-marked])").first.locator("label.yes")
    before = tile.screenshot(animations="disabled")

    tile.locator("input").evaluate("(input) => { input.checked = true; }")

    assert tile.screenshot(animations="disabled") != before


def test_the_first_answers_of_a_ballot_stand_on_a_laptop_without_scrolling(
    browse: Browse, demo: Site
):
    page = browse(demo).sign_in(REVIEWER).page
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{SCORING}ballots/7")

    answers = page.locator("form[data-mark] .answers").first.bounding_box()
    bar = page.locator(".sticky").bounding_box()

    assert answers is not None
    assert bar is not None
    assert answers["y"] + answers["height"] <= bar["y"]


def test_a_phone_is_told_of_keys_once_somebody_has_a_keyboard(browse: Browse, demo: Site):
    page = browse(demo, width=PHONE).sign_in(REVIEWER).page
    session = page.context.new_cdp_session(page)
    session.send(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "hover", "value": "none"}, {"name": "pointer", "value": "coarse"}]},
    )
    page.goto(OPEN_BALLOT)
    fold = page.locator("[data-switches]")
    expect(fold.locator("summary")).to_have_text("Working offline", use_inner_text=True)

    page.keyboard.press("?")

    expect(fold.locator("summary")).to_have_text(
        "Shortcuts, and working offline", use_inner_text=True
    )
    expect(fold.get_by_label("Answer with single keys")).to_be_focused()
