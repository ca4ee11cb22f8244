"""One evaluation from sign-in to the final memo, with nothing but what the pages offer."""

import csv
import io
import re
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Locator, Page, expect

from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people.accounts import add_user
from tests.browser.conftest import Browse
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.xdist_group("browser, journey")

TITLE = "Credit recovery 2030"
BOTH = ("Harborlight Learning", "Quillmere Courses")
DISPUTED = "Accessible (ADA)"
CRITERIA = 21


def test_a_committee_gets_from_an_empty_site_to_its_final_memo(
    site: Site, browse: Browse, tmp_path: Path
):
    add_organizer(site)
    chair = browse(site, "chair").sign_in_by_form("dana@school.example", PASSWORD)

    start_evaluation(chair)
    edit_criterion(chair)
    add_vendors(chair)
    links = [invite(chair, name) for name in ("Marcus Reviewer", "Keisha Reviewer")]
    set_rule(chair)
    open_scoring(chair)

    score_with_script(join(browse(site, "desktop-reviewer"), links[0], "Marcus Reviewer"))
    phone = browse(site, "phone-reviewer", width=PHONE, scheme="dark", script=False)
    score_with_plain_forms(join(phone, links[1], "Keisha Reviewer"))

    close_scoring(chair)
    settle(chair)
    weigh(chair)
    compare(chair)
    decide(chair)
    assert stamp(chair).startswith("DRAFT")
    check_tallies(chair, tmp_path)
    close_meeting(chair)
    assert stamp(chair).startswith("FINAL")
    check_memo(chair, tmp_path)


def add_organizer(site: Site) -> None:
    """The one thing that the operator does, on the command line."""
    with site.app.app_context():
        add_user(
            OPERATOR,
            name="Dana Chair",
            email="dana@school.example",
            standing=Standing.ORGANIZER,
            password=PASSWORD,
        )
        db.session.remove()


# Set-up


HEADINGS = {
    "Set-up": ("Rubric", "Vendors", "Committee", "Rule"),
    "Results": ("Matrix", "Scores", "Agreement", "Compare", "What if"),
    "Decision": ("Memo",),
}


def menu(who: Visitor, name: str) -> None:
    """Follow the menu to a page, by way of its heading where it stands under one.

    On a phone the menu is opened first.
    """
    button = who.page.get_by_role("button", name="Menu")
    if button.is_visible():
        button.click()
    links = who.page.locator("header nav").get_by_role("link", name=name, exact=True)
    if not links.count():
        menu(who, next(top for top, names in HEADINGS.items() if name in names))
        if links.first.get_attribute("aria-current") == "page":
            return  # a heading leads to the first of its pages
    who.leave(links.last)


def start_evaluation(chair: Visitor) -> None:
    chair.snap("home")
    chair.follow("Start a new evaluation")
    chair.page.get_by_label("Title").fill(TITLE)
    chair.page.get_by_label("What is it for?").fill("Courseware for learners who lost a credit.")
    chair.snap("new-evaluation")
    chair.press("Create evaluation")
    chair.sees(TITLE)
    chair.snap("checklist")


def edit_criterion(chair: Visitor) -> None:
    menu(chair, "Rubric")
    chair.snap("rubric")
    chair.follow(f"Edit: {DISPUTED}")
    chair.page.get_by_label("Weight").fill("3")
    chair.page.get_by_label("Must-have: a vendor that").check()
    chair.snap("criterion")
    chair.press("Save")
    card = chair.page.locator("li.card", has=chair.page.get_by_role("heading", name=DISPUTED))
    expect(card).to_contain_text("must-have")
    expect(card).to_contain_text("Weight 3")


def add_vendors(chair: Visitor) -> None:
    menu(chair, "Vendors")
    for company in BOTH:
        chair.follow("Add a vendor")
        chair.page.get_by_label("Company").fill(company)
        chair.page.get_by_label("Product").fill("Recovery")
        chair.page.get_by_label("Price is").select_option(index=1)
        chair.page.get_by_label("Price of one unit").fill("38.50")
        chair.page.get_by_label("Quantity").fill("420")
        chair.page.get_by_label("Term in months").fill("36")
        chair.snap("vendor")
        chair.press("Save")
    assert chair.page.locator("li.card h2").all_inner_texts() == list(BOTH)
    chair.snap("vendors")


