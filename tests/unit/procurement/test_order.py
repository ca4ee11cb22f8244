"""Proof of order: shuffled days name exactly the broken pairs."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.procurement.order import (
    SELECTION,
    OrderStep,
    OrderVerdict,
    StepSpan,
    day_of,
    list_other_pairs,
    prove_order,
)
from crrubric.domain.procurement.words import tell_span

START = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAYS = frozenset({OrderStep.BOARD, OrderStep.CONTRACT})


def span_at(step: OrderStep, day: int, last: int | None = None) -> StepSpan:
    """A step on a day of the year, or from one to another."""
    first, end = (START + timedelta(days=each) for each in (day, day if last is None else last))
    if step in DAYS:
        return StepSpan(first.date(), first.date())
    return StepSpan(first, end)


def name_broken(spans: dict[OrderStep, StepSpan]) -> list[tuple[OrderStep, OrderStep]]:
    """The broken pairs by their steps."""
    return [(pair.earlier, pair.later) for pair in prove_order(SELECTION, spans).broken]


@given(st.permutations(range(len(SELECTION))), st.sets(st.sampled_from(SELECTION)))
def test_shuffled_days_name_exactly_the_broken_pairs(days: list[int], unknown: set[OrderStep]):
    placed = {step: day for step, day in zip(SELECTION, days, strict=True) if step not in unknown}

    proof = prove_order(SELECTION, {step: span_at(step, day) for step, day in placed.items()})

    wrong = [pair for pair in pairwise(placed) if placed[pair[0]] > placed[pair[1]]]
    assert [(pair.earlier, pair.later) for pair in proof.broken] == wrong
    assert set(proof.missing) == unknown
    assert proof.is_whole is (not unknown and days == sorted(days))


@given(st.integers(0, len(SELECTION) - 2))
def test_two_neighbors_that_change_places_break_their_pair_and_no_other(place: int):
    days = list(range(0, 20, 3))[: len(SELECTION)]
    days[place], days[place + 1] = days[place + 1], days[place]

    spans = {step: span_at(step, day) for step, day in zip(SELECTION, days, strict=True)}

    assert name_broken(spans) == [(SELECTION[place], SELECTION[place + 1])]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=7, max_size=7))
def test_a_step_comes_before_another_only_if_all_of_it_does(placed: list[tuple[int, int]]):
    spans = {
        step: span_at(step, day, day + long)
        for step, (day, long) in zip(SELECTION, placed, strict=True)
    }

    wrong = [
        (first, second)
        for first, second in pairwise(SELECTION)
        if day_of(spans[first].last) > day_of(spans[second].first)
    ]
    assert name_broken(spans) == wrong


def test_findings_that_a_later_seal_follows_are_named():
    spans = {
        OrderStep.SEALED: span_at(OrderStep.SEALED, 12),
        OrderStep.FOUND: span_at(OrderStep.FOUND, 10, 14),
        OrderStep.RECOMMENDED: span_at(OrderStep.RECOMMENDED, 13, 15),
    }

    assert name_broken(spans) == [
        (OrderStep.SEALED, OrderStep.FOUND),
        (OrderStep.FOUND, OrderStep.RECOMMENDED),
    ]


def test_a_typed_day_is_compared_in_the_zone_of_the_district():
    """Late in the evening of the district it is the next day elsewhere."""
    late = datetime(2027, 3, 11, 4, tzinfo=UTC).astimezone(ZoneInfo("America/Denver"))
    spans = {
        OrderStep.RECOMMENDED: StepSpan(late, late),
        OrderStep.BOARD: StepSpan(date(2027, 3, 10), date(2027, 3, 10)),
        OrderStep.CONTRACT: StepSpan(date(2027, 3, 10), date(2027, 3, 10)),
    }

    proof = prove_order(SELECTION, spans)

    assert [pair.verdict for pair in proof.pairs] == [OrderVerdict.SAME_DAY] * 2


def test_moments_of_one_day_are_compared_as_moments():
    morning, noon = START - timedelta(hours=3), START
    spans = {
        OrderStep.FOUND: StepSpan(noon, noon),
        OrderStep.RECOMMENDED: StepSpan(morning, morning),
    }

    assert name_broken(spans) == [(OrderStep.FOUND, OrderStep.RECOMMENDED)]


def test_neighbors_of_a_missing_step_are_compared_with_each_other():
    spans = {
        OrderStep.RECOMMENDED: span_at(OrderStep.RECOMMENDED, 9),
        OrderStep.CONTRACT: span_at(OrderStep.CONTRACT, 5),
    }

    proof = prove_order(SELECTION, spans)

    assert [(pair.earlier, pair.later) for pair in proof.broken] == [
        (OrderStep.RECOMMENDED, OrderStep.CONTRACT)
    ]
    assert OrderStep.BOARD in proof.missing


def test_other_days_are_told_where_both_are_known():
    day = date(2027, 1, 5)
    spans = {
        OrderStep.ESTIMATE: StepSpan(date(2027, 1, 6), date(2027, 1, 6)),
        OrderStep.OFFERS_DUE: StepSpan(day, day),
        OrderStep.ENDS: StepSpan(day, day),
    }

    assert [(pair.earlier, pair.later, pair.verdict) for pair in list_other_pairs(spans)] == [
        (OrderStep.ESTIMATE, OrderStep.OFFERS_DUE, OrderVerdict.BROKEN)
    ]


def test_nothing_is_proven_where_nothing_is_known():
    proof = prove_order(SELECTION, {})

    assert (proof.pairs, proof.missing, proof.is_whole) == ((), SELECTION, False)


class PlainWords:
    """Tells moments to the minute, as the pages do."""

    def __call__(self, text: str, **values: object) -> str:
        return text % values

    def day(self, value: date) -> str:
        return f"{value:%Y-%m-%d}"

    def moment(self, value: datetime | None) -> str:
        return f"{value:%Y-%m-%d %H:%M}" if value else "–"


def test_what_was_done_within_a_minute_has_one_time():
    later = {0: "2027-01-01 12:00", 30: "2027-01-01 12:00",
             60: "2027-01-01 12:00 to 2027-01-01 12:01"}  # fmt: skip

    told = {
        seconds: tell_span(PlainWords(), StepSpan(START, START + timedelta(seconds=seconds)))
        for seconds in later
    }

    assert told == later
