"""Who is to mark what: experts by section, and whether a quorum can be reached."""

from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.setup.assignment import (
    EVERYTHING,
    AssignableCriterion,
    Assignment,
    divide_criteria_by_lead,
    list_criterion_coverage,
)
from crrubric.domain.vocabulary import Stakeholder

IT, TEACHER, PARENT = Stakeholder.IT, Stakeholder.TEACHER, Stakeholder.PARENT
# two sections: 1 is led by teachers, 2 by IT and a teacher
CRITERIA = [
    AssignableCriterion(11, 1, TEACHER),
    AssignableCriterion(12, 1, None),
    AssignableCriterion(21, 2, IT),
    AssignableCriterion(22, 2, TEACHER),
]


def test_a_reviewer_without_limits_marks_everything():
    assert (EVERYTHING.covers(1), EVERYTHING.covers_vendor(1)) == (True, True)


def test_a_limited_reviewer_marks_what_is_listed():
    own = Assignment(frozenset({1}), frozenset({11}))

    assert [own.covers_vendor(1), own.covers_vendor(2)] == [True, False]
    assert [own.covers(11), own.covers(12)] == [True, False]


def test_an_expert_marks_the_whole_section_and_others_keep_everything():
    assert divide_criteria_by_lead({1: IT, 2: PARENT}, CRITERIA) == {
        1: frozenset({21, 22}),
        2: None,
    }


def test_an_expert_in_every_section_keeps_everything():
    assert divide_criteria_by_lead({1: TEACHER}, CRITERIA) == {1: None}


def test_every_criterion_keeps_at_least_one_reviewer():
    assert divide_criteria_by_lead({1: IT}, CRITERIA) == {1: None}
    assert divide_criteria_by_lead({1: IT, 2: IT}, CRITERIA) == {1: None, 2: None}


def test_coverage_counts_the_reviewers_assigned_to_a_criterion():
    own = {1: Assignment(None, frozenset({11})), 2: EVERYTHING, 3: EVERYTHING}

    found = {
        row.criterion: (row.assigned, row.quorum)
        for row in list_criterion_coverage([11, 21], own, DecisionRule())
    }

    assert found == {11: (3, 2), 21: (2, 2)}


def test_a_criterion_is_thin_if_its_quorum_is_out_of_reach():
    own = {1: Assignment(None, frozenset({11})), 2: EVERYTHING}

    found = {
        row.criterion: row.thin for row in list_criterion_coverage([11, 21], own, DecisionRule())
    }

    assert found == {11: False, 21: True}
