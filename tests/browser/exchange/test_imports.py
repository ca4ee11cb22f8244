"""A chair imports the export of a form: read, match, look, take."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from crrubric.domain.vocabulary import Answer, Phase
from crrubric.models import Ballot
from crrubric.queries.people.people import Actor
from crrubric.services.exchange import filled_ballots, mark_drafts
from crrubric.services.shared.progress import WorkProgress
from tests.browser.conftest import Browse
from tests.browser.hands import Scene, set_up
from tests.browser.sites import Site
from tests.browser.visitor import PHONE
from tests.factories import PASSWORD

pytestmark = pytest.mark.xdist_group("browser, imports")

# keeps the form of the page from being sent until it is no longer held
HOLD = """() => {
  const form = document.querySelector("[data-busy]").closest("form");
  form.held = true;
  form.addEventListener("submit", (event) => { if (form.held) event.preventDefault(); });
}"""
# writes down what the page says of how far it is; a locator would wait until the answer is there
FAR = """() => {
  const box = document.querySelector("[data-busy]"), bar = box.querySelector("progress");
  new MutationObserver(() => {
    const said = [box.querySelector("[data-far]").innerText, bar.value, bar.max].join("|");
    sessionStorage.far = `${sessionStorage.far ?? ""}${said}\\n`;
  }).observe(box, { subtree: true, childList: true, attributes: true });
}"""
REFUSED = r"Failed to load resource: .* 422 "


@pytest.fixture
def scene(site: Site) -> Scene:
    return set_up(site, Phase.SCORING)


def write_answers(scene: Scene, folder: Path) -> Path:
    """An export of a form with a title above it, an unknown word and a misspelt reviewer."""
    made = scene.made
    vendor = made.vendors[0].company
    heads = ["Timestamp", "Who", "What", f"1. {made.criteria[0].title}", "Comments",
             f"2. {made.criteria[1].title}", "Else"]  # fmt: skip
    names = [reviewer.name for reviewer in made.reviewers[:2]]
    rows = [
        ["Adoption 2027"],
        heads,
        ["3/1/2026 10:00:00", names[0], vendor, "Yes", "on page 4", "Yup", "thanks"],
        ["3/1/2026 11:00:00", f"{names[1]}x", vendor, "no", "", "Not sure", ""],
    ]
    file = folder / "answers.csv"
    file.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    return file


def write_marks(scene: Scene, folder: Path) -> Path:
    """A mark of each of two reviewers, which nobody needs to ask about."""
    made = scene.made
    rows = [
        f"{who.name},{made.vendors[0].code},{made.criteria[0].code},Yes"
        for who in made.reviewers[:2]
    ]
    file = folder / "marks.csv"
    file.write_text("\n".join(["reviewer,vendor,criterion,mark", *rows, ""]), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (PHONE, "dark")])
def test_a_chair_imports_what_a_form_has_gathered(
    scene: Scene, browse: Browse, tmp_path: Path, width: int, scheme: str
):
    who = browse(scene.site, width=width, scheme=scheme)
    page = who.page
    who.sign_in_by_form(scene.chair, PASSWORD)
    page.goto(scene.made.url("progress"))
    who.follow("Import marks from a file")
    page.get_by_label("File with marks (CSV or Excel)").set_input_files(
        write_answers(scene, tmp_path)
    )
    who.press("Read the file")
    who.sees("Which column is which?")
    expect(page.get_by_role("combobox", name="Else")).to_have_value("")
    who.snap("columns")

    who.press("Show what would be imported")
    who.sees("What would be imported")
    page.get_by_label("“Yup” means").select_option("YES")
    wrong = scene.made.reviewers[1].name
    page.get_by_label(f"“{wrong}x” means").select_option(wrong)
    who.snap("questions")
    who.press("Look again")
    expect(page.get_by_text("4 marks can be taken.")).to_be_visible()
    who.snap("preview")
    who.expected.append(REFUSED)
    who.press("Import 4 marks and seal the ballots")
    expect(page.get_by_role("alert")).to_contain_text("the day on which the ballots were given")
    page.get_by_label("On which day were these ballots given?").fill("2026-03-02")
    page.get_by_label("The reviewers say that they have no conflict").check()
    page.evaluate(HOLD)
    page.get_by_role("button", name="Import 4 marks").click()
    expect(page.get_by_text("This takes some seconds. Stay on this page.")).to_be_visible()
    who.snap("busy")
    page.evaluate("document.querySelector('[data-busy]').closest('form').held = false")
    who.press("Import 4 marks and seal the ballots")

    who.sees("Progress")
    expect(page.get_by_text("2 ballots of the file are taken and sealed.")).to_be_visible()
    assert sorted(scene.stored()) == [
        (Answer.CANNOT_TELL, ""), (Answer.NO, ""), (Answer.YES, ""), (Answer.YES, "on page 4"),
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (PHONE, "dark")])
def test_the_page_says_how_far_the_taking_is_while_it_waits(
    scene: Scene,
    browse: Browse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    scheme: str,
):
    asked_again, answers, seal = Event(), list[WorkProgress](), filled_ballots.seal_ballot
    find = mark_drafts.find_import_progress

    def find_and_count(actor: Actor, key: str) -> WorkProgress | None:
        found = find(actor, key)
        if found and found.done == 1:
            answers.append(found)
        if len(answers) == 2:  # the page has shown the first one
            asked_again.set()
        return found

    def seal_later(session: Session, ballot: Ballot, *args: Any) -> Any:
        if ballot.member.name == scene.made.reviewers[1].name:
            assert asked_again.wait(60)
        return seal(session, ballot, *args)

    monkeypatch.setattr(mark_drafts, "find_import_progress", find_and_count)
    monkeypatch.setattr(filled_ballots, "seal_ballot", seal_later)
    who = browse(scene.site, width=width, scheme=scheme)
    page = who.page
    who.sign_in_by_form(scene.chair, PASSWORD)
    page.goto(scene.made.url("import"))
    page.get_by_label("File with marks (CSV or Excel)").set_input_files(
        write_marks(scene, tmp_path)
    )
    who.press("Read the file")
    who.press("Show what would be imported")
    page.get_by_label("On which day were these ballots given?").fill("2026-03-02")
    page.get_by_label("The reviewers say that they have no conflict").check()
    page.evaluate(FAR)
    who.press("Import 2 marks and seal the ballots")

    who.sees("Progress")
    assert "Ballots recorded: 1 of 2|1|2" in page.evaluate("sessionStorage.far").splitlines()
    assert len(scene.stored()) == 2
