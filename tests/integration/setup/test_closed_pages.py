"""A page of another phase says so to whoever may read it then, and is none for everybody else."""

import pytest

from crrubric.domain.vocabulary import Phase, Role
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

FIXED = "Rubric, vendors, prices, decision rule and dates were fixed when ballots opened."
NOT_CLOSED = "Scoring is not closed yet: this page opens with the meeting."


def texts(made: Made, path: str, visit: Visit) -> dict[str, str]:
    """What the chair, a reviewer and a stranger read at the address."""
    people = {"chair": made.chair, "reviewer": made.reviewers[0]}
    found = {}
    for who, actor in people.items():
        page = visit(actor).page(made.url(path))
        assert page.status == 404
        found[who] = words(page.root)
    return found


def test_a_form_of_set_up_says_during_scoring_what_is_possible_instead(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    read = texts(made, f"vendors/{made.vendors[0].id}", visit)

    assert FIXED in read["chair"]
    assert "This page is not open now" in read["chair"]
    assert "Go to the overview of the evaluation" in read["chair"]
    assert FIXED not in read["reviewer"]
    assert "Page not found This page does not exist, or you may not see it." in read["reviewer"]


def test_it_says_the_same_whether_the_thing_exists_or_not(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    there, nowhere = (
        texts(made, f"vendors/{number}", visit)["chair"] for number in (made.vendors[0].id, 9999)
    )

    assert there == nowhere


def test_results_say_during_scoring_when_they_open(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))

    for who in (made.chair, made.reviewers[0], observer):
        assert NOT_CLOSED in words(visit(who).page(made.url("matrix")).root)


def test_a_stranger_learns_nothing_of_the_phase(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    stranger = make.evaluation(title="Another").chair

    pages = [
        words(visit(stranger).page(path).root)
        for path in (made.url("matrix"), made.url(), "/evaluations/none/matrix")
    ]

    assert len(set(pages)) == 1
    assert "Scoring" not in pages[0]


@pytest.mark.both_databases
def test_a_form_that_comes_too_late_says_what_is_possible_instead(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    chair.get(made.url("vendors/"))
    make.forward(made, Phase.SCORING, {})

    answer = chair.post(made.url("vendors/new"), {"company": "Late Learning"})

    assert answer.status_code == 409
    assert FIXED in answer.text
    assert "Late Learning" in answer.text
