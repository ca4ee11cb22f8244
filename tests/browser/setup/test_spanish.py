"""Spanish words are longer: menus, lists and tables have room for them as well."""

from dataclasses import dataclass

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.people.accounts import choose_language
from tests.browser.conftest import Browse
from tests.browser.demo_pages import REVIEWER
from tests.browser.looks import cut_choices, menu_lines, overflow
from tests.browser.sites import Site
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.factories import PASSWORD, Factory, full_rubric, let_chair_score

pytestmark = pytest.mark.xdist_group("browser, results and eyes")

SPANISH_REVIEWER = "rosa@cedarbend.example"  # chose Spanish when the demo was made
DECIDED = "/evaluations/credit-recovery-2027/"
LAPTOP, LARGE_PHONE = 1366, 390
# The words whose letters stand in two lines.
BROKEN_WORDS = """(selector) => [...document.querySelectorAll(selector)].flatMap((cell) => {
  const found = [], walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode;
    for (const { 0: word, index } of text.data.matchAll(/\\p{L}+/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width);
      if (new Set(boxes.map((box) => box.top)).size > 1) found.push(word);
    }
  }
  return found;
})"""
LONG_NAME = "Guadalupe Fernández-Villanueva de la Torre"


@dataclass(frozen=True, slots=True)
class Scene:
    """An evaluation, and who looks at it."""

    slug: str
    vendor: int
    chair: Visitor

    def url(self, path: str) -> str:
        return f"/evaluations/{self.slug}/{path}"


def open_in_spanish(site: Site, browse: Browse, phase: Phase, width: int) -> Scene:
    """A chair who scores as well, and so has the most entries in the menu."""
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(
            phase=Phase.SETUP, rubric=full_rubric(), title="Cursos de recuperación"
        )
        let_chair_score(made)
        if phase is not Phase.SETUP:
            Factory(site.app).forward(made, phase, {})
        choose_language(made.chair, "es")
        user = db.session.get_one(User, made.chair.user_id)
        user.name = LONG_NAME
        db.session.commit()
        email, vendor = user.email, made.vendors[0].id
        db.session.remove()
    return Scene(made.slug, vendor, browse(site, width=width).sign_in(email, PASSWORD))


@pytest.mark.parametrize("width", [DESKTOP, LAPTOP])
def test_every_menu_stands_in_one_line_on_a_laptop(site: Site, browse: Browse, width: int):
    scene = open_in_spanish(site, browse, Phase.MEETING, width)

    lines = []
    for place in ("", "rubric/", "plan/", "progress", "matrix", "decision/"):
        scene.chair.page.goto(scene.url(place))
        lines.append(menu_lines(scene.chair.page))

    assert lines == [[1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]]


@pytest.mark.parametrize("width", [LAPTOP, PHONE])
def test_what_is_chosen_in_a_list_can_be_read(site: Site, browse: Browse, width: int):
    scene = open_in_spanish(site, browse, Phase.SETUP, width)
    places = ["/evaluations/new", *map(scene.url, ("committee/", "plan/triage/settings", "facts",
              f"vendors/{scene.vendor}/prices", "rubric/weights"))]  # fmt: skip

    cut = []
    for place in places:
        answer = scene.chair.page.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        cut += [f"{place}: {words}" for words in cut_choices(scene.chair.page)]

    assert cut == []


def test_a_list_that_cuts_its_choice_off_is_found(site: Site, browse: Browse):
    scene = open_in_spanish(site, browse, Phase.SETUP, LAPTOP)
    scene.chair.page.goto(scene.url("facts"))

    scene.chair.page.evaluate("document.querySelector('select').style.inlineSize = '4rem'")

    assert len(cut_choices(scene.chair.page)) == 1


@pytest.mark.parametrize("place", ["must-haves/", "plan/print"])
def test_the_counts_of_the_vote_fit_a_phone(demo: Site, browse: Browse, place: str):
    reviewer = browse(demo, width=PHONE).sign_in(SPANISH_REVIEWER)

    reviewer.page.goto(DECIDED + place)

    assert reviewer.page.locator("html").get_attribute("lang") == "es"
    assert overflow(reviewer.page) == []


@pytest.mark.parametrize("email", [REVIEWER, SPANISH_REVIEWER], ids=["English", "Spanish"])
def test_no_word_below_the_matrix_is_broken_on_a_phone(demo: Site, browse: Browse, email: str):
    reviewer = browse(demo, width=LARGE_PHONE).sign_in(email)

    reviewer.page.goto(f"{DECIDED}matrix")

    assert reviewer.page.locator(".matrix tfoot td").count() > 0
    assert reviewer.page.evaluate(BROKEN_WORDS, ".matrix tfoot :is(th, td)") == []
