"""Which reminder is due: over a week, over a change of clocks, after missed runs."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crrubric.domain.mail.reminders import (
    find_due_item_step,
    find_due_step,
    may_remind_again,
)
from crrubric.domain.mail.retries import find_next_try

CHICAGO = ZoneInfo("America/Chicago")
CLOSES = date(2027, 3, 19)
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=CHICAGO)


def due(now: datetime, *, sent: frozenset[int] = frozenset(), opened: datetime = LONG_AGO):
    return find_due_step(now, CLOSES, CHICAGO, opened=opened, sent=sent)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (at(13, 12), None),
        (at(14, 7, 59), None),
        (at(14, 8), 5),
        (at(16, 23), 5),
        (at(17, 8), 2),
        (at(19, 7, 59), 2),
        (at(19, 8), 0),
        (at(19, 23, 59), 0),
        (at(20, 0), None),
    ],
)
def test_the_latest_morning_that_has_come_counts(now: datetime, step: int | None):
    assert due(now) == step


def test_a_step_is_sent_once():
    assert due(at(14, 9), sent=frozenset({5})) is None
    assert due(at(17, 9), sent=frozenset({5})) == 2


def test_missed_steps_are_not_sent_later():
    assert due(at(19, 9)) == 0
    assert due(at(19, 9), sent=frozenset({0})) is None


def test_no_reminder_is_sent_for_steps_before_ballots_opened():
    opened = at(15, 10)

    assert due(at(15, 11), opened=opened) is None
    assert due(at(17, 8), opened=opened) == 2


def test_the_hour_follows_the_time_zone_of_the_district_when_clocks_change():
    # clocks go from 2:00 to 3:00 on March 14, 2027: eight in the morning is 13:00 UTC, not 14:00
    assert due(datetime(2027, 3, 14, 12, 59, tzinfo=UTC)) is None
    assert due(datetime(2027, 3, 14, 13, 0, tzinfo=UTC)) == 5


def test_minute_by_minute_runs_over_a_week_send_three_reminders():
    sent: list[tuple[int, datetime]] = []
    now = at(12, 0).astimezone(UTC)
    while now < at(22, 0):
        step = due(now, sent=frozenset(step for step, _when in sent))
        if step is not None:
            sent.append((step, now))
        now += timedelta(minutes=15)

    assert sent == [(5, at(14, 8)), (2, at(17, 8)), (0, at(19, 8))]


def test_nobody_is_reminded_twice_within_twelve_hours():
    now = at(14, 8)

    assert may_remind_again(now, None)
    assert not may_remind_again(now, now - timedelta(hours=11, minutes=59))
    assert may_remind_again(now, now - timedelta(hours=12))


def test_tries_come_further_apart_and_end_after_three_days():
    due_at = now = datetime(2027, 3, 14, 8, tzinfo=UTC)
    waits = []
    for attempts in range(1, 100):
        again = find_next_try(now, attempts, due_at)
        if again is None:
            break
        waits.append((again - now) // timedelta(minutes=1))
        now = again

    assert waits[:6] == [1, 5, 15, 60, 240, 240]
    assert timedelta(days=2, hours=20) < now - due_at <= timedelta(days=3)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (at(12, 7, 59), None),
        (at(12, 8), 7),
        (at(19, 7, 59), 7),
        (at(19, 8), 0),
        (at(20, 7, 59), 0),
        (at(20, 8), -1),
        (at(26, 23, 59), -1),
        (at(27, 0), None),
    ],
)
def test_an_action_item_is_told_of_before_its_day_on_it_and_after_it(
    now: datetime, step: int | None
):
    known = frozenset[int]()

    assert find_due_item_step(now, CLOSES, CHICAGO, recorded=LONG_AGO, sent=known) == step
    if step is not None:
        sent = frozenset({step})
        assert find_due_item_step(now, CLOSES, CHICAGO, recorded=LONG_AGO, sent=sent) is None


def test_an_item_that_was_recorded_late_is_told_of_at_the_next_step():
    now = at(15, 12)

    assert find_due_item_step(now, CLOSES, CHICAGO, recorded=at(15, 11), sent=frozenset()) is None
    assert find_due_item_step(at(19, 8), CLOSES, CHICAGO, recorded=now, sent=frozenset()) == 0
