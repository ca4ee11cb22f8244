"""The page that says what the words of the site mean, and the links that lead to it."""

import re
from pathlib import Path

import pytest

from crrubric import __version__
from crrubric.domain.terms import TERMS
from crrubric.domain.vocabulary import Phase
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import parse, words

TEMPLATES = Path(__file__).parents[3] / "templates"
ANCHORS = [term.anchor for _heading, terms in TERMS for term in terms]


@pytest.mark.parametrize(
    ("language", "name", "meaning"),
    [
        ("en", "95 % interval", "The range in which a measure falls in 95 of 100 repetitions"),
        ("es", "Intervalo del 95 %", "El rango en que cae una medida en 95 de cada 100"),
    ],
)
def test_everybody_can_read_what_the_words_mean(
    visit: Visit, language: str, name: str, meaning: str
):
    answer = visit().get("/words", headers={"Accept-Language": language})
    page = parse(answer.status_code, answer.text)

    assert [node.get("id") for node in page.all("div") if node.get("id")] == ANCHORS
    term = page.with_id("interval")
    assert words(next(term.iter("dt"))) == name
    assert words(next(term.iter("dd"))).startswith(meaning)


def test_every_anchor_is_used_once():
    assert len(ANCHORS) == len(set(ANCHORS))


def test_every_page_has_the_link_in_its_footer(make: Factory, visit: Visit):
    made = make.evaluation()
    pages = [visit().page("/sign-in"), visit(made.chair).page(made.url("rubric/"))]

    links = [[a.get("href") for a in page.all("footer")[0].iter("a")] for page in pages]

    assert links == [["/accessibility", "/help", "/words"]] * 2


def test_a_link_beside_a_term_leads_to_that_term():
    used = {
        anchor
        for file in TEMPLATES.rglob("*.html")
        for anchor in re.findall(r'meaning_of\("([^"]*)"\)', file.read_text("utf-8"))
    }

    assert used == {"agreement", "finding", "item", "ranking", "recommendation", "score"}
    assert used - set(ANCHORS) == set()


def test_the_footer_of_every_page_names_the_version_of_the_site(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    review = made.url(f"ballots/{made.vendors[0].id}/submit")

    feet = [words(person.page(url).all("footer")[0]) for url in ("/", review)]

    assert [foot.startswith(f"crrubric {__version__} ·") for foot in feet] == [True, True]
