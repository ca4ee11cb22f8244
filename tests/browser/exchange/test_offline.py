"""Ballots without the portal: a workbook that a reviewer fills in, a paper that a chair types."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crrubric.domain.vocabulary import Answer, Phase
from tests.browser.conftest import Browse
from tests.browser.hands import Scene, set_up
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD
from tests.integration.ballots.offline_books import FilledIn

pytestmark = pytest.mark.xdist_group("browser, offline")

REFUSED = r"Failed to load resource: .* 422 "
WITHOUT = "Fill them in without the portal, as an Excel workbook"


@pytest.fixture
def scene(site: Site) -> Scene:
    return set_up(site, Phase.SCORING)


def download(who: Visitor, folder: Path) -> FilledIn:
    """What the button gives."""
    with who.page.expect_download() as begun:
        who.page.get_by_role("link", name="Download my ballots (Excel)").click()
    file = folder / "mine.xlsx"
    begun.value.save_as(file)
    return FilledIn(file.read_bytes())


def upload(who: Visitor, book: FilledIn, folder: Path) -> None:
    file = folder / "filled.xlsx"
    file.write_bytes(book.save())
    who.page.get_by_label("Your filled-in workbook (.xlsx)").set_input_files(file)
    who.press("Show what would change")


def test_a_reviewer_fills_a_workbook_in_and_takes_it(scene: Scene, browse: Browse, tmp_path: Path):
    who = browse(scene.site, width=PHONE, scheme="dark")
    who.sign_in_by_form(scene.reviewers[0], PASSWORD)
    who.page.goto(scene.made.url("ballots/"))
    who.follow(WITHOUT)
    book = download(who, tmp_path)

    who.expected.append(REFUSED)
    upload(who, book.write(1, answer="maybe"), tmp_path)
    expect(who.page.get_by_role("alert")).to_contain_text("“maybe” is no answer")
    who.snap("refused")

    with scene.acting() as make:  # in another window meanwhile
        mine = 0 if book.sheet(0)["A1"].value == scene.made.vendors[0].name else 1
        make.mark(scene.made, 0, 0, "sis", Answer.YES, "in the portal")
    book.write(1, answer=None).write(1, vendor=mine, answer="Sí", note="Works with a keyboard.")
    book.write(2, vendor=mine, answer="No", note="in the workbook")
    upload(who, book, tmp_path)
    expect(who.page.locator("main")).to_contain_text("Works with a keyboard.")
    who.press("Take these answers")
    problem = who.page.get_by_role("alert").get_by_role("link")
    expect(problem).to_contain_text("choose which of the two answers counts")
    who.snap("to be chosen")
    who.page.get_by_label("Take the workbook’s").check()
    who.press("Take these answers")

    who.sees("My ballots")
    expect(who.page.get_by_text("2 answers are taken.")).to_be_visible()
    assert sorted(scene.stored()) == [
        (Answer.NO, "in the workbook"),
        (Answer.YES, "Works with a keyboard."),
    ]


def focused(page: Page) -> str:
    """The name of the control that has the focus."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def test_a_chair_types_a_paper_ballot_by_single_keys(scene: Scene, browse: Browse):
    who = browse(scene.site, width=1366)
    who.sign_in_by_form(scene.chair, PASSWORD)
    who.page.goto(scene.made.url("progress"))
    who.leave(who.page.get_by_role("link", name="Print it").first)
    expect(who.page.get_by_role("link", name="Español (PDF)")).to_have_count(2)
    who.page.goto(scene.made.url("progress"))
    who.leave(who.page.get_by_role("link", name="Enter it").first)

    page = who.page
    page.get_by_label("On paper").check()
    page.get_by_label("On which day?").fill(date(2026, 3, 2).isoformat())
    page.locator("[data-row] input").first.focus()
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.press("o")
    page.keyboard.type("Saw it on paper, so no key answers here.")
    page.keyboard.press("Escape")
    assert focused(page).startswith("answer-")
    page.keyboard.press("c")
    assert focused(page) == "rest"
    expect(page.get_by_label("Why do the others have no mark?")).to_have_value("")
    expect(page.locator("[data-row] input:checked")).to_have_count(3)
    who.snap("typed")
    who.press("Enter and seal the ballot")

    who.sees("Progress")
    assert sorted(scene.stored()) == [
        (Answer.CANNOT_TELL, "Saw it on paper, so no key answers here."),
        (Answer.NO, ""),
        (Answer.YES, ""),
    ]


def test_a_paper_ballot_is_entered_without_a_script(scene: Scene, browse: Browse):
    who = browse(scene.site, width=PHONE, script=False)
    who.sign_in_by_form(scene.chair, PASSWORD)
    who.page.goto(scene.made.url("progress"))
    who.leave(who.page.get_by_role("link", name="Enter it").first)

    who.page.get_by_label("By phone").check()
    who.page.get_by_label("On which day?").fill("2026-03-02")
    who.page.locator("[data-row] label.yes").first.click()
    note = who.page.locator("[data-row]").nth(1)
    note.locator("summary").click()
    note.locator("textarea").fill("no answer beside it")
    who.expected.append(REFUSED)
    who.press("Enter and seal the ballot")
    expect(who.page.get_by_role("alert")).to_contain_text("Choose an answer for this note")
    expect(note.locator("textarea")).to_be_visible()  # the fold is open where something is wrong
    expect(note.locator("textarea")).to_have_value("no answer beside it")
    note.locator("label.no").click()
    who.page.get_by_label("Why do the others have no mark?").fill("left empty")
    who.press("Enter and seal the ballot")

    who.sees("Progress")
    assert scene.stored() == [(Answer.YES, ""), (Answer.NO, "no answer beside it")]
