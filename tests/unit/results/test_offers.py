"""What an offer comes to: by hand, and whatever is typed."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.results.cost import NO_PRICE, PriceBasis
from crrubric.domain.results.offers import Counted, Lack, PriceLine, SeatRange, Unknown
from crrubric.domain.vocabulary import PriceKind, PriceUnit

LEARNER, SEAT = PriceUnit.LEARNER, PriceUnit.SEAT
SEATS = SeatRange(100, 140, 40)


def basis(**facts: object) -> PriceBasis:
    plain = {"unit": LEARNER, "unit_cents": 4500, "term_months": 36, "seats": SEATS}
    return PriceBasis(**{**plain, **facts})  # type: ignore[arg-type]  # as the test names them


def line(kind: PriceKind, cents: int, **facts: object) -> PriceLine:
    return PriceLine(kind=kind, unit_cents=cents, **facts)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("price", "quantity", "months", "cents"),
    [
        (3850, 420, 36, 4_851_000),
        (250, 4, 12, 1000),
        (100, 1, 1, 8),
        (50, 1, 3, 13),
        (None, 1, 1, None),
        (1, None, 1, None),
        (1, 1, None, None),
    ],
)
def test_the_cost_over_a_term_is_rounded_half_up(price, quantity, months, cents):
    found = basis(unit_cents=price, quantity=quantity, term_months=months, seats=None).cost

    assert (found.low.cents, found.high.cents) == (cents, cents)


def test_seats_from_the_number_of_learners_give_a_low_and_a_high():
    found = basis().cost

    assert found.span == (100 * 4500 * 3, 140 * 4500 * 3)
    assert found.learner_span == (4500, 4500)
    assert [each.lines[0].counted for each in (found.low, found.high)] == [Counted.LEARNERS] * 2


def test_those_who_work_at_once_are_rounded_up():
    found = basis(unit=SEAT, seats=SeatRange(101, 101, 40)).cost

    assert (found.low.lines[0].quantity, found.low.cents) == (41, 41 * 4500 * 3)


def test_what_is_typed_stays_whatever_the_seats():
    assert basis(quantity=120).cost.span == (120 * 4500 * 3,) * 2


def test_once_is_paid_in_the_first_year_and_the_district_is_one():
    more = (
        line(PriceKind.TRAINING, 250_000, unit=PriceUnit.DISTRICT, once=True),
        line(PriceKind.INTEGRATION, 100_000, unit=PriceUnit.DISTRICT),
        line(PriceKind.OTHER, 5_000, unit=PriceUnit.COURSE, quantity=12),
    )

    found = basis(quantity=100, lines=more, term_months=30).cost

    each = 450_000 + 100_000 + 60_000
    assert found.low.years == (each + 250_000, each, each // 2)
    assert found.low.cents == sum(found.low.years)


def test_a_price_may_rise_at_each_renewal_and_only_the_most_has_it():
    found = basis(quantity=100, rise=500).cost

    assert found.low.years == (450_000, 450_000, 450_000)
    assert found.high.years == (450_000, 472_500, 496_125)
    assert found.span == (1_350_000, 1_418_625)


def test_from_so_many_on_all_cost_less():
    tiers = (line(PriceKind.TIER, 4000, quantity=100), line(PriceKind.TIER, 3000, quantity=500))

    assert basis(lines=tiers, quantity=99).cost.low.cents == 99 * 4500 * 3
    assert basis(lines=tiers, quantity=100).cost.low.cents == 100 * 4000 * 3
    assert basis(lines=tiers, quantity=9_999).cost.low.cents == 9_999 * 3000 * 3


def test_the_least_and_the_most_can_lie_inside_the_range():
    tier = (line(PriceKind.TIER, 2000, quantity=120),)

    found = basis(lines=tier).cost

    assert (found.low.learners, found.low.cents) == (120, 120 * 2000 * 3)
    assert (found.high.learners, found.high.cents) == (119, 119 * 4500 * 3)


def test_tiers_of_those_at_once_turn_where_one_more_learner_makes_one_more():
    tier = (line(PriceKind.TIER, 100, quantity=50),)

    found = basis(unit=SEAT, lines=tier).cost

    assert (found.low.learners, found.low.lines[0].quantity) == (123, 50)
    assert (found.high.learners, found.high.lines[0].quantity) == (122, 49)


@pytest.mark.parametrize(
    ("facts", "lack"),
    [
        ({"seats": None}, Lack(Unknown.LEARNERS, PriceKind.LICENSE)),
        ({"unit": SEAT, "seats": SeatRange(1, 2)}, Lack(Unknown.AT_ONCE, PriceKind.LICENSE)),
        ({"unit": PriceUnit.SCHOOL}, Lack(Unknown.QUANTITY, PriceKind.LICENSE)),
        ({"unit": None}, Lack(Unknown.UNIT, PriceKind.LICENSE)),
        ({"unit": None, "quantity": 900}, Lack(Unknown.UNIT, PriceKind.LICENSE)),
        ({"term_months": None}, Lack(Unknown.TERM)),
        ({"unit_cents": None}, Lack(Unknown.PRICE, PriceKind.LICENSE)),
    ],
)
def test_a_total_that_lacks_something_says_what(facts, lack):
    found = basis(**facts).cost

    assert (found.lacks, found.span, found.is_known) == ((lack,), None, False)
    assert found.learner_span is None
    assert found.low.years == ()


def test_no_price_lacks_price_and_term():
    assert [each.what for each in NO_PRICE.cost.lacks] == [Unknown.PRICE, Unknown.TERM]


def test_the_license_may_stand_among_the_lines():
    more = (line(PriceKind.LICENSE, 900_000, unit=PriceUnit.DISTRICT),)

    assert basis(unit_cents=None, lines=more).cost.low.cents == 2_700_000


def test_one_learner_for_a_year_is_the_total_by_learners_and_years():
    more = (line(PriceKind.TRAINING, 300_000, unit=PriceUnit.DISTRICT, once=True),)

    found = basis(lines=more, seats=SeatRange(100, 100, 40)).cost

    assert found.learner_span == (5500, 5500)
    typed = basis(lines=more, seats=None, quantity=100).cost
    assert typed.learner_span == (5500, 5500)


MONEY, COUNT = st.integers(0, 100_000), st.integers(0, 300)
LINES = st.builds(
    PriceLine,
    kind=st.sampled_from(PriceKind),
    unit_cents=MONEY,
    unit=st.sampled_from((LEARNER, SEAT, PriceUnit.DISTRICT)),
    once=st.booleans(),
    quantity=st.none() | COUNT,
    rise=st.none() | st.integers(0, 10_000),
)
OFFERS = st.builds(
    PriceBasis,
    unit=st.sampled_from((LEARNER, SEAT, PriceUnit.DISTRICT)),
    unit_cents=MONEY,
    quantity=st.none() | COUNT,
    term_months=st.integers(1, 60),
    rise=st.none() | st.integers(0, 10_000),
    lines=st.lists(LINES, max_size=4).map(tuple),
    seats=st.tuples(st.integers(1, 60), st.integers(0, 60), st.integers(1, 100)).map(
        lambda it: SeatRange(it[0], it[0] + it[1], it[2])
    ),
)


@given(OFFERS)
def test_no_number_of_learners_in_the_range_costs_less_or_more(price: PriceBasis):
    found, seats = price.cost, price.seats
    assert seats is not None

    counts = range(seats.low, seats.high + 1)
    least = min(price.offer.cost(count, rising=False).exact or 0 for count in counts)
    most = max(price.offer.cost(count, rising=True).exact or 0 for count in counts)

    assert (found.low.exact, found.high.exact) == (least, most)


@given(OFFERS)
def test_years_and_lines_add_up_to_the_total(price: PriceBasis):
    for found in (price.cost.low, price.cost.high):
        assert found.exact == sum((each.exact for each in found.lines), Fraction(0))
        assert len(found.years) == -(-(price.term_months or 0) // 12)
        assert abs(sum(found.years) - (found.cents or 0)) <= len(found.years)


@given(MONEY, COUNT, st.integers(1, 60), st.integers(0, 2_000))
def test_decimals_by_hand_come_to_the_same(cents: int, quantity: int, months: int, rise: int):
    """A second way, with decimals, year by year."""
    price = Decimal(cents) / 100
    total, left = Decimal(0), months
    while left > 0:
        total += price * quantity * min(left, 12) / 12
        left -= 12
        price *= 1 + Decimal(rise) / 10_000
    whole = (total * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    found = basis(unit_cents=cents, quantity=quantity, term_months=months, rise=rise).cost

    assert abs(int(whole) - (found.high.cents or 0)) <= 1
