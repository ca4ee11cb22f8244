"""A finding that adopted the outcome of votes that changed afterwards is never called the same."""

import pytest

from crrubric.domain.vocabulary import Answer, Outcome, Phase
from crrubric.extensions import db
from crrubric.queries.setup.phase_facts import find_decision_doubts
from crrubric.services.meeting import decisions
from crrubric.services.setup import phases
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

THEN = "It was the outcome of the votes when it was adopted; ballots have changed since."


@pytest.fixture
def made(make: Factory) -> Made:
    """MET was adopted at 2-0 for the second criterion; by now its votes are 0-2."""
    made = make.evaluation(
        phase=Phase.MEETING, marks={(0, 0): "YYN", (1, 0): "YYY", (0, 1): "YYY", (1, 1): "YYY"}
    )
    cell = made.vendors[0].id, made.criterion("sis").id
    text = decisions.FindingText(Outcome.MET)
    in_meeting.record_finding(made.chair, made.slug, *cell, text, seen_version=0)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Once more.")
    for reviewer in (0, 1):
        make.mark_again(made, reviewer, 0, "sis", Answer.NO)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    return made


def test_the_memo_lists_it_with_what_the_votes_give_now(made: Made, visit: Visit):
    said = words(visit(made.chair).page(made.url("memo/")).with_id("main"))

    assert f"Works with our system: Met instead of Not met (0 yes, 2 no). {THEN}" in said
    assert "adopted unchanged" not in said


def test_the_item_says_so(made: Made, visit: Visit):
    place = f"{made.vendors[0].id}/{made.criterion('sis').id}"

    said = words(visit(made.chair).page(made.url(f"cells/{place}")).with_id("main"))

    assert THEN in said
    assert "same as the computed outcome" not in said


def test_it_is_told_before_the_decision_is_final(made: Made):
    found = {
        remark.message: remark.names
        for remark in find_decision_doubts(db.session(), made.evaluation, "")
    }

    (names,) = [names for message, names in found.items() if "another one by now" in message]
    assert [name for name, _detail in names] == [
        f"{made.vendors[0].company}, Works with our system"
    ]
