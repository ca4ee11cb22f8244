"""Phases: which change into which, and on what conditions."""

from dataclasses import replace
from itertools import product

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.places import MendingPlace
from crrubric.domain.setup.lifecycle import (
    Readiness,
    RuledOut,
    is_step_back,
    list_phase_problems,
    next_phase,
    next_phases,
    previous_phase,
)
from crrubric.domain.vocabulary import Phase

READY = Readiness(
    criteria=21,
    weighted_criteria=21,
    vendors=4,
    reviewers=6,
    rule_set=True,
    marks=0,
    sealed=0,
    recommendation=True,
    retention=True,
)
CHANGES = {
    (Phase.SETUP, Phase.SCORING),
    (Phase.SETUP, Phase.PRACTICE),
    (Phase.PRACTICE, Phase.SCORING),
    (Phase.PRACTICE, Phase.SETUP),
    (Phase.SCORING, Phase.MEETING),
    (Phase.MEETING, Phase.DECIDED),
    (Phase.DECIDED, Phase.ARCHIVED),
    (Phase.SCORING, Phase.SETUP),
    (Phase.MEETING, Phase.SCORING),
    (Phase.DECIDED, Phase.MEETING),
    (Phase.ARCHIVED, Phase.DECIDED),
}


@pytest.mark.parametrize(("before", "after"), list(product(Phase, Phase)))
def test_only_the_changes_of_the_table_are_possible(before: Phase, after: Phase):
    if (before, after) in CHANGES:
        assert list_phase_problems(before, after, READY) == ()
    else:
        with pytest.raises(Invalid, match="can’t go from"):
            list_phase_problems(before, after, READY)


@pytest.mark.parametrize(
    ("change", "facts", "says"),
    [
        ((Phase.SETUP, Phase.SCORING), {"criteria": 0}, "no criterion"),
        ((Phase.SETUP, Phase.SCORING), {"weighted_criteria": 0}, "weighs 0"),
        ((Phase.SETUP, Phase.SCORING), {"vendors": 0}, "no vendor"),
        ((Phase.SETUP, Phase.SCORING), {"reviewers": 0}, "no reviewer"),
        ((Phase.SETUP, Phase.PRACTICE), {"criteria": 0}, "no criterion"),
        ((Phase.SETUP, Phase.PRACTICE), {"reviewers": 0}, "no reviewer"),
        ((Phase.PRACTICE, Phase.SCORING), {"vendors": 0}, "no vendor"),
        ((Phase.MEETING, Phase.DECIDED), {"recommendation": False}, "No recommendation"),
        (
            (Phase.MEETING, Phase.DECIDED),
            {"ruled_out": RuledOut(vendor="Wrenfold", what="Pace")},
            "Wrenfold is recommended, but not eligible: it does not meet Pace.",
        ),
        (
            (Phase.MEETING, Phase.DECIDED),
            {"ruled_out": RuledOut(vendor="Wrenfold", what="Pace", lifted="Text")},
            "the committee has lifted Text, but not Pace.",
        ),
        ((Phase.SCORING, Phase.SETUP), {"marks": 3}, "have been marked already"),
        ((Phase.SCORING, Phase.SETUP), {"sealed": 2}, "have been marked already"),
        ((Phase.SCORING, Phase.SETUP), {"settled": 1}, "has met already"),
        ((Phase.SCORING, Phase.SETUP), {"shown": True}, "has seen the ballots"),
        ((Phase.DECIDED, Phase.ARCHIVED), {"retention": False}, "until which the record is kept"),
    ],
)
def test_an_unmet_condition_is_explained_in_a_sentence(change, facts, says):
    found = list_phase_problems(*change, replace(READY, **facts))

    assert [says in str(problem) for problem in found] == [True]


def test_an_unconfirmed_rule_does_not_block_scoring():
    assert list_phase_problems(Phase.SETUP, Phase.SCORING, replace(READY, rule_set=False)) == ()


def test_every_phase_has_a_next_and_a_previous_phase():
    assert {phase: next_phase(phase) for phase in Phase if next_phase(phase)} == {
        Phase.SETUP: Phase.SCORING,
        Phase.PRACTICE: Phase.SCORING,
        Phase.SCORING: Phase.MEETING,
        Phase.MEETING: Phase.DECIDED,
        Phase.DECIDED: Phase.ARCHIVED,
    }
    assert {phase: previous_phase(phase) for phase in Phase if previous_phase(phase)} == {
        Phase.PRACTICE: Phase.SETUP,
        Phase.SCORING: Phase.SETUP,
        Phase.MEETING: Phase.SCORING,
        Phase.DECIDED: Phase.MEETING,
        Phase.ARCHIVED: Phase.DECIDED,
    }


def test_a_step_back_goes_against_the_order():
    assert {change for change in CHANGES if is_step_back(*change)} == {
        (Phase.PRACTICE, Phase.SETUP),
        (Phase.SCORING, Phase.SETUP),
        (Phase.MEETING, Phase.SCORING),
        (Phase.DECIDED, Phase.MEETING),
        (Phase.ARCHIVED, Phase.DECIDED),
    }


def test_scoring_is_the_usual_phase_after_set_up_and_practice_is_optional():
    assert next_phases(Phase.SETUP) == (Phase.SCORING, Phase.PRACTICE)


def test_whatever_is_missing_for_the_next_phase_names_where_it_is_mended():
    nothing = replace(
        READY,
        criteria=0,
        weighted_criteria=0,
        vendors=0,
        reviewers=0,
        recommendation=False,
        retention=False,
        voting=True,
        ruled_out=RuledOut(vendor="Harborlight", what="ADA"),
    )
    found = [
        error
        for before, after in CHANGES
        if not is_step_back(before, after)
        for facts in (nothing, replace(READY, in_place=True))
        for error in list_phase_problems(before, after, facts)
    ]

    assert {error.mended_at for error in found} == {
        MendingPlace.RUBRIC,
        MendingPlace.WEIGHTS,
        MendingPlace.VENDORS,
        MendingPlace.COMMITTEE,
        MendingPlace.VOTE_CLOSING,
        MendingPlace.DECISION,
        MendingPlace.RETENTION,
    }
