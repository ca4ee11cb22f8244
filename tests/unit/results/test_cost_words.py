"""The arithmetic of a cost, as lines that a person can follow."""

import pytest

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.results.cost_words import (
    tell_lacks,
    tell_learner_year,
    tell_line,
    tell_total,
)
from crrubric.domain.results.offers import OfferCost, PriceLine, SeatRange
from crrubric.domain.vocabulary import PriceKind, PriceUnit

WORDS = ValueFormatter(str)
TIER = PriceLine(kind=PriceKind.TIER, unit_cents=4000, quantity=1_000)
TRAINING = PriceLine(
    kind=PriceKind.TRAINING, unit_cents=150_000, unit=PriceUnit.DISTRICT, once=True
)
FEE = PriceLine(kind=PriceKind.OTHER, unit_cents=1_250, quantity=4)


def cost(learners: int, *, rising: bool = False, **facts: object) -> OfferCost:
    plain = {"unit": PriceUnit.LEARNER, "unit_cents": 4500, "term_months": 36}
    seats = SeatRange(learners, learners, 25)
    basis = PriceBasis(**{**plain, **facts}, seats=seats)  # type: ignore[arg-type]  # as named
    return basis.offer.cost(learners, rising=rising)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (cost(120), "120 (learners) × $45 per learner × 3 years = $16,200"),
        (cost(1, quantity=120), "120 × $45 per learner × 3 years = $16,200"),
        (cost(120, term_months=12), "120 (learners) × $45 per learner = $5,400"),
        (cost(120, term_months=30), "120 (learners) × $45 per learner × 30 ÷ 12 months = $13,500"),
        (
            cost(121, unit=PriceUnit.SEAT, term_months=12),
            "31 (25 % of 121 learners at the same time) × $45 per concurrent user = $1,395",
        ),
        (
            cost(1_200, lines=(TIER,), term_months=12),
            "1,200 (learners) × $40 per learner (from 1,000 on) = $48,000",
        ),
        (
            cost(100, rise=350, rising=True, term_months=24),
            "100 (learners) × $45 per learner a year, 3.5 % more each year:"
            " $4,500 + $4,657.50 = $9,157.50",
        ),
        (cost(1, unit=PriceUnit.DISTRICT), "$45 for the whole district × 3 years = $135"),
        (cost(1, unit=PriceUnit.SCHOOL, quantity=4), "4 × $45 per school × 3 years = $540"),
    ],
)
def test_a_line_says_how_it_comes_about(found: OfferCost, told: str):
    assert tell_line(WORDS, found.lines[0], found.learners, found.at_once) == told


def test_what_is_paid_once_is_not_multiplied():
    found = cost(120, lines=(TRAINING,))

    once = tell_line(WORDS, found.lines[1], found.learners, found.at_once)

    assert once == "$1,500 for the whole district, once = $1,500"
    assert tell_total(WORDS, found) == "$16,200 + $1,500 = $17,700"
    assert tell_learner_year(WORDS, found) == "$17,700 ÷ (120 × 3 years) = $49.17"


def test_one_line_has_no_sum_and_without_a_total_nothing_is_divided():
    found = cost(120, term_months=None, lines=(FEE,))

    assert tell_total(WORDS, cost(120)) is None
    assert tell_total(WORDS, found) is tell_learner_year(WORDS, found) is None
    assert tell_lacks(WORDS, found.lacks) == "the term"


def test_rounded_amounts_that_do_not_add_up_are_not_said_to_be_equal():
    dollar = PriceLine(kind=PriceKind.OTHER, unit_cents=100, quantity=1)
    found = cost(1, unit_cents=100, quantity=1, term_months=7, lines=(dollar,))
    rising = cost(1, unit_cents=50, quantity=1, rise=100, rising=True, term_months=24)

    assert tell_total(WORDS, found) == "$0.58 + $0.58 ≈ $1.17"
    assert tell_line(WORDS, rising.lines[0], None, None).endswith(": $0.50 + $0.51 = $1.01")
