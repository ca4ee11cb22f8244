"""A chair hands out a workbook for a reviewer who has no access, and enters it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from crrubric.domain.vocabulary import Answer, Phase
from tests.browser.conftest import Browse
from tests.browser.hands import Scene, set_up
from tests.browser.sites import Site
from tests.browser.visitor import PHONE
from tests.factories import PASSWORD
from tests.integration.ballots.offline_books import FilledIn

pytestmark = pytest.mark.xdist_group("browser, offline")

REFUSED = r"Failed to load resource: .* 422 "


@pytest.fixture
def scene(site: Site) -> Scene:
    return set_up(site, Phase.SCORING)


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (PHONE, "dark")])
def test_a_chair_enters_what_a_reviewer_filled_in(
    scene: Scene, browse: Browse, tmp_path: Path, width: int, scheme: str
):
    who = browse(scene.site, width=width, scheme=scheme)
    page = who.page
    who.sign_in_by_form(scene.chair, PASSWORD)
    page.goto(scene.made.url("progress"))
    page.get_by_role("link", name="Print it").first.click()
    who.follow("All their ballots in an Excel workbook")
    who.snap("hand out")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download their ballots (Excel)").click()
    file = tmp_path / "theirs.xlsx"
    begun.value.save_as(file)
    book = FilledIn(file.read_bytes())
    book.write(1, answer="Yes", note="Works with a keyboard.").write(2, answer="No")
    file.write_bytes(book.save())
    page.get_by_label("The workbook as you got it back (.xlsx)").set_input_files(file)
    who.press("Show what would be entered")

    who.sees("What would be entered")
    expect(page.get_by_text("Works with a keyboard.")).to_be_visible()
    who.snap("preview")
    who.expected.append(REFUSED)
    who.press("Enter and seal one ballot")
    expect(page.get_by_role("alert")).to_contain_text("the day on which the ballots were given")
    page.get_by_label("On which day was it given to you?").fill("2026-03-02")
    box = page.get_by_label("The reviewer says that they have no conflict")
    if box.count():
        box.check()
    page.get_by_label("Why do the others have no mark?").fill("They left it empty.")
    who.press("Enter and seal one ballot")

    who.sees("Progress")
    expect(page.get_by_text("One ballot is entered and sealed;")).to_be_visible()
    assert sorted(scene.stored()) == [(Answer.NO, ""), (Answer.YES, "Works with a keyboard.")]
