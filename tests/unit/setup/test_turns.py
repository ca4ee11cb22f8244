"""The order of the vendors: a Williams design."""

from collections import Counter
from itertools import pairwise

import pytest

from crrubric.domain.setup.turns import order_for_seat


def rows(size: int) -> list[list[int]]:
    seats = size if size % 2 == 0 else 2 * size
    return [order_for_seat(range(size), seat) for seat in range(seats)]


@pytest.mark.parametrize("size", range(1, 13))
def test_everybody_sees_every_vendor_once(size):
    assert all(sorted(row) == list(range(size)) for row in rows(size))


@pytest.mark.parametrize("size", range(1, 13))
def test_each_vendor_stands_equally_often_in_each_place(size):
    found = Counter((place, thing) for row in rows(size) for place, thing in enumerate(row))

    assert len(set(found.values())) == 1


@pytest.mark.parametrize("size", range(2, 13))
def test_each_vendor_follows_each_other_equally_often(size):
    found = Counter(pair for row in rows(size) for pair in pairwise(row))

    assert len(found) == size * (size - 1)
    assert len(set(found.values())) == 1


def test_the_order_of_a_seat_is_always_the_same():
    assert order_for_seat("abcd", 0) == ["a", "b", "d", "c"]
    assert order_for_seat("abcd", 5) == order_for_seat("abcd", 1)
    assert order_for_seat("", 3) == []
