"""How long a record is kept, and what stands against removing it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crrubric.domain.record.retention.effects import (
    EvaluationCounts,
    foresee_evaluation_removal,
    list_obstacles,
)
from crrubric.domain.record.retention.times import (
    KeepingTimes,
    KeptEvaluation,
    add_years,
    find_cutoff,
    find_last_kept_day,
)
from crrubric.domain.vocabulary import RecordKind

ENDED = date(2020, 5, 7)


@pytest.mark.parametrize(
    ("retain_until", "last"),
    [
        (None, date(2027, 5, 7)),
        (date(2024, 1, 1), date(2027, 5, 7)),
        (date(2031, 6, 30), date(2031, 6, 30)),
    ],
)
def test_the_later_of_schedule_and_chair_counts(retain_until: date | None, last: date):
    kept = KeptEvaluation(ended_on=ENDED, retain_until=retain_until)

    assert find_last_kept_day(kept, KeepingTimes()) == last


def test_the_last_day_is_a_day_on_which_it_is_kept():
    kept, times = KeptEvaluation(ended_on=ENDED), KeepingTimes()

    assert len(list_obstacles(kept, times, date(2027, 5, 7))) == 1
    assert list_obstacles(kept, times, date(2027, 5, 8)) == []


def test_everything_that_stands_against_it_is_told():
    kept = KeptEvaluation(ended_on=ENDED, hold="A protest", renewed_by=("The next one",))

    found = list_obstacles(kept, KeepingTimes(hold="An audit"), date(2022, 1, 1))

    assert [remark.values.get("hold") for remark in found[:2]] == ["An audit", "A protest"]
    assert found[-1].names == (("The next one", ""),)
    assert len(found) == 4


def test_a_leap_day_has_no_day_missing():
    assert add_years(date(2024, 2, 29), 7) == date(2031, 2, 28)
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert add_years(date(2024, 2, 29), -1) == date(2023, 2, 28)


def test_other_records_are_counted_in_days_or_years():
    moment = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    times = KeepingTimes(account_years=1, mail_days=30, sign_in_days=31)

    assert find_cutoff(RecordKind.ACCOUNT, times, moment) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert find_cutoff(RecordKind.MAIL, times, moment) == datetime(2028, 1, 30, 12, tzinfo=UTC)
    assert find_cutoff(RecordKind.SIGN_IN, times, moment) == datetime(2028, 1, 29, 12, tzinfo=UTC)


def test_what_goes_is_counted_without_marks_and_an_old_archive_is_told():
    counts = EvaluationCounts(
        vendors=("Acme",), members=("Ann", "Ben"), files=2, file_bytes=1_500_000, issues=0,
        entries=40, rows=900,
    )  # fmt: skip

    fresh = foresee_evaluation_removal(counts, archived_on=ENDED, changed_since=False)
    older = foresee_evaluation_removal(counts, archived_on=ENDED, changed_since=True)
    never = foresee_evaluation_removal(counts, archived_on=None, changed_since=True)

    assert [len(found.doubts) for found in (fresh, older, never)] == [1, 2, 2]
    assert {"count": 2, "megabytes": 2} in [dict(remark.values) for remark in fresh.effects]
    few = foresee_evaluation_removal(
        replace(counts, file_bytes=768), archived_on=ENDED, changed_since=False
    )
    assert {"count": 2, "kilobytes": 1} in [dict(remark.values) for remark in few.effects]
    assert "mark" not in " ".join(counts.serialize())
    assert len({found.fingerprint() for found in (fresh, older, never)}) == 3
