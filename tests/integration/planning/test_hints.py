"""What the workbook suggests stands beside the criterion, for whoever sets the rubric up."""

import pytest

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.services.planning import votes
from crrubric.services.planning.workbook import save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_plan_pages import count_queries
from tests.integration.planning.test_workbook import ask
from tests.pages import words

ENGLISH = "Consider a must-have: 18 % of your learners are English learners."


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(rubric=load_built_in_rubric(), reviewers=1)
    save_plan_answers(made.chair, made.slug, "learners", {"english_learners": "18"})
    return made


def test_the_chair_reads_a_hint_with_its_reason_beside_the_criterion(made: Made, visit: Visit):
    chair = visit(made.chair)
    ell = next(row for row in made.criteria if row.code == "ell")

    card = words(chair.page(made.url("rubric/")).with_id(f"criterion-{ell.id}"))
    form = words(chair.page(made.url(f"rubric/criteria/{ell.id}")).root)

    assert f"{ENGLISH} Plan: Learners" in card
    assert ENGLISH in form
    assert not ell.must_have  # nothing is applied by itself


def test_nobody_else_reads_it_and_not_once_ballots_are_open(
    make: Factory, made: Made, visit: Visit
):
    ask(made, made.reviewers[0], "learners", PlanAccess.READ)
    assert ENGLISH not in words(visit(made.reviewers[0]).page(made.url("rubric/")).root)

    make.forward(made, Phase.SCORING, {})

    assert ENGLISH not in words(visit(made.chair).page(made.url("rubric/")).root)


def test_a_hint_goes_with_the_answer(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "learners", {"english_learners": "4"})
    save_plan_answers(made.chair, made.slug, "support", {"employer": "own"})

    page = words(visit(made.chair).page(made.url("rubric/")).root)

    assert "English learners." not in page
    assert "May not apply to you: You use your own teachers." in page


def test_whoever_votes_and_whoever_settles_reads_them_beside_the_criterion(
    made: Made, visit: Visit
):
    votes.open_vote(made.chair, made.slug)
    ell = next(row for row in made.criteria if row.code == "ell")
    reviewer = visit(made.reviewers[0])

    asked = reviewer.page(made.url("must-haves/ballot")).with_id(f"criterion-{ell.id}")
    assert f"{ENGLISH} Plan: Learners" in words(asked)
    links = [link.get("href") for link in asked.iter("a")]
    assert made.url("plan/sections/learners") not in links  # it is not theirs to read
    assert reviewer.get(made.url("plan/sections/learners")).status_code == 404

    ask(made, made.reviewers[0], "learners", PlanAccess.READ)
    asked = reviewer.page(made.url("must-haves/ballot")).with_id(f"criterion-{ell.id}")
    assert made.url("plan/sections/learners") in [link.get("href") for link in asked.iter("a")]

    votes.close_vote(made.chair, made.slug)
    settled = visit(made.chair).page(made.url("must-haves/settle/"))
    assert f"{ENGLISH} Plan: Learners" in words(settled.root)


def test_no_hint_stands_on_the_ballot_of_a_vendor(make: Factory, visit: Visit):
    made = make.evaluation(
        rubric=load_built_in_rubric(), reviewers=1, vendors=1, phase=Phase.SCORING
    )
    save_plan_answers(made.chair, made.slug, "learners", {"english_learners": "18"})

    page = visit(made.reviewers[0]).page(made.url(f"ballots/{made.vendors[0].id}"))

    assert "English learners." not in words(page.root)
    assert "Consider a must-have" not in words(page.root)


@pytest.mark.parametrize("path", ["must-haves/ballot", "must-haves/settle/"])
def test_hints_take_the_same_queries_however_many_there_are(made: Made, visit: Visit, path: str):
    votes.open_vote(made.chair, made.slug)
    person = visit(made.reviewers[0])
    if "settle" in path:
        votes.close_vote(made.chair, made.slug)
        person = visit(made.chair)
    person.get(made.url(path))
    before = count_queries(lambda: person.get(made.url(path)))
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "9", "athletes": "3"})
    save_plan_answers(made.chair, made.slug, "support", {"employer": "own"})

    assert count_queries(lambda: person.get(made.url(path))) == before