def invite(chair: Visitor, name: str) -> str:
    """Invite a reviewer; return the one-time link that the chair copies."""
    menu(chair, "Committee")
    chair.page.get_by_label("Name").fill(name)
    chair.page.locator("main").get_by_label("E-mail address").fill(
        f"{name.split()[0].lower()}@school.example"
    )
    chair.page.get_by_label("Role").select_option(label="Reviewer: scores the vendors")
    chair.page.get_by_label("Represents").select_option(label="Teacher")
    chair.snap("committee")
    chair.press("Invite")
    chair.sees(f"Send {name} this link")
    chair.snap("link")
    return chair.page.get_by_label("Invitation link").input_value()


def set_rule(chair: Visitor) -> None:
    menu(chair, "Rule")
    chair.page.get_by_label("Simple majority").check()
    chair.page.get_by_label("Pass mark in percent").fill("80")
    chair.snap("rule")
    chair.press("Set the rule")


def open_scoring(chair: Visitor) -> None:
    menu(chair, "Overview")
    chair.snap("ready")
    chair.follow("Open scoring")
    chair.press("Open scoring")
    expect(chair.page.get_by_role("link", name="Close scoring and open")).to_be_visible()


# Scoring


def join(who: Visitor, link: str, name: str) -> Visitor:
    """Open the one-time link and choose a password."""
    who.page.goto(link)
    who.sees(f"Welcome, {name}")
    who.snap("invitation")
    who.page.get_by_label("Choose a password").fill(PASSWORD)
    who.press("Set password and sign in")
    who.snap("home")
    who.follow(f"Score vendors: {TITLE}")
    return who


def forms(page: Page) -> Locator:
    return page.locator("form[data-mark]")


def criterion(page: Page, title: str) -> Locator:
    return forms(page).filter(has=page.get_by_role("heading", name=title))


def score_with_script(who: Visitor) -> None:
    """Click tiles; each is saved by itself."""
    for company in BOTH:
        begin(who, company)
        expect(forms(who.page)).to_have_count(CRITERIA)
        for form in forms(who.page).all():
            form.locator("label.yes").click()
            expect(form.get_by_role("status")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
        expect(who.page.get_by_text("21 of 21 answered")).to_be_visible()
        if company == BOTH[0]:
            add_note_and_evidence(who)
        who.snap("ballot")
        who.follow("Review and submit")
        submit(who, company)


def begin(who: Visitor, company: str) -> None:
    """The ballot opens once it is said that there is no conflict of interest."""
    who.follow(f"Begin: {company}")
    who.sees("Do you have a conflict of interest?")
    who.page.get_by_label("No conflict of interest").check()
    who.snap("declaration")
    who.press("Declare and continue")


def add_note_and_evidence(who: Visitor) -> None:
    form = criterion(who.page, DISPUTED)
    form.get_by_text("Note and evidence").click()
    form.get_by_label("Why? What did you see?").fill("Every lesson works with the keyboard.")
    form.get_by_label("Evidence", exact=True).select_option(label="Demo")
    form.get_by_label("Where: page, time").fill("minute 12")
    form.get_by_label("Seen on").fill("2026-03-12")
    with who.page.expect_response("**/marks/*"):
        form.get_by_label("Seen on").blur()
    expect(form.get_by_role("status")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))


def score_with_plain_forms(who: Visitor) -> None:
    """Without a script: each answer is sent with its own Save button."""
    for company in BOTH:
        begin(who, company)
        for number in range(CRITERIA):
            form = forms(who.page).nth(number)
            form.locator(f"label.{plain_answer(form, company)}").click()
            who.leave(form.get_by_role("button", name="Save", exact=True))
        expect(who.page.get_by_text("21 of 21 answered")).to_be_visible()
        who.snap("ballot")
        who.follow("Review and submit")
        submit(who, company)


def plain_answer(form: Locator, company: str) -> str:
    """Disagrees once about the first vendor, and about every second criterion of the other."""
    title = form.get_by_role("heading").inner_text()
    wrong = title == DISPUTED if company == BOTH[0] else len(title) % 2 == 0
    return "no" if wrong else "yes"


def submit(who: Visitor, company: str) -> None:
    who.sees("Review your ballot")
    assert who.page.get_by_text("has no mark").count() == 0
    who.snap("review")
    who.press("Submit ballot")
    expect(who.page.get_by_text(f"Your ballot for {company} is submitted.")).to_be_visible()
    expect(who.page.get_by_role("heading", name="Your receipt")).to_be_visible()
    who.snap("submitted")
    menu(who, "My ballots")


# The meeting


