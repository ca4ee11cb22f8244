"""The overview says what was decided, to every seat that may read it."""

import pytest

from crrubric.domain.vocabulary import Outcome, Phase, Role
from crrubric.models import Evaluation
from crrubric.services.meeting import decisions
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.rules import RuleSettings
from crrubric.services.shared.unit import unit_of_work
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import Page, words

MARKS = {(0, 0): "YYY", (1, 0): "YYY", (0, 1): "YYN", (1, 1): "YYN"}
TERM = "July 2027 to June 2030"


def make_decided(make: Factory, vendor: int | None = 0) -> Made:
    """An evaluation in its meeting, with a recommendation."""
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    recommend(made, vendor)
    return made


def recommend(made: Made, vendor: int | None) -> None:
    """Record whom the committee recommends, on which terms."""
    text = decisions.DecisionText(
        vendor_id=None if vendor is None else made.vendors[vendor].id,
        reason="It fits our learners best.",
        term=TERM,
    )
    decisions.record_decision(made.chair, made.slug, text)


def card_of(page: Page) -> str | None:
    """What the overview says was decided; None where it says nothing."""
    found = [one for one in page.all("section") if one.get("aria-labelledby") == "decided"]
    return words(found[0]) if found else None


def test_reviewers_and_observers_read_who_was_chosen_and_on_which_terms(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    make.forward(made, Phase.MEETING, MARKS)
    recommend(made, 0)
    change_phase(made.chair, made.slug, Phase.DECIDED)

    for actor in (made.chair, made.reviewers[1], observer):
        page = visit(actor).page(made.url())
        card = card_of(page) or ""
        assert f"The committee recommends {made.vendors[0].name}" in card
        assert "Decided" in card
        assert (TERM in card, "not final" in card) == (True, False)
        links = [link.get("href") for link in page.all("a")]
        assert links.count(made.url("memo/")) == 1


def test_a_recommendation_that_is_not_final_is_said_to_be_none_yet(make: Factory, visit: Visit):
    made = make_decided(make, vendor=None)

    card = card_of(visit(made.reviewers[0]).page(made.url()))

    assert card is not None
    assert card.startswith("The committee recommends no vendor Recorded")
    assert "not final yet" in card


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.SCORING, Phase.MEETING])
def test_where_nothing_is_recommended_nothing_is_said(make: Factory, visit: Visit, phase: Phase):
    made = make.evaluation(phase=phase)

    assert card_of(visit(made.chair).page(made.url())) is None


def test_who_may_read_no_result_again_reads_no_recommendation(make: Factory, visit: Visit):
    made = make_decided(make)
    with_it = card_of(visit(made.reviewers[0]).page(made.url()))
    with unit_of_work() as session:
        session.get_one(Evaluation, made.evaluation.id).phase = Phase.SCORING

    assert (with_it is not None, card_of(visit(made.reviewers[0]).page(made.url()))) == (True, None)


def test_who_stays_away_from_the_vendor_reads_its_name_and_no_terms(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    make.conflict(made, 1, 0, "My sister works there")
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYN"})
    recommend(made, 0)

    card = card_of(visit(made.reviewers[1]).page(made.url())) or ""

    assert f"The committee recommends {made.vendors[0].name}" in card
    assert TERM not in card


def test_the_agenda_leads_to_the_recommendation_once_every_item_has_a_finding(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, vendors=1, rule=RuleSettings(prices_sealed=False))
    link = f'href="{made.url("decision/")}#record"'
    seen = []

    def look() -> None:
        people = (made.chair, made.reviewers[0])
        seen.append([link in visit(one).get(made.url("meeting/")).text for one in people])

    look()
    for criterion in made.criteria:
        text = decisions.FindingText(Outcome.MET, reason="We looked.")
        where = made.vendors[0].id, criterion.id
        in_meeting.record_finding(made.chair, made.slug, *where, text, seen_version=0)
    look()
    recommend(made, 0)
    look()

    assert seen == [[False, False], [True, False], [False, False]]
