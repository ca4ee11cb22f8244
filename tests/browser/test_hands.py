"""A reviewer scores with whatever hands they have: keys, no script, a thumb."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from crrubric.domain.vocabulary import Answer, Phase
from tests.browser.conftest import Browse
from tests.browser.hands import (
    COMPANIES,
    RECEIPT,
    SAVED,
    Keyboard,
    Scene,
    backwards,
    mark,
    set_up,
    status,
    stops,
)
from tests.browser.looks import overflow
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor, named
from tests.factories import PASSWORD, full_rubric
from tests.uploads import CSV

pytestmark = pytest.mark.xdist_group("browser, hands")

HOME = "Score vendors: Credit recovery"
NOTE = "Why? What did you see?"
TOO_EARLY = "Evidence can’t expire before the day on which it was seen."
REFUSED = r"Failed to load resource: .* 422 "
ENGLISH = r"\b(?i:saved?|vendors?|submit|submitted|criteri(?:on|a)|ballots?|yes|note)\b"


@pytest.fixture
def scene(site: Site) -> Scene:
    """Scoring is open; nobody has declared or marked anything."""
    return set_up(site, Phase.SCORING, declared=False)


# The keyboard alone


def test_with_the_keyboard_alone_a_reviewer_gets_to_a_receipt(scene: Scene, browse: Browse):
    keys = Keyboard(browse(scene.site)).sign_in(scene.reviewers[0])
    keys.read()
    keys.follow(HOME)
    keys.read()
    keys.follow(f"Begin: {COMPANIES[0]}")

    declare_by_keys(keys)
    mark_by_keys(keys)
    submit_by_keys(keys)

    expect(keys.page.locator("code.receipt")).to_have_text(RECEIPT)
    keys.read()
    assert sorted(scene.stored()) == [  # each saves by itself: the order is nobody's
        (Answer.CANNOT_TELL, ""),
        (Answer.NO, ""),
        (Answer.YES, "Every lesson works with keys."),
    ]


def declare_by_keys(keys: Keyboard) -> None:
    keys.read()
    keys.reach(keys.page.get_by_label("No conflict of interest"))
    keys.press("Space")
    keys.push("Declare and continue")


def mark_by_keys(keys: Keyboard) -> None:
    """Space on a tile, an arrow to another tile, a single key; then a note."""
    keys.read()
    keys.reach(mark(keys.page).get_by_role("radio", name="Yes"))
    keys.press("Space", "ArrowDown", "ArrowRight", "ArrowRight", "j", "n")
    for number in range(3):
        expect(status(keys.page, number)).to_have_text(SAVED)
    keys.press("k", "k")
    keys.reach(mark(keys.page).locator("summary", has_text="Note and evidence"))
    keys.press("Enter", "Tab")
    keys.type("Every lesson works with keys.")
    with keys.page.expect_response("**/marks/*"):
        keys.press("Tab")
    expect(status(keys.page)).to_have_text(SAVED)
    expect(keys.page.get_by_text("3 of 3 answered")).to_be_visible()


def submit_by_keys(keys: Keyboard) -> None:
    keys.follow("Review and submit")
    keys.read()
    keys.push("Submit ballot")
    keys.visitor.sees("Your ballot")
    keys.visitor.snap("receipt")


def test_a_focus_that_leads_back_is_found(scene: Scene, browse: Browse):
    page = browse(scene.site).page
    page.goto("/sign-in")
    page.locator("main").focus()
    before = stops(page)

    page.evaluate("document.querySelector('main form').className = 'planted'")
    page.evaluate("document.querySelector('main form').style.display = 'flex'")
    page.evaluate("document.querySelector('main form').style.flexDirection = 'column-reverse'")
    page.locator("main").focus()
    after = stops(page)

    assert backwards(before) == []
    assert (len(backwards(after)), len(after)) == (3, 5)  # the link below the form did not move


# No script


def test_without_a_script_a_reviewer_gets_to_a_receipt(scene: Scene, browse: Browse):
    who = browse(scene.site, script=False).sign_in_by_form(scene.reviewers[0], PASSWORD)
    who.follow(HOME)
    for company in reversed(COMPANIES):
        declare(who, company)
        who.page.goto(scene.made.url("ballots/"))
    who.follow(f"Begin: {COMPANIES[0]}")

    for number, look in enumerate(("yes", "ask", "no")):
        save(who, number, look)
    write_with_evidence(who)
    attach_file(who)
    ask_vendor(who)
    mark_across(who)
    who.follow(f"The whole ballot: {COMPANIES[0]}")
    who.follow("Review and submit")
    expect(who.page.locator("main")).to_contain_text("Document · page 4")
    who.press("Submit ballot")

    expect(who.page.locator("code.receipt")).to_have_text(RECEIPT)
    assert scene.stored() == [
        (Answer.YES, "Read the report."),
        (Answer.CANNOT_TELL, ""),
        (Answer.NO, ""),
        (Answer.NO, ""),
    ]


def declare(who: Visitor, company: str) -> None:
    who.follow(f"Begin: {company}")
    who.page.get_by_label("No conflict of interest").check()
    who.press("Declare and continue")
    who.sees(company)


def save(who: Visitor, number: int, look: str = "") -> None:
    """Each form has a Save button of its own."""
    form = mark(who.page, number)
    if look:
        form.locator(f"label.{look}").click()
    who.leave(form.get_by_role("button", name="Save", exact=True))


def write_with_evidence(who: Visitor) -> None:
    """A day that can't be is refused, and everything typed is still there."""
    form = mark(who.page)
    form.locator("summary", has_text="Note and evidence").click()
    form.get_by_label(NOTE).fill("Read the report.")
    form.get_by_label(re.compile("^Kind of evidence")).select_option(label="Document")
    form.get_by_label("Where: page, time").fill("page 4")
    form.get_by_label("Seen on").fill("2026-03-12")
    form.get_by_label("Valid until").fill("2026-03-11")
    who.expected.append(REFUSED)
    save(who, 0)
    sees_refusal(who, form)
    form.get_by_label("Valid until").fill("2099-03-11")
    save(who, 0)
    expect(form.get_by_label("Valid until")).to_have_value("2099-03-11")


