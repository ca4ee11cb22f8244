"""The vote on must-haves: what counts propose, and what a wording is."""

import json
from datetime import UTC, datetime

import pytest

from crrubric.domain.limits import ID
from crrubric.domain.planning.vote_effects import (
    Turnout,
    foresee_vote_closing,
    foresee_vote_opening,
)
from crrubric.domain.planning.votes import (
    CountedAnswer,
    SealedAnswers,
    VoteTally,
    needs_reason,
    number_wording,
    tally_answers,
)


def said(*letters: str, wording: int = 1) -> list[CountedAnswer]:
    return [CountedAnswer(yes=letter == "Y", wording=wording) for letter in letters]


@pytest.mark.parametrize(
    ("yes", "no", "proposal"),
    [(0, 0, None), (1, 0, True), (0, 1, False), (2, 1, True), (1, 2, False), (2, 2, None)],
)
def test_the_majority_of_those_who_answered_proposes(yes: int, no: int, proposal: bool | None):
    tally = VoteTally(yes=yes, no=no)

    assert (tally.proposal, tally.voters) == (proposal, yes + no)


def test_answers_to_other_words_are_counted_and_told_apart():
    tally = tally_answers([*said("Y", "N"), *said("Y", wording=7)], 1)

    assert tally == VoteTally(yes=2, no=1, reworded=1)


def test_a_reason_is_needed_where_the_vote_says_otherwise_or_nothing():
    needed = {
        (proposal, must): needs_reason(proposal, must)
        for proposal in (True, False, None)
        for must in (True, False)
    }

    assert [key for key, needs in needed.items() if not needs] == [(True, True), (False, False)]


def test_a_wording_is_another_number_for_other_words_and_fits_into_a_form():
    words = [("Pace", "Is it fast?"), ("Pace", "Is it slow?"), ("PaceIs", " it fast?")]
    numbers = [number_wording(*pair) for pair in words]

    assert len(set(numbers)) == 3
    assert all(0 <= number <= ID.most for number in numbers)
    assert number_wording("Pace", "Is it fast?") == numbers[0]


def test_what_is_sealed_says_whose_it_is_and_who_sealed_it():
    sealed = SealedAnswers(
        evaluation="one", vote=2, reviewer="Ana", number=1, at=datetime(2026, 3, 2, tzinfo=UTC),
        by_closing=True, nonce="ab", answers={"ada": {"answer": "YES", "note": "", "wording": 5}},
    )  # fmt: skip

    content = json.loads(sealed.text())
    assert content["answers"] == {"ada": {"answer": "YES", "note": "", "wording": 5}}
    assert (content["vote"], content["reviewer"], content["sealed_by_closing"]) == (2, "Ana", True)


def test_closing_names_who_has_not_submitted_and_who_has_not_begun():
    rows = [
        Turnout(name="Ana", answered=3, submitted=True),
        Turnout(name="Ben", answered=1, submitted=False),
        Turnout(name="Cem", answered=0, submitted=False),
    ]

    foreseen = foresee_vote_closing(rows, told=["Dana"])

    assert [remark.names for remark in foreseen.doubts] == [(("Ben", ""),), (("Cem", ""),), ()]
    assert foreseen.doubts[2].values == {"count": 2}  # so few that a count tells too much


def test_opening_says_whom_it_asks_and_warns_where_they_are_few():
    many = foresee_vote_opening(criteria=3, reviewers=3, told=["Ana"], earlier=False)
    few = foresee_vote_opening(criteria=3, reviewers=2, told=["Ana"], earlier=True)

    assert (many.doubts, len(few.doubts)) == ((), 1)
    assert len(few.effects) == len(many.effects) + 1
