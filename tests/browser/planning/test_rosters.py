"""Triage in a browser: a roster whose columns are chosen, and pages with everything on them."""

from fractions import Fraction

import pytest
from playwright.sync_api import Page, expect

from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.planning.triage import Setting
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.planning import calibrations
from crrubric.services.planning.kept_counts import keep_counts
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import NARROW, Visitor
from tests.factories import PASSWORD, Factory, Made

pytestmark = pytest.mark.xdist_group("browser, scripts")

ROSTER = b"Pupil,Gap,Left,Net\r\njimmy,16,6,yes\r\njose,10,2,no\r\n"
ASKED = r"Failed to load resource: .* 422 "  # the answer that asks


def open_triage(site: Site, browse: Browse, *, script: bool) -> Visitor:
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP)
        address, url = db.session.get_one(User, made.chair.user_id).email, made.url("plan/triage/")
        db.session.remove()
    chair = browse(site, script=script).sign_in(address, PASSWORD)
    chair.expected.append(ASKED)
    chair.page.goto(url)
    choose_file(chair.page)
    return chair


def choose_file(page: Page) -> None:
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER}
    page.get_by_label("Roster (.xlsx or .csv)").set_input_files(file)


def choose_columns(page: Page) -> None:
    for place, label in enumerate(
        ("Learner: a number", "Credits still needed", "Semesters left", "Does fully online")
    ):
        page.get_by_label(label).select_option(str(place))


def see_result(chair: Visitor) -> None:
    chair.sees("Triage of the roster")
    expect(chair.page.get_by_text("2 learners were worked out.")).to_be_visible()
    with chair.page.expect_download() as saved:
        chair.link("Save it as CSV").click()
    lines = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Pupil", "jimmy", "jose"]


def test_the_file_is_carried_to_the_page_that_asks(site: Site, browse: Browse):
    chair = open_triage(site, browse, script=True)
    sent = chair.count_posts()

    chair.page.get_by_role("button", name="Show what it comes to").click()
    chair.sees("Which column is which?")
    expect(chair.page.get_by_text("Your browser still has the file")).to_be_visible()
    expect(chair.page.locator("#error-summary")).to_be_focused()
    assert violations(chair.page) == []
    chair.snap("columns")
    choose_columns(chair.page)
    chair.page.get_by_role("button", name="Show what it comes to").click()

    see_result(chair)
    assert (len(sent), violations(chair.page)) == (2, [])
    chair.snap("roster")


def test_without_the_script_the_file_is_chosen_once_more(site: Site, browse: Browse):
    chair = open_triage(site, browse, script=False)

    chair.press("Show what it comes to")
    chair.sees("Which column is which?")
    choose_columns(chair.page)
    choose_file(chair.page)
    chair.press("Show what it comes to")

    see_result(chair)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_triage_with_everything_on_them_can_be_used_by_all(
    site: Site, browse: Browse, scheme: str
):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP)
        address = db.session.get_one(User, made.chair.user_id).email
        fill_triage(made)
        db.session.remove()
    chair = browse(site, width=NARROW, scheme=scheme).sign_in(address, PASSWORD)

    for page in ("", "line", "cohort", "cohort/adopt", "settings", "counts"):
        chair.page.goto(made.url(f"plan/triage/{page}"))
        assert violations(chair.page) == [], page
        assert overflow(chair.page) == [], page


def fill_triage(made: Made) -> None:
    """A past cohort with a hidden group, its line, and two versions of counts with a hidden one."""
    sizes = ((0, 80, 78), (1, 120, 104), (2, 60, 55), (3, 90, 40), (4, 12, 1))
    groups = [
        CohortGroup(
            pace_from=Fraction(begin),
            pace_to=Fraction(begin + 1),
            learners=learners,
            graduated=graduated,
        )
        for begin, learners, graduated in sizes
    ]
    calibrations.set_cohort(made.chair, made.slug, groups)
    calibrations.adopt_cohort(made.chair, made.slug)
    for few in (7, 20):
        keep_counts(made.chair, made.slug, {**dict.fromkeys(Setting, 25), Setting.HYBRID: few})
