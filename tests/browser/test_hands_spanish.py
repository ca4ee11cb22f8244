"""A reviewer who reads Spanish reads nothing else on the way to a receipt."""

import re

import pytest
from playwright.sync_api import Page, expect

from crrubric.domain.vocabulary import Phase
from tests.browser.conftest import Browse
from tests.browser.hands import COMPANIES, RECEIPT, mark, set_up, status
from tests.browser.sites import Site
from tests.browser.visitor import Visitor, named
from tests.factories import PASSWORD, full_rubric

pytestmark = pytest.mark.xdist_group("browser, hands")

ENGLISH = r"\b(?i:saved?|vendors?|submit|submitted|criteri(?:on|a)|ballots?|yes|note)\b"


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
        expect(status(who.page, number)).to_have_text(re.compile(r"^Guardado a las \d\d:\d\d$"))
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