def close_scoring(chair: Visitor) -> None:
    menu(chair, "Progress")
    expect(chair.page.get_by_text("4 of 4 ballots submitted")).to_be_visible()
    chair.snap("progress")
    menu(chair, "Overview")
    chair.follow("Close scoring and open the ballots")
    chair.snap("before-closing")
    chair.press("Close scoring and open the ballots")
    chair.snap("meeting")


def settle(chair: Visitor) -> None:
    """Read the matrix, open the cell that is a tie, record what the committee finds."""
    menu(chair, "Matrix")
    chair.sees("Where the committee stands")
    row = chair.page.get_by_role("row").filter(has_text=DISPUTED)
    cell = row.get_by_role("cell").first
    expect(cell).to_contain_text("Unresolved")
    expect(cell).to_contain_text("1 yes, 1 no")
    chair.snap("matrix")
    cell.get_by_role("link").click()
    expect(chair.page.get_by_text("Every lesson works with the keyboard.")).to_be_visible()
    chair.follow("Open the full page")
    chair.snap("cell")
    chair.page.locator("label", has_text=re.compile(r"\bMet\b")).click()
    chair.page.get_by_label("Why?").fill("We tried it together; all agreed.")
    chair.press("Record finding")
    menu(chair, "Matrix")
    expect(cell).to_contain_text("Met")
    expect(cell).to_contain_text("adopted")
    chair.snap("matrix-adopted")
    menu(chair, "Scores")
    expect(chair.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    chair.snap("scores")


def weigh(chair: Visitor) -> None:
    """Read how far ballots agree; try a change, which leaves the official result alone."""
    menu(chair, "Agreement")
    chair.sees("How far the ballots agree")
    expect(chair.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(chair.page.get_by_role("row").filter(has_text="Marcus Reviewer").first).to_be_visible()
    chair.snap("agreement")
    menu(chair, "What if")
    chair.sees("What if?")
    chair.snap("what-if")
    chair.page.get_by_text("Weights and must-haves").first.click()
    chair.page.get_by_label(f"Weight of {DISPUTED}").fill("0")
    chair.page.get_by_label("Unanimity").check()
    chair.press("Try it")
    card = chair.page.locator("#tried-card")
    expect(card).to_contain_text("Rule: Unanimity")
    expect(card).to_contain_text(f"Weight of {DISPUTED}: 3 → 0")
    chair.snap("what-if-tried")
    chair.follow("Back to the official result")
    expect(chair.page.get_by_label(f"Weight of {DISPUTED}")).to_have_value("3")


def compare(chair: Visitor) -> None:
    menu(chair, "Compare")
    heads = chair.page.locator("table.matrix thead th").all_inner_texts()
    assert heads[1:] == list(BOTH)
    chair.snap("compare")


def decide(chair: Visitor) -> None:
    menu(chair, "Decision")
    chair.page.get_by_role("radio", name=BOTH[0]).check()
    chair.page.get_by_label("Why?").fill("It works for every learner.")
    chair.page.get_by_label("Conditions").fill("Grade export by August.")
    chair.snap("decision")
    chair.press("Record the recommendation")
    expect(
        chair.page.get_by_role("heading", name=f"The committee recommends {BOTH[0]}")
    ).to_be_visible()


def close_meeting(chair: Visitor) -> None:
    menu(chair, "Overview")
    chair.follow("Make the decision final")
    chair.press("Make the decision final")
    chair.snap("decided")


# What is taken home


def stamp(chair: Visitor) -> str:
    """What is stamped on the memo."""
    menu(chair, "Memo")
    chair.snap("memo")
    return chair.page.locator(".stamp").inner_text()


def saved(chair: Visitor, link: str, folder: Path) -> Path:
    """The file behind a link, as the browser saves it."""
    with chair.page.expect_download() as download:
        chair.link(link).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def check_tallies(chair: Visitor, folder: Path) -> None:
    menu(chair, "Matrix")
    path = saved(chair, "Tallies as CSV", folder)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert len(rows) == CRITERIA * len(BOTH)


def check_memo(chair: Visitor, folder: Path) -> None:
    memo = Document(str(saved(chair, "Download for Word", folder)))
    text = "\n".join(paragraph.text for paragraph in memo.paragraphs)
    header = "\n".join(paragraph.text for paragraph in memo.sections[0].header.paragraphs)
    assert f"Recommended: {BOTH[0]}" in text
    assert "FINAL" in header
    assert "It works for every learner." in text
