"""When something was done: to the microsecond, and only nearly for entries of older versions."""

from datetime import UTC, datetime, timedelta

import pytest

from crrubric.domain.events import Event
from crrubric.domain.record.ballot_steps import note_late_ballot
from crrubric.domain.record.differences import Difference, find_differences, is_same
from crrubric.domain.record.entries import APART, Near, ToldEntry
from crrubric.domain.record.state import ISSUED, State

AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize("apart", [timedelta(microseconds=1), timedelta(minutes=-30)])
def test_a_row_has_the_very_moment_of_its_entry(apart: timedelta):
    assert is_same(AT, AT)
    assert not is_same(AT, AT + apart)


def test_a_row_of_an_older_version_was_written_near_its_entry():
    assert is_same(Near(AT), AT - APART)
    assert not is_same(Near(AT), AT - APART - timedelta(microseconds=1))
    assert not is_same(Near(AT), None)


def late_since(*moments: datetime | Near) -> object:
    """When a ballot was first changed after it was shown, by its changes."""
    state = State(shown=True, ballots={(1, 2): dict(ISSUED)})
    for at in moments:
        entry = ToldEntry(
            number=2, at=at, actor_id=1, actor_name="x", event=Event.BALLOT_SUBMITTED, subject="",
            vendor_id=2, criterion_id=None, member_id=1, before=None, after=None, reason="",
        )  # fmt: skip
        note_late_ballot(state, entry)
    return state.signed["ballot", (1, 2), "changed_after_shown_at"]


def test_a_ballot_is_late_since_the_very_first_change_that_was():
    assert late_since(AT, AT + APART) == AT


def test_a_ballot_of_an_older_version_is_late_since_one_of_its_changes():
    """The upgrade took what its marks still told: the last moment at which each was given."""
    told = late_since(Near(AT), Near(AT + 5 * APART), AT + 9 * APART)

    assert [is_same(told, AT + hours * APART) for hours in (0, 1, 3, 5, 9)] == [
        True, True, False, True, True,
    ]  # fmt: skip
    assert not is_same(told, None)


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
