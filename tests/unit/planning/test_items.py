"""What the plan suggests as action items."""

from datetime import date

from crrubric.domain.planning.items import (
    ItemSource,
    ItemState,
    propose_from_causes,
    propose_from_conditions,
    propose_from_goal,
    propose_from_steps,
)


def test_steps_that_are_done_or_dropped_are_not_suggested():
    steps = [
        {"down": "year1", "across": "early", "step": "Seniors", "owner": "Dana"},
        {"down": "year1", "across": "mid", "step": "Juniors", "state": "under_way"},
        {"down": "year1", "across": "late", "step": "Compare", "state": "done"},
        {"down": "year2", "across": "mid", "step": "Units", "state": "dropped"},
        {"down": "year2", "across": "late", "owner": "Nobody's step"},
    ]

    found = propose_from_steps(steps)

    assert [(each.words, each.owner, each.state) for each in found] == [
        ("Seniors", "Dana", ItemState.OPEN),
        ("Juniors", "", ItemState.UNDER_WAY),
    ]
    assert len({each.origin for each in found}) == 2


def test_a_step_of_another_year_is_another_suggestion():
    step = {"across": "early", "step": "Look at the numbers"}

    found = propose_from_steps([{"down": "year1", **step}, {"down": "year2", **step}])

    assert len({each.origin for each in found}) == 2


def test_a_root_cause_suggests_what_was_chosen_against_it():
    rows = [
        {"course": "Algebra 1", "change": "More time", "solution": "A lab"},
        {"course": "English 9", "change": "Reading aloud"},
        {"solution": "Tutors"},
        {"course": "Biology", "why": "Nobody knows"},
    ]

    words = [each.words for each in propose_from_causes(rows)]

    assert words == ["Algebra 1: A lab", "English 9: Reading aloud", "Tutors"]


def test_the_goal_suggests_its_action_for_today():
    answers = {"specific": "Nine", "today": "Call", "today_owner": "Dana", "today_on": "2026-09-01"}

    (found,) = propose_from_goal(answers)

    assert (found.words, found.owner, found.due_on) == ("Call", "Dana", date(2026, 9, 1))
    assert propose_from_goal({"specific": "Nine"}) == []


def test_each_line_of_the_conditions_is_an_item_about_the_vendor():
    found = propose_from_conditions("Captions by June\n\n  A lower price \n", 7)

    assert [each.words for each in found] == ["Captions by June", "A lower price"]
    assert {(each.source, each.vendor_id) for each in found} == {(ItemSource.PROMISE, 7)}
