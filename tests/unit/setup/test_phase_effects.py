"""What the page before a change of phase says, from counts and names."""

from dataclasses import replace

import pytest

from crrubric.domain.foreseen import Foreseen, Remark
from crrubric.domain.setup.lifecycle import TRANSITIONS
from crrubric.domain.setup.phase_effects import (
    CHANGES,
    BallotsOfReviewer,
    PhaseFacts,
    foresee_phase,
)
from crrubric.domain.vocabulary import Phase

FACTS = PhaseFacts(told=("Ana", "Ben"), criteria=21, vendors=3, reviewers=2)


def say(remarks: tuple[Remark, ...]) -> list[str]:
    return [
        " ".join([row.message % row.values, *(" ".join(pair).strip() for pair in row.names)])
        for row in remarks
    ]


def foreseen(before: Phase, after: Phase, **facts: object) -> Foreseen:
    return foresee_phase(before, after, replace(FACTS, **facts))


def test_every_change_of_phase_is_foreseen_and_says_who_is_told():
    assert CHANGES.keys() == TRANSITIONS.keys()
    assert {
        say(foreseen(*change).effects)[-1] == "Notified of it, 2: Ana Ben" for change in TRANSITIONS
    } == {True}


def test_closing_scoring_names_whose_ballots_are_open_and_how_many():
    ballots = (BallotsOfReviewer("Ana", 1, 3), BallotsOfReviewer("Ben", 3, 3))

    found = foreseen(Phase.SCORING, Phase.MEETING, ballots=ballots, early=True)

    assert say(found.doubts) == [
        "Not submitted: 2 of 6 ballots. They count as they are, what is missing as unscored:"
        " Ana 2/3",
        "The closing day has not passed yet.",
    ]


def test_closing_scoring_with_everything_submitted_has_nothing_against_it():
    ballots = (BallotsOfReviewer("Ana", 3, 3), BallotsOfReviewer("Ben", 3, 3))

    assert foreseen(Phase.SCORING, Phase.MEETING, ballots=ballots).doubts == ()


@pytest.mark.parametrize("before", [Phase.SETUP, Phase.PRACTICE])
def test_opening_scoring_says_that_nobody_can_reach_the_quorum(before: Phase):
    found = foreseen(before, Phase.SCORING, thin=("Ada", "Pace"), closing_set=False)

    assert say(found.doubts) == [
        "The decision rule asks for more YES and NO marks than there are reviewers. These criteria"
        " will stay unresolved, 2 of 21: Ada Pace",
        "No closing day is set.",
    ]


def test_opening_scoring_names_vendors_whose_cost_can_not_be_computed_any_more():
    found = foreseen(Phase.SETUP, Phase.SCORING, uncosted=("Acme", "Birch"))

    assert say(found.doubts) == [
        "Price, its unit, quantity or term is missing, and prices are fixed when ballots open:"
        " the cost over"
        " the term can’t be computed for these vendors, 2 of 3: Acme Birch"
    ]


def test_a_final_decision_names_the_vendor_and_what_was_left_open():
    open_items = Remark("Not settled: %(count)s of %(all)s items.", {"count": 22, "all": 63})

    found = foreseen(
        Phase.MEETING,
        Phase.DECIDED,
        recommended="Northlight",
        doubts=(open_items,),
        without_position=1,
        sitting=True,
    )

    assert (
        say(found.effects)[0] == "The decision becomes final: the committee recommends Northlight."
    )
    assert "The meeting that is under way is closed." in say(found.effects)
    assert say(found.doubts) == [
        "Not settled: 22 of 63 items.",
        "Reviewers who have stated no position: 1 of 2.",
    ]


def test_what_was_foreseen_is_another_as_soon_as_a_name_or_a_number_is():
    base = foreseen(Phase.SCORING, Phase.MEETING, ballots=(BallotsOfReviewer("Ana", 1, 3),))
    same = foreseen(Phase.SCORING, Phase.MEETING, ballots=(BallotsOfReviewer("Ana", 1, 3),))
    others = [
        foreseen(Phase.SCORING, Phase.MEETING, ballots=(BallotsOfReviewer("Ana", 2, 3),)),
        foreseen(Phase.SCORING, Phase.MEETING, ballots=(BallotsOfReviewer("Ben", 1, 3),)),
        foreseen(Phase.SCORING, Phase.MEETING, told=("Ana",)),
    ]

    assert base.fingerprint() == same.fingerprint()
    assert base.fingerprint() not in {other.fingerprint() for other in others}