def sees_refusal(who: Visitor, form: Locator) -> None:
    problem = who.page.get_by_role("alert").get_by_role("link")
    expect(problem).to_have_text(TOO_EARLY)
    expect(status(who.page)).to_have_text("")  # the stored mark is not the one that stands there
    problem.click()
    expect(form.get_by_label("Valid until")).to_be_focused()
    expect(form.get_by_label("Valid until")).to_have_accessible_description(f"Error: {TOO_EARLY}")
    expect(form.get_by_label("Valid until")).to_have_value("2026-03-11")
    expect(form.get_by_label("Seen on")).to_have_value("2026-03-12")
    expect(form.get_by_label("Where: page, time")).to_have_value("page 4")
    expect(form.get_by_label(NOTE)).to_have_value("Read the report.")
    expect(form.get_by_role("radio", name="Yes")).to_be_checked()
    who.snap("refused")


def attach_file(who: Visitor) -> None:
    who.leave(mark(who.page).get_by_role("link", name="Attach files"))
    prices = {"name": "prices.csv", "mimeType": "text/csv", "buffer": CSV}
    who.page.get_by_label("File").set_input_files(prices)
    who.press("Attach")
    expect(who.link("prices.csv")).to_be_visible()
    who.snap("attached")
    who.leave(who.link("Back to the ballot").first)
    expect(mark(who.page).get_by_role("link", name="Files (1)")).to_be_visible()


def ask_vendor(who: Visitor) -> None:
    who.follow("Ask the vendor: Works with our system")
    who.page.get_by_label("Your question").fill("Which grade format do you write?")
    who.press("Ask")
    expect(who.page.get_by_text("Which grade format do you write?")).to_be_visible()


def mark_across(who: Visitor) -> None:
    """The other vendor's mark on the first criterion."""
    who.follow("Mark one criterion across all vendors")
    who.sees("Accessible ◆ must-have")
    form = who.page.locator("form[data-mark]").filter(has_text=COMPANIES[1])
    form.locator("label.no").click()
    who.leave(form.get_by_role("button", name="Save", exact=True))
    expect(form.get_by_role("radio", name="No")).to_be_checked()
    who.snap("across")


# A thumb on a narrow phone


