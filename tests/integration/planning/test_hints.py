"""What the workbook suggests stands beside the criterion, for whoever sets the rubric up."""

import pytest

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.services.planning.workbook import save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
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
