"""One evaluation from sign-in to the issued memo, with nothing but what the pages offer.

Every click of the chair is counted, also on a choice and to copy the links: a chair who has a list
of vendors and one of people gets there in few clicks. Pages that one may look at on the way, and
what is there to be changed by whoever wants to, are looked at, and not counted.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from crrubric.domain.vocabulary import Answer, DeclarationKind, Standing
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, User, Vendor
from crrubric.queries.people.people import OPERATOR, actor_of
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.ballots.seals import submit_ballot
from crrubric.services.people.accounts import add_user
from crrubric.services.people.links import accept_invite
from tests.browser.conftest import Browse
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.xdist_group("browser, journey")

TITLE = "Credit recovery 2030"
VENDORS = ("Harborlight Learning", "Quillmere Courses", "Brightwater Online")
PEOPLE = ("Marcus Reviewer", "Keisha Reviewer", "Lena Reviewer")
DISPUTED = "Accessible (ADA)"
CRITERIA = 21
MOST_CLICKS = 25  # of the chair, from signing in to the memo
MOST_TO_ISSUE = 3  # more, to issue it


def test_a_committee_gets_from_an_empty_site_to_its_final_memo(
    site: Site, browse: Browse, tmp_path: Path
):
    add_organizer(site)
    chair = browse(site, "chair").sign_in_by_form("dana@school.example", PASSWORD)

    start_evaluation(chair)
    add_vendors(chair)
    links = invite(chair)
    look_around(chair, edit_criterion, set_rule)
    open_scoring(chair)

    score_with_script(join(browse(site, "desktop-reviewer"), links[0], PEOPLE[0]))
    phone = browse(site, "phone-reviewer", width=PHONE, scheme="dark", script=False)
    score_with_plain_forms(join(phone, links[1], PEOPLE[1]))
    score_the_rest(site, links[2])

    look_around(chair, see_progress)
    close_scoring(chair)
    hold_meeting(chair)
    look_around(chair, read_matrix, weigh, compare)
    decide(chair)
    look_around(chair, read_draft, lambda who: check_tallies(who, tmp_path))
    finish(chair)
    assert chair.clicks <= MOST_CLICKS
    issue(chair)
    assert chair.clicks <= MOST_CLICKS + MOST_TO_ISSUE
    check_memo(chair, tmp_path)


def look_around(chair: Visitor, *looks: Callable[[Visitor], None]) -> None:
    """Pages that are not on the shortest way: there and back again, not counted."""
    here, before = chair.page.url, chair.clicks
    for look in looks:
        look(chair)
    chair.page.goto(here)
    chair.clicks = before


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
    """Three lines of a spreadsheet, pasted."""
    chair.follow("Add several vendors")
    rows = [("Company", "Product", "Unit", "Price", "Quantity", "Term")]
    rows += [(company, "Recovery", "per learner", "38.50", "420", "36") for company in VENDORS]
    chair.page.get_by_label("Lines from a spreadsheet").fill("\n".join(map("\t".join, rows)))
    chair.snap("vendors-pasted")
    chair.press("Show the lines")
    chair.snap("vendor-lines")
    chair.press("Add the selected vendors")
    assert chair.page.locator("li.card h2").all_inner_texts() == list(VENDORS)
    chair.snap("vendors")


def invite(chair: Visitor) -> list[str]:
    """Invite three reviewers by one paste; return the one-time links that the chair copies."""
    chair.follow("Invite several people")  # it comes next, says the page of the vendors
    rows = [f"{n}\t{n.split()[0].lower()}@school.example\treviewer\tteacher" for n in PEOPLE]
    chair.page.get_by_label("Lines from a spreadsheet").fill("\n".join(rows))
    chair.press("Show the lines")
    chair.snap("people-lines")
    chair.press("Invite the selected people")
    chair.sees("Invitation links")
    chair.snap("links")
    chair.choose(chair.page.get_by_role("button", name="Copy all"))
    return [
        chair.page.get_by_label(
            f"Invitation link for {name.split()[0].lower()}@school.example"
        ).input_value()
        for name in PEOPLE
    ]


def set_rule(chair: Visitor) -> None:
    menu(chair, "Rule")
    chair.page.get_by_label("Simple majority").check()
    chair.page.get_by_label("Pass mark in percent").fill("80")
    chair.snap("rule")
    chair.press("Set the rule")


def open_scoring(chair: Visitor) -> None:
    chair.follow("Open scoring")  # it comes next, says the page of the links
    chair.press("Open scoring")
    expect(chair.page.get_by_role("link", name="Close scoring and show")).to_be_visible()


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
    for company in VENDORS[:2]:
        begin(who, company)
        expect(forms(who.page)).to_have_count(CRITERIA)
        for form in forms(who.page).all():
            form.locator("label.yes").click()
            expect(form.get_by_role("status")).to_have_text(re.compile(r"^Saved \d?\d:\d\d [AP]M$"))
        expect(who.page.get_by_text("21 of 21 answered")).to_be_visible()
        if company == VENDORS[0]:
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
    form.get_by_label(re.compile("^Kind of evidence")).select_option(label="Demo")
    form.get_by_label("Where: page, time").fill("minute 12")
    form.get_by_label("Seen on").fill("2026-03-12")
    with who.page.expect_response("**/marks/*"):
        form.get_by_label("Seen on").blur()
    expect(form.get_by_role("status")).to_have_text(re.compile(r"^Saved \d?\d:\d\d [AP]M$"))


def score_with_plain_forms(who: Visitor) -> None:
    """Without a script: each answer is sent with its own Save button."""
    begin(who, VENDORS[0])
    for number in range(CRITERIA):
        form = forms(who.page).nth(number)
        answer = "no" if form.get_by_role("heading").inner_text() == DISPUTED else "yes"
        form.locator(f"label.{answer}").click()
        who.leave(form.get_by_role("button", name="Save", exact=True))
    expect(who.page.get_by_text("21 of 21 answered")).to_be_visible()
    who.snap("ballot")
    who.follow("Review and submit")
    submit(who, VENDORS[0])


def score_the_rest(site: Site, link: str) -> None:
    """The ballots that no browser has filled in: YES throughout, but that one could not tell."""
    with site.app.app_context():
        accept_invite(link.rpartition("/")[2], password=PASSWORD)
        slug = db.session.scalars(select(Evaluation.slug)).one()
        vendors = list(db.session.scalars(select(Vendor.id).order_by(Vendor.position)))
        criteria = db.session.execute(select(Criterion.id, Criterion.title)).all()
        users = {user.name: user for user in db.session.scalars(select(User))}
        for name, left in zip(PEOPLE, (vendors[2:], vendors[1:], vendors), strict=True):
            reviewer = actor_of(users[name])
            for vendor in left:
                declare_interest(reviewer, slug, vendor, kind=DeclarationKind.NONE)
                for key, title in criteria:
                    unsure = (vendor, title) == (vendors[0], DISPUTED)
                    text = MarkText(answer=Answer.CANNOT_TELL if unsure else Answer.YES)
                    record_mark(reviewer, slug, vendor, key, text, seen_version=0)
                submit_ballot(reviewer, slug, vendor, reasons={})
        db.session.remove()


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


def see_progress(chair: Visitor) -> None:
    menu(chair, "Progress")
    expect(chair.page.get_by_text("Ballots submitted: 9 of 9")).to_be_visible()
    chair.snap("progress")


def close_scoring(chair: Visitor) -> None:
    chair.follow("Close scoring and show the ballots")
    chair.snap("before-closing")
    chair.press("Close scoring and show the ballots")
    chair.snap("agenda")


def hold_meeting(chair: Visitor) -> None:
    """The agenda is there once the ballots are open: adopt what is clear, settle what is not."""
    chair.sees("Agenda")
    chair.press("Open the meeting")
    chair.press("All are present")
    chair.snap("meeting")
    chair.page.get_by_label("In favor").fill("3")
    chair.press("Record the vote")
    chair.follow(f"{VENDORS[0]} · {DISPUTED}")
    expect(chair.page.get_by_text("Every lesson works with the keyboard.")).to_be_visible()
    chair.snap("cell")
    chair.choose(chair.page.locator("label", has_text=re.compile(r"\bMet\b")))
    chair.page.get_by_label("Why?").first.fill("We tried it together; all agreed.")
    chair.press("Record finding")


def read_matrix(chair: Visitor) -> None:
    """Every cell is settled; its panel says why, and there are charts of the scores."""
    menu(chair, "Matrix")
    chair.sees("Where the committee stands")
    cell = chair.page.get_by_role("row").filter(has_text=DISPUTED).get_by_role("cell").first
    expect(cell).to_contain_text("Met")
    expect(cell).to_contain_text("adopted")
    chair.snap("matrix")
    cell.get_by_role("link").click()
    chair.follow("Open the full page")
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
    assert sorted(heads[1:]) == sorted(VENDORS)
    chair.snap("compare")


def decide(chair: Visitor) -> None:
    menu(chair, "Decision")
    chair.choose(chair.page.get_by_role("radio", name=VENDORS[0]))
    chair.page.get_by_label("Why?").fill("It works for every learner.")
    chair.page.get_by_label("Conditions").fill("Grade export by August.")
    chair.snap("decision")
    chair.press("Record the recommendation")
    expect(
        chair.page.get_by_role("heading", name=f"The committee recommends {VENDORS[0]}")
    ).to_be_visible()


def read_draft(chair: Visitor) -> None:
    menu(chair, "Memo")
    assert stamp(chair).startswith("DRAFT")


def finish(chair: Visitor) -> None:
    """From the recommendation to the memo, which can be issued once the decision is final."""
    chair.follow("Make the decision final")
    chair.press("Make the decision final")
    chair.sees(f"Selection memo: {TITLE}")


def issue(chair: Visitor) -> None:
    """From the final decision to the memo that the board gets."""
    assert stamp(chair) == "DRAFT – not issued yet"
    chair.follow("Issue the memo")
    chair.choose(chair.page.get_by_label("I have read the memo"))
    chair.press("Issue the memo")
    expect(chair.page.get_by_role("heading", name="Issued memos")).to_be_visible()
    assert stamp(chair) == "DRAFT – not the issued memo"


# What is taken home


def stamp(chair: Visitor) -> str:
    """What is stamped on the memo."""
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
    assert len(rows) == CRITERIA * len(VENDORS)


def check_memo(chair: Visitor, folder: Path) -> None:
    memo = Document(str(saved(chair, "Word document of issue 1", folder)))
    text = "\n".join(paragraph.text for paragraph in memo.paragraphs)
    header = "\n".join(paragraph.text for paragraph in memo.sections[0].header.paragraphs)
    assert f"Recommended: {VENDORS[0]}" in text
    assert "FINAL" in header
    assert "It works for every learner." in text