@pytest.mark.quick_journey
def test_on_a_phone_a_reviewer_gets_to_a_receipt_with_one_thumb(scene: Scene, browse: Browse):
    who = browse(scene.site, width=PHONE)
    who.page.goto("/sign-in")
    who.page.get_by_label("E-mail address").fill(scene.reviewers[0])
    who.page.get_by_label("Password", exact=True).fill(PASSWORD)
    tap(who, who.page.get_by_role("button", name="Sign in"))
    tap(who, who.link(HOME))
    tap(who, who.link(f"Begin: {COMPANIES[0]}"))
    who.page.get_by_label("No conflict of interest").tap()
    tap(who, who.page.get_by_role("button", name="Declare and continue"))

    assert [height for height in tile_heights(who.page) if height < 44] == []
    for number, look in enumerate(("yes", "no", "na")):
        mark(who.page, number).locator(f"label.{look}").tap()
        expect(status(who.page, number)).to_have_text(SAVED)
    assert overflow(who.page) == []
    tap(who, who.link("Review and submit"))
    tap(who, who.page.get_by_role("button", name="Submit ballot"))

    expect(who.page.locator("code.receipt")).to_have_text(RECEIPT)
    assert [answer for answer, _note in scene.stored()] == [
        Answer.YES,
        Answer.NO,
        Answer.NOT_APPLICABLE,
    ]


def tap(who: Visitor, target: Locator) -> None:
    """On to the next page, which is no wider than the phone."""
    with who.page.expect_navigation():
        target.tap()
    assert overflow(who.page) == []


def tile_heights(page: Page) -> list[float]:
    """How high the answers are; there are ten."""
    found = page.locator(".answers label .tile").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert len(found) == 10
    return list(found)


# In Spanish


def test_in_spanish_a_reviewer_gets_to_a_receipt_without_a_word_of_english(
    site: Site, browse: Browse
):
    scene = set_up(site, Phase.SCORING, rubric=full_rubric(), declared=False)
    who = browse(site)
    who.page.goto("/sign-in")
    who.leave(who.page.locator("footer").get_by_role("button", name="Español"))
    who.page.get_by_label("Correo electrónico").fill(scene.reviewers[0])
    who.page.get_by_label("Contraseña").fill(PASSWORD)
    go_on(who, "Iniciar sesión")
    go_on(who, "Calificar a los proveedores: Credit recovery")
    go_on(who, f"Empezar: {COMPANIES[0]}")
    who.page.get_by_label("Sin conflicto de intereses").check()
    go_on(who, "Declarar y continuar")

    mark_in_spanish(who)
    go_on(who, "Revisar y entregar")
    who.sees("Revise su boleta")
    go_on(who, "Entregar la boleta")

    who.sees("Su boleta")
    expect(who.page.locator("code.receipt")).to_have_text(RECEIPT)
    assert english(who.page) == []
    assert len(scene.stored()) == 21
    who.snap("recibo")


def go_on(who: Visitor, name: str) -> None:
    """On to the next page, from one that is in Spanish and nothing else."""
    assert english(who.page) == []
    assert who.page.locator("html").get_attribute("lang") == "es"
    button = who.page.locator("main").get_by_role("button", name=named(name))
    who.leave(button.or_(who.link(name)))


def mark_in_spanish(who: Visitor) -> None:
    """Yes to everything, with the same keys as in English; then a note."""
    for number in range(21):
        who.page.keyboard.press("j")
        who.page.keyboard.press("y")
        expect(status(who.page, number)).to_have_text(
            re.compile(r"^Guardado a las \d?\d:\d\d [AP]M$")
        )
    mark(who.page).get_by_text("Nota y pruebas").click()
    mark(who.page).locator("textarea").fill("Subtítulos en cada video.")
    with who.page.expect_response("**/marks/*"):
        mark(who.page).locator("textarea").blur()
    expect(status(who.page)).to_contain_text("Guardado")
    who.snap("boleta")


def english(page: Page) -> list[str]:
    """English words of every ballot in the main part, be they for the eye or for the ear."""
    names = "[...document.querySelectorAll('main [aria-label]')].map(node => node.ariaLabel)"
    labels = page.evaluate(names)
    words = " ".join([page.locator("main").text_content() or "", *labels])
    return re.findall(ENGLISH, words)
