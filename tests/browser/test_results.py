"""The matrix in a browser: a cell beside it by keyboard, folding, paper, narrow screens."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browse
from tests.browser.looks import violations
from tests.browser.sites import Site
from tests.browser.visitor import NARROW, PHONE, Visitor

pytestmark = pytest.mark.xdist_group("browser, results and eyes")

CHAIR = "dana@cedarbend.example"
MATRIX = "/evaluations/credit-recovery-2027/matrix"


def opened(browse: Browse, demo: Site, path: str = MATRIX, **options) -> Visitor:
    visitor = browse(demo, **options).sign_in(CHAIR)
    visitor.page.goto(path)
    return visitor


def cell(page: Page, number: int = 5) -> Locator:
    return page.locator(".cell > a").nth(number)


def heading(page: Page) -> Locator:
    return page.locator("#panel-heading")


def test_a_cell_opens_beside_the_matrix_by_keyboard_and_escape_goes_back(
    browse: Browse, demo: Site
):
    page = opened(browse, demo).page
    cell(page).focus()

    page.keyboard.press("Enter")

    expect(heading(page)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/matrix\?cell=\d+-\d+$"))
    expect(cell(page)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(cell(page)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/matrix$"))


def test_another_cell_replaces_the_first_and_back_returns_to_it(browse: Browse, demo: Site):
    page = opened(browse, demo, MATRIX + "?sort=must").page
    cell(page, 0).click()
    expect(heading(page)).to_be_focused()
    first = heading(page).inner_text()
    cell(page, 1).click()
    expect(heading(page)).not_to_have_text(first)

    page.go_back()

    expect(heading(page)).to_have_text(first)
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"sort=must$"))


def test_a_cell_that_does_not_load_is_left_to_its_link(browse: Browse, demo: Site):
    visitor = opened(browse, demo)
    visitor.expected.append("Failed to load resource")
    visitor.page.route("**/aside", lambda route: route.abort())

    visitor.leave(cell(visitor.page))

    expect(heading(visitor.page)).to_be_visible()


def test_on_a_phone_the_headings_that_sort_say_what_they_are_for(browse: Browse, demo: Site):
    page = opened(browse, demo, "/evaluations/credit-recovery-2027/scores", width=PHONE).page

    said = "row => getComputedStyle(row, '::before').content"
    head = page.locator(".card-rows thead tr").first

    assert head.evaluate(said) == '"Sort by:"'
    page.set_viewport_size({"width": 1366, "height": 768})
    assert head.evaluate(said) == "none"


def test_on_a_phone_the_agenda_leads_to_what_stands_below_its_items(browse: Browse, demo: Site):
    page = opened(browse, demo, "/evaluations/credit-recovery-2027/meeting/", width=PHONE).page
    link = page.get_by_role("link", name="Open the meeting")
    button = page.get_by_role("button", name="Open the meeting")
    expect(button).not_to_be_in_viewport()

    link.click()

    expect(button).to_be_in_viewport()
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(link).to_be_hidden()


@pytest.mark.parametrize("width", [1366, PHONE])
def test_what_explains_a_choice_stands_below_its_words(browse: Browse, demo: Site, width: int):
    page = opened(browse, demo, "/evaluations/credit-recovery-2024/archive", width=width).page

    starts = page.locator(".options").first.evaluate(
        """group => [...group.querySelectorAll(".option + .hint")].map((note) => {
          const words = note.previousElementSibling.querySelector("label");
          const start = (node) => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return Math.round(range.getBoundingClientRect().left);
          };
          return start(words) - start(note);
        })"""
    )

    assert starts
    assert set(starts) == {0}


def test_without_script_the_link_leads_to_the_same(browse: Browse, demo: Site):
    visitor = opened(browse, demo, script=False)

    visitor.leave(cell(visitor.page))

    expect(heading(visitor.page)).to_be_visible()
    assert re.search(r"\?cell=\d+-\d+#panel$", visitor.page.url)
    visitor.leave(visitor.page.get_by_role("link", name="Close"))
    expect(visitor.page.locator("#panel")).to_be_hidden()


def test_a_section_folds_in_place_and_the_address_remembers_it(browse: Browse, demo: Site):
    page = opened(browse, demo).page
    section = page.get_by_role("button", name="Access for every learner")
    rows = page.locator("tbody", has=section).locator("tr:visible")
    expect(rows).to_have_count(4)
    section.focus()

    page.keyboard.press("Space")

    expect(section).to_have_attribute("aria-expanded", "false")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("met, 1 unresolved")
    expect(page).to_have_url(re.compile(r"\?fold=access$"))
    page.reload()
    expect(rows).to_have_count(1)
    section.click()
    expect(rows).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_a_cell_open_and_in_short_cells(
    browse: Browse, demo: Site, scheme: str
):
    page = opened(browse, demo, scheme=scheme).page
    cell(page).click()
    expect(heading(page)).to_be_focused()

    assert violations(page) == []
    page.goto(MATRIX + "?dense=1&fold=content&show=split")
    assert violations(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_whoever_chooses_another_order_is_asked_for_its_ranks(
    browse: Browse, demo: Site, script: bool
):
    page = opened(browse, demo, "/evaluations/credit-recovery-2027/decision/", script=script).page
    ranks, why = page.get_by_role("group", name="Ranks"), page.get_by_label("Why another order?")
    expect(ranks).to_be_hidden()

    page.get_by_label("another order", exact=True).check()

    expect(ranks).to_be_visible()
    expect(why).to_be_visible()
    page.get_by_label("the computed order", exact=True).check()
    expect(ranks).to_be_hidden()


@pytest.mark.parametrize("width", [1280, PHONE])
def test_heads_stay_in_view_while_scrolling(browse: Browse, demo: Site, width: int):
    page = opened(browse, demo, width=width).page
    head, first = page.locator("thead th").nth(1), page.locator("tbody th[scope=row]").nth(4)
    page.evaluate("scrollTo(0, 600)")

    top, left = head.bounding_box(), first.bounding_box()

    assert top is not None
    assert left is not None
    assert abs(top["y"]) <= 1
    assert left["x"] >= 0
    assert left["width"] <= width / 2.5


@pytest.mark.parametrize(
    "query", ["", "?cell=2-22", "?dense=1", "?dense=0", "?fold=content&show=split"]
)
def test_a_narrow_page_does_not_scroll_sideways(browse: Browse, demo: Site, query: str):
    page = opened(browse, demo, MATRIX + query, width=NARROW).page

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW


def sheets(page: Page) -> int:
    """How many sheets of paper the page takes."""
    pdf = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_matrix_prints_on_one_sheet_and_legibly(browse: Browse, demo: Site, scheme: str):
    page = opened(browse, demo, scheme=scheme).page

    assert sheets(page) == 1
    page.emulate_media(media="print")
    sizes = page.locator(".matrix :is(th, td, td *):visible").evaluate_all(
        "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize))"
    )
    assert min(sizes) >= 7 * 96 / 72 - 0.01  # seven points, in pixels
    expect(page.locator(".paper")).to_contain_text("Rule: Simple majority.")
    expect(page.locator(".filter-box")).to_be_hidden()


def test_the_comparison_prints_on_two_sheets_at_most(browse: Browse, demo: Site):
    assert sheets(opened(browse, demo, MATRIX.replace("matrix", "compare")).page) <= 2


def test_a_chart_offers_no_button_that_sends_data_away(browse: Browse, demo: Site):
    page = opened(browse, demo, MATRIX.replace("matrix", "scores")).page
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()

    page.locator(".chart").first.hover()

    assert page.locator(".modebar-btn, [data-title*=cloud], [data-title*=Cloud]").count() == 0


def test_a_chart_follows_the_scheme_while_it_is_open(browse: Browse, demo: Site):
    page = opened(browse, demo, MATRIX.replace("matrix", "scores")).page
    label = page.locator(".chart .ytick text").first
    expect(label).to_be_visible()
    before = label.evaluate("node => getComputedStyle(node).fill")

    page.emulate_media(color_scheme="dark")

    expect(label).not_to_have_css("fill", before)


SENDS = """() => new Promise((tell) => {
  document.addEventListener("submit", (event) => {
    tell(!event.defaultPrevented);
    event.preventDefault();
  }, { once: true });
  document.querySelector("[data-finding] button").click();
})"""


def test_a_second_click_does_not_adopt_what_the_next_page_shows(browse: Browse, demo: Site):
    page = opened(browse, demo).page
    cell(page).click()
    place = page.locator("#panel a[href*='/cells/']").first.get_attribute("href")
    page.add_init_script("performance.now = () => window.passed ?? 100;")
    page.goto(place)

    at_once = page.evaluate(SENDS)
    page.evaluate("window.passed = 2000")
    later = page.evaluate(SENDS)
    page.goto(place)
    page.locator("[data-finding] input[type=radio]").last.dispatch_event("input")
    considered = page.evaluate(SENDS)

    assert (at_once, later, considered) == (False, True, True)


def asked_at_leaving(page: Page) -> list[str]:
    """The kinds of questions that the browser asks from now on; each is answered with no."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    return asked


