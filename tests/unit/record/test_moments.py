"""When something was done: to the microsecond, and only nearly for entries of older versions."""

from datetime import UTC, datetime, timedelta

import pytest

from crrubric.domain.record.differences import Difference, find_differences, is_same
from crrubric.domain.record.entries import APART, Near
from crrubric.domain.record.state import State

AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize("apart", [timedelta(microseconds=1), timedelta(minutes=-30)])
def test_a_row_has_the_very_moment_of_its_entry(apart: timedelta):
    assert is_same(AT, AT)
    assert not is_same(AT, AT + apart)


def test_a_row_of_an_older_version_was_written_near_its_entry():
    assert is_same(Near(AT), AT - APART)
    assert not is_same(Near(AT), AT - APART - timedelta(microseconds=1))
    assert not is_same(Near(AT), None)


@pytest.mark.parametrize(
    ("table", "kind", "key", "column"),
    [
        ("attendance", "meetings", (0, 7), "left_at"),
        ("commitment", "commitments", 7, "withdrawn_at"),
    ],
)
def test_a_row_that_is_over_is_missed_when_it_is_gone(
    table: str, kind: str, key: object, column: str
):
    told = State()
    told.sign(table, key, {column: AT})

    assert list(find_differences(told, State())) == [Difference(kind, key)]
