"""How much of the matrix is seen at once: on a laptop, on the wall, on a phone, on a sheet."""

import re
from itertools import cycle

import pytest
from playwright.sync_api import Locator, Page, expect

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Outcome, Phase
from crrubric.extensions import db, limiter
from crrubric.services.meeting import decisions
from tests import in_meeting
from tests.browser.conftest import Browse
from tests.browser.hands import email_of
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, Factory, Made

pytestmark = pytest.mark.xdist_group("browser, matrix")

CHAIR, SPANISH = "dana@cedarbend.example", "rosa@cedarbend.example"
MATRIX = "/evaluations/credit-recovery-2027/matrix"
HEAVIEST = "/evaluations/credit-recovery-2024/matrix"
LAPTOP = {"width": 1366, "height": 768}
COMPANIES = ("Harborlight", "Tessellane", "Quillmere", "Wrenfold", "Dunmarrow")
VISIBLE = """rows => rows.filter((row) => {
  const { top, bottom, height } = row.getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight;
}).length"""
SIZES = "nodes => nodes.map((node) => parseFloat(getComputedStyle(node).fontSize))"
# In pixels, of a window 768 high. A letter of 15 pixels is 11 high where it is a capital, 1.4 % of
# the picture. By the rule for decisions of AVIXA V202.01 (DISCAS) it is read from 200 times that
# share, almost three heights of the picture: from five meters if that is 1.8 meters high.
FROM_AFAR = 15


def at(page: Page, path: str, size: dict[str, int] = LAPTOP) -> Page:
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    return page


def rows(page: Page) -> Locator:
    return page.locator(".matrix tbody th[scope=row]")


def five_vendors(site: Site, *, adopted: bool) -> tuple[Made, str]:
    """The built-in rubric, marked in all ways that a mark can be given, and the chair's address."""
    with site.app.app_context():
        limiter.reset()
        make = Factory(site.app)
        made = make.make_once(
            f"five vendors, adopted: {adopted}", lambda: mark_five_vendors(make, adopted=adopted)
        )
        chair = email_of(made.chair)
        for row in (made.evaluation, *made.vendors, *made.criteria):
            db.session.refresh(row)
        db.session.remove()
    return made, chair


def mark_five_vendors(make: Factory, *, adopted: bool) -> Made:
    """Make that evaluation through the services."""
    made = make.evaluation(vendors=0, reviewers=3, rubric=load_built_in_rubric())
    made.vendors = [make.vendor(made.chair, made.slug, name) for name in COMPANIES]
    letters = cycle("YYYYNY?YNYYYYYN?YY")
    ballots = [(who, vendor) for who in range(3) for vendor in range(len(COMPANIES))]
    marks = {each: "".join(next(letters) for _ in made.criteria) for each in ballots}
    make.forward(made, Phase.MEETING, marks)
    for vendor in made.vendors if adopted else ():
        for criterion in made.criteria:
            in_meeting.record_finding(
                made.chair, made.slug, vendor.id, criterion.id,
                decisions.FindingText(Outcome.NOT_MET, "Looked at together."), seen_version=0,
            )  # fmt: skip
    return made


def in_the_meeting(site: Site, browse: Browse, *, adopted: bool = False) -> tuple[Made, Visitor]:
    made, chair = five_vendors(site, adopted=adopted)
    return made, browse(site).sign_in(chair, PASSWORD)


@pytest.mark.parametrize("email", [CHAIR, SPANISH])
def test_ten_rows_are_seen_on_a_laptop_without_scrolling(demo: Site, browse: Browse, email: str):
    page = at(browse(demo).sign_in(email).page, MATRIX)

    assert rows(page).count() == 21
    assert rows(page).evaluate_all(VISIBLE) >= 10
    assert overflow(page) == []


def test_a_row_of_the_matrix_is_one_line(demo: Site, browse: Browse):
    page = at(browse(demo).sign_in(CHAIR).page, MATRIX)

    heights = page.locator(".matrix tbody tr:has(.cell)").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().height)"
    )

    assert max(heights) < 36
    assert min(heights) >= 24  # the least target that WCAG 2.2 allows


def test_the_page_scrolls_and_not_a_box_in_it(demo: Site, browse: Browse):
    page = at(browse(demo).sign_in(CHAIR).page, MATRIX)
    page.evaluate("scrollTo(0, 500)")

    boxes = page.locator("main *").evaluate_all(
        """nodes => nodes.filter((node) => node.scrollHeight > node.clientHeight + 1
          && ["auto", "scroll"].includes(getComputedStyle(node).overflowY)).length"""
    )
    head = page.locator(".matrix thead th").nth(1).bounding_box()

    assert boxes == 0
    assert head is not None
    assert abs(head["y"]) <= 1


