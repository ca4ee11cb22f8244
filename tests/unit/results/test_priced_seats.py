"""How many learners are priced: what the plan proposes, and what can be typed."""

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.planning.disclosure import hide_small_counts
from crrubric.domain.planning.triage import Seats, Setting
from crrubric.domain.results.priced_seats import (
    SeatFacts,
    SeatProposal,
    SeatSource,
    clean_seats,
    find_share,
    propose_seats,
)

TRIAGE, REASONS = SeatSource.TRIAGE, SeatSource.REASONS


def test_the_plan_proposes_the_seats_of_triage_and_the_learners_of_the_reasons():
    found = propose_seats(Seats(180, 210), 260, 52)

    assert found == [SeatProposal(TRIAGE, 180, 210, 25), SeatProposal(REASONS, 260, 260, 20)]


@pytest.mark.parametrize(
    ("kept", "learners"), [(None, None), (Seats(0, 9), 9), (Seats(3, 5), None), (None, 1)]
)
def test_nothing_small_is_proposed(kept: Seats | None, learners: int | None):
    assert propose_seats(kept, learners, 3) == []


def test_of_triage_the_disclosed_range_alone_is_used():
    """Two rosters that differ in a hidden count only propose the same."""
    plain = dict.fromkeys(Setting, 30)
    first = next(iter(Setting))
    proposed = [
        propose_seats(hide_small_counts({**plain, first: small}).seats, None, None)
        for small in (1, 2, 9)
    ]

    assert proposed[0] == proposed[1] == proposed[2]
    assert proposed[0][0].low < proposed[0][0].high


@pytest.mark.parametrize(
    ("at_once", "learners", "percent"),
    [(40, 100, 40), (1, 300, 1), (2, 3, 67), (None, 10, None), (0, 10, None), (11, 10, None)],
)
def test_a_share_is_rounded_up(at_once: int | None, learners: int, percent: int | None):
    assert find_share(at_once, learners) == percent


def test_one_number_is_both_ends():
    assert clean_seats(SeatFacts(high=90)) == SeatFacts(low=90, high=90)
    assert clean_seats(SeatFacts(low=80, note=" A list ", fund="Title  I")) == SeatFacts(
        low=80, high=80, note="A list", fund="Title I"
    )
    assert clean_seats(SeatFacts()) == SeatFacts()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (SeatFacts(low=90, high=80), "high"),
        (SeatFacts(low=0, high=80), "low"),
        (SeatFacts(low=1, high=1_000_001), "high"),
        (SeatFacts(at_once=40), "low"),
        (SeatFacts(low=9, at_once=101), "at_once"),
        (SeatFacts(fund="x" * 301), "fund"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(facts: SeatFacts, field: str):
    with pytest.raises(Invalid) as refused:
        clean_seats(facts)

    assert refused.value.field == field
