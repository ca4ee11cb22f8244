"""A district's own past cohort: shares, intervals, a line that never rises."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import Invalid
from crrubric.domain.planning.cohort import (
    CohortGroup,
    check_cohort,
    make_own_calibration,
    read_cohort,
)
from crrubric.domain.statistics.monotone import find_wilson_interval, fit_falling_shares

groups = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def make_group(begin: int, learners: int, graduated: int, *, end: int | None = None) -> CohortGroup:
    return CohortGroup(
        pace_from=Fraction(begin),
        pace_to=Fraction(begin + 1 if end is None else end),
        learners=learners,
        graduated=graduated,
    )


def fit_by_hand(found: list[tuple[int, int]]) -> list[Fraction]:
    """The same by its min-max formula: no pooling, every pair of ends is looked at.

    Source: Barlow et al. (1972), theorem 1.4.
    """

    def average(first: int, last: int) -> Fraction:
        part = found[first : last + 1]
        return Fraction(sum(got for got, _of in part), sum(of for _got, of in part))

    count = len(found)
    return [
        min(max(average(first, last) for last in range(place, count)) for first in range(place + 1))
        for place in range(count)
    ]


@given(st.lists(groups, max_size=8))
def test_the_fit_equals_the_one_by_hand(found: list[tuple[int, int]]):
    assert fit_falling_shares(found) == fit_by_hand(found)


@given(st.lists(groups, max_size=12))
def test_the_fit_never_rises_and_keeps_the_number_of_graduates(found: list[tuple[int, int]]):
    fitted = fit_falling_shares(found)

    assert fitted == sorted(fitted, reverse=True)
    assert sum(share * of for share, (_got, of) in zip(fitted, found, strict=True)) == sum(
        got for got, _of in found
    )


def test_shares_that_fall_already_stay_as_they_are():
    assert fit_falling_shares([(9, 10), (6, 10), (1, 10)]) == [
        Fraction(9, 10), Fraction(6, 10), Fraction(1, 10)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_intervals_are_those_that_were_published(
    successes: int, total: int, low: float, high: float
):
    found = find_wilson_interval(successes, total)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(groups)
def test_an_interval_holds_its_share(group: tuple[int, int]):
    found = find_wilson_interval(*group)

    assert 0 <= found.low <= group[0] / group[1] <= found.high <= 1


@pytest.mark.parametrize(("successes", "total"), [(0, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_has_no_interval(successes: int, total: int):
    with pytest.raises(ValueError, match="is no share"):
        find_wilson_interval(successes, total)


def test_a_group_of_fewer_than_twenty_is_hidden_and_counts_for_nothing():
    found = check_cohort([make_group(2, 40, 30), make_group(3, 19, 0), make_group(4, 40, 10)])

    shown = read_cohort(found)

    assert [share.group.pace_from for share in shown] == [2, 4]
    assert [share.observed for share in shown] == [75, 25]
    assert [share.fitted for share in shown] == [75, 25]


def test_a_cohort_can_be_the_calibration():
    shares = read_cohort([make_group(1, 50, 40), make_group(2, 50, 45), make_group(3, 100, 10)])

    line = make_own_calibration(shares)

    assert [(point.pace, point.chance) for point in line.points] == [
        (Fraction(3, 2), 85), (Fraction(5, 2), 85), (Fraction(7, 2), 10)
    ]  # fmt: skip
    assert line.find_chance(Fraction(3)) == Fraction(95, 2)


def test_one_group_is_no_calibration():
    with pytest.raises(Invalid, match="two points"):
        make_own_calibration(read_cohort([make_group(1, 50, 40)]))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ([make_group(1, 30, 10, end=1)], "pace_to"),
        ([make_group(-1, 30, 10)], "pace_to"),
        ([make_group(1, 0, 0)], "learners"),
        ([make_group(1, 30, 31)], "graduated"),
        ([make_group(1, 30, -1)], "graduated"),
        ([make_group(1, 30, 10, end=3), make_group(2, 30, 10)], "pace_from"),
    ],
)
def test_a_cohort_that_can_not_be_true_is_refused(wrong: list[CohortGroup], field: str):
    with pytest.raises(Invalid) as refused:
        check_cohort(wrong)

    assert refused.value.field == field