@pytest.mark.parametrize("language", ["English", "Español"])
def test_all_is_seen_at_a_glance_and_from_afar(site: Site, browse: Browse, language: str):
    made, visitor = in_the_meeting(site, browse)
    at(visitor.page, made.url("matrix"))
    if language != "English":
        visitor.leave(visitor.page.locator(".languages").get_by_text(language))
    page = at(visitor.page, made.url("matrix?view=glance"))

    cells = page.locator(".matrix :is(td.cell, .brief td)")
    assert cells.count() == (21 + 1) * 5
    assert cells.evaluate_all(VISIBLE) == cells.count()
    assert overflow(page) == []
    texts = page.locator(".matrix :is(th, td, td *):not(.flag)")
    assert min(texts.evaluate_all(SIZES)) >= FROM_AFAR
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert min(texts.evaluate_all(SIZES)) >= FROM_AFAR * 1080 / 768
    assert cells.evaluate_all(VISIBLE) == cells.count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_a_glance_there_is_no_menu_and_a_cell_opens_all_the_same(
    demo: Site, browse: Browse, scheme: str
):
    page = at(browse(demo, scheme=scheme).sign_in(CHAIR).page, MATRIX)
    page.get_by_role("link", name="At a glance").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?view=glance$"))

    expect(page.locator("header")).to_have_count(0)
    assert violations(page) == []
    page.locator(".cell > a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-heading")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Matrix", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(r"/matrix\??$"))


@pytest.mark.parametrize("adopted", [False, True], ids=["as computed", "adopted"])
def test_five_vendors_print_on_one_sheet(site: Site, browse: Browse, adopted: bool):
    made, visitor = in_the_meeting(site, browse, adopted=adopted)

    sheets = {}
    for query in ("", "?view=glance"):
        page = at(visitor.page, made.url(f"matrix{query}"))
        expect(page.locator(".cell").first).to_contain_text("adopted" if adopted else "no")
        pdf = page.pdf(prefer_css_page_size=True)
        sheets[query] = len(re.findall(rb"/Type /Page\b", pdf))

    assert sheets == {"": 1, "?view=glance": 1}


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_no_column_is_cut_off(site: Site, browse: Browse, width: int):
    made, chair = five_vendors(site, adopted=False)
    page = browse(site, width=width).sign_in(chair, PASSWORD).page
    at(page, made.url("matrix"), {"width": width, "height": 640})

    heads = page.locator(".matrix thead th")
    ends = heads.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().right)")

    assert len(ends) == 6
    assert max(ends) <= width
    assert overflow(page) == []
    spilt = page.locator(".cell > a").evaluate_all(
        "nodes => nodes.filter((node) => node.scrollWidth > node.clientWidth).length"
    )
    assert spilt == 0


@pytest.mark.parametrize(("width", "height"), [(390, 800), (360, 640)])
def test_the_header_takes_an_eighth_of_a_phone_at_most(
    demo: Site, browse: Browse, width: int, height: int
):
    page = browse(demo, width=width).sign_in(CHAIR).page

    for path in ("/", MATRIX, MATRIX.replace("matrix", "meeting/"), "/account"):
        at(page, path, {"width": width, "height": height})
        box = page.locator("header").bounding_box()
        assert box is not None
        assert (path, box["height"] <= height / 8) == (path, True)


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_menu_opens_and_leads_everywhere(demo: Site, browse: Browse, script: bool):
    visitor = browse(demo, width=360, script=script).sign_in(CHAIR)
    page = at(visitor.page, MATRIX, {"width": 360, "height": 640})
    link = page.locator("header nav").get_by_role("link", name="Agreement")
    expect(link).to_be_hidden()

    page.get_by_role("button", name="Menu").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    visitor.leave(link)
    visitor.sees("How far the ballots agree")


def test_a_heading_sorts_and_a_cell_opens_in_that_order(demo: Site, browse: Browse):
    page = at(browse(demo).sign_in(CHAIR).page, MATRIX)
    first = rows(page).first.inner_text()
    head = page.locator(".matrix thead th").nth(3)

    head.get_by_role("link").press("Enter")

    expect(head).to_have_attribute("aria-sort", "descending")
    expect(
        page.locator(".matrix tbody tr:has(.cell)").first.locator(".cell").nth(2)
    ).to_contain_text("Unresolved")
    assert rows(page).first.inner_text() != first
    page.locator(".cell > a").first.click()
    expect(page).to_have_url(re.compile(r"\?by=\d+&cell=\d+-\d+$"))
    page.keyboard.press("Escape")
    head.get_by_role("link").press("Enter")
    expect(page).to_have_url(re.compile(r"/matrix\??$"))
    assert rows(page).first.inner_text() == first


def test_the_heaviest_matrix_of_the_demo_weighs_no_more_than_with_two_lines_a_row(
    demo: Site, browse: Browse
):
    page = browse(demo).sign_in(CHAIR).page

    answer = page.goto(HEAVIEST)

    assert answer is not None
    assert len(answer.body()) < 50_000
