"""The whole workbook as one document: also what the pages beside the forms hold."""

from dataclasses import replace

import pytest

from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.services.planning import reviews, votes
from crrubric.services.planning.hints import SettledHint, settle_hint
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.settlements import SettledMustHave, settle_must_haves
from crrubric.services.planning.workbook import save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_kept_counts import make_counts
from tests.integration.planning.test_measures import add, record
from tests.integration.planning.test_reviews import TEXT
from tests.integration.planning.test_workbook import ask
from tests.pages import words


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=2)


def read_printed(person: Visitor, made: Made) -> str:
    return words(person.page(made.url("plan/print")).with_id("main"))


def test_triage_is_printed_with_its_hidden_counts_hidden(made: Made, visit: Visit):
    before = read_printed(visit(made.chair), made)
    keep_counts(made.chair, made.slug, make_counts())

    after = read_printed(visit(made.chair), made)

    assert "9. Triage No counts of a roster are kept yet." in before
    assert "16 credits in 6 semesters are 75 %, 10 credits" in before
    assert "Online seats: 118 to 155." in after
    assert "hidden core class" in after
    assert "inside and outside the school day" in after


def test_equipment_is_printed_with_what_it_costs_in_all(made: Made, visit: Visit):
    rows = [{"item": "Hotspots", "quantity": "20", "price": "25"}]
    save_plan_answers(made.chair, made.slug, "technology", {"equipment": rows})

    assert "In all: $500" in read_printed(visit(made.chair), made)


def test_must_haves_are_printed_with_the_vote_once_it_is_closed(made: Made, visit: Visit):
    first = made.criteria[0]
    votes.open_vote(made.chair, made.slug)
    opened = read_printed(visit(made.chair), made)
    votes.close_vote(made.chair, made.slug)
    given = {first.id: SettledMustHave(must_have=True, reason="The board asks for it.")}
    settle_must_haves(made.chair, made.slug, 1, given)

    closed = read_printed(visit(made.reviewers[0]), made)

    assert "A vote is open: its counts are shown once it is closed." in opened
    assert " YES, " not in opened
    assert f"Must-haves of the rubric {first.title}" in closed
    assert "0 YES, 0 NO" in closed
    assert "The board asks for it." in closed


def test_hints_are_printed_for_the_chair_alone(make: Factory, visit: Visit):
    made = make.evaluation(rubric=load_built_in_rubric(), reviewers=1)
    save_plan_answers(made.chair, made.slug, "learners", {"english_learners": "18"})
    ask(made, made.reviewers[0], "learners", PlanAccess.FILL)
    key = HintKey("learners", "ell", HintKind.MUST_HAVE)
    settled = SettledHint(taken=True, reason="One in five needs it.")
    settle_hint(made.chair, made.slug, key, settled)

    assert "Taken by" in read_printed(visit(made.chair), made)
    assert "One in five needs it." in read_printed(visit(made.chair), made)
    other = read_printed(visit(made.reviewers[0]), made)
    assert "18 %" in other
    assert "One in five needs it." not in other  # whoever votes decides alone


def test_values_reviews_and_action_items_are_printed(made: Made, visit: Visit):
    measure = add(made, "Learners in the lab")
    record(made, measure, "2022-23", "412", told_by="The registrar")
    text = replace(TEXT, decisions="Call the families")
    reviews.record_review(made.chair, made.slug, text)

    mine = read_printed(visit(made.chair), made)
    theirs = read_printed(visit(made.reviewers[0]), made)

    assert "Learners in the lab" in mine
    assert "school year 2022–23: 412 · The registrar" in mine
    assert "Who finished." in mine
    assert "Call the families (open)" in mine
    assert "Call the families nobody yet" in mine[mine.index("Action items") :]
    for hidden in ("Learners in the lab", "Who finished."):
        assert hidden not in theirs  # that section is not theirs to read
    assert "Call the families" in theirs  # everybody reads the list
    assert "has not asked you" in theirs