def open_cell_page(browse: Browse, demo: Site) -> Page:
    page = opened(browse, demo).page
    cell(page).click()
    page.goto(page.locator("#panel a[href*='/cells/']").first.get_attribute("href"))
    return page


def test_the_browser_asks_before_a_reason_that_was_not_sent_is_left(browse: Browse, demo: Site):
    page = open_cell_page(browse, demo)
    asked = asked_at_leaving(page)
    reason = page.locator("[data-finding] textarea[name=reason]")

    reason.press_sequentially("The demonstration showed")
    page.get_by_role("link", name="Agenda").first.click()

    expect(reason).to_have_value("The demonstration showed")
    assert asked == ["beforeunload"]


def test_the_browser_asks_nothing_where_what_was_typed_is_sent_or_taken_back(
    browse: Browse, demo: Site
):
    page = open_cell_page(browse, demo)
    asked = asked_at_leaving(page)
    reason = page.locator("[data-finding] textarea[name=reason]")
    reason.press_sequentially("No")
    for _letter in "No":
        reason.press("Backspace")
    with page.expect_navigation():
        page.get_by_role("link", name="Agenda").first.click()
    page.go_back()

    reason.press_sequentially("x" * 10)
    page.route("**/finding", lambda route: route.fulfill(body="taken", content_type="text/html"))
    with page.expect_navigation():
        page.locator("[data-finding] button[type=submit]").click()

    assert asked == []


def test_the_browser_asks_before_words_that_came_back_with_an_error_are_left(
    browse: Browse, demo: Site
):
    visitor = browse(demo).sign_in(CHAIR)
    page = visitor.page
    page.goto("/evaluations/begun-today/vendors/new")
    page.get_by_label("Note on the price").press_sequentially("A quote is coming.")
    visitor.expected.append(r"Failed to load resource: .* 422 ")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#error-summary")).to_be_visible()
    asked = asked_at_leaving(page)

    page.get_by_label("Note on the price").press("End")
    page.get_by_role("link", name="Vendors").first.click()

    expect(page.get_by_label("Note on the price")).to_have_value("A quote is coming.")
    assert asked == ["beforeunload"]
