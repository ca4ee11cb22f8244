"""Measures: what the plan suggests, how numbers and periods are read, what is on track."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.followup.measures import (
    MeasuredPeriod,
    MeasuredPoint,
    MeasureKind,
    MeasureLine,
    MeasureStanding,
    MeasureUnit,
    hide_small_number,
    judge_measure,
    parse_measured_period,
    propose_failure_rates,
    propose_from_measures,
    propose_program_size,
    read_loose_number,
    tidy_measured_number,
    write_measured_period,
)

BEGIN, END = date(2026, 1, 1), date(2028, 1, 1)  # 730 days


def point(on: date, value: str) -> MeasuredPoint:
    return MeasuredPoint(on, Decimal(value))


def line(baseline: str | None, target: str | None, *, falls: bool = False) -> MeasureLine:
    return MeasureLine(
        falls=falls,
        baseline=point(BEGIN, baseline) if baseline else None,
        target=Decimal(target) if target else None,
        due_on=END,
    )


def test_rows_of_the_plan_suggest_measures_with_the_numbers_that_are_clear():
    rows = [
        {"measure": "Finished", "baseline": "61 %", "target": "90 %", "by": "2027-06-30"},
        {"measure": "Size", "baseline": "412", "target": "fewer than 120"},
        {"measure": "Joy", "baseline": "2 or 3", "target": "much more"},
        {"baseline": "5"},
    ]

    found = propose_from_measures(rows, BEGIN)

    assert [(one.words, one.unit, one.baseline, one.target, one.due_on) for one in found] == [
        ("Finished", MeasureUnit.PERCENT, "61", "90", date(2027, 6, 30)),
        ("Size", MeasureUnit.NUMBER, "412", "120", None),
        ("Joy", MeasureUnit.NUMBER, "", "", None),
    ]
    assert [one.baseline_on for one in found] == [BEGIN, BEGIN, None]
    assert len({one.origin for one in found}) == 3


def test_the_programs_own_size_and_each_failed_course_are_suggested():
    size = propose_program_size("260", BEGIN)
    (rate,) = propose_failure_rates(
        [{"course": "Algebra 1", "share": "31"}, {"why": "Pace"}], BEGIN
    )

    assert (size.kind, size.baseline, size.baseline_on) == (MeasureKind.PROGRAM_SIZE, "260", BEGIN)
    assert propose_program_size("", BEGIN).baseline_on is None
    assert (rate.kind, rate.words, rate.baseline) == (MeasureKind.FAILURE_RATE, "Algebra 1", "31")


@pytest.mark.parametrize(
    ("text", "number"),
    [("61 %", "61"), ("1,250", "1250"), ("about 12.50", "12.50"), ("2 or 3", ""), ("1.2.3", "")],
)
def test_the_one_number_of_a_text_is_read(text: str, number: str):
    assert read_loose_number(text, limits.MEASURED_NUMBER) == number


def test_a_number_is_kept_exactly_as_it_was_typed():
    assert tidy_measured_number("12.50 %", MeasureUnit.PERCENT, field="value") == "12.50"
    assert tidy_measured_number("1,250", MeasureUnit.PERSONS, field="value") == "1250"
    assert tidy_measured_number(" ", MeasureUnit.NUMBER, field="value") == ""


@pytest.mark.parametrize(
    ("text", "unit"),
    [("12.5", MeasureUnit.PERSONS), ("-1", MeasureUnit.PERSONS), ("1e3", MeasureUnit.NUMBER)],
)
def test_what_is_no_such_number_is_refused(text: str, unit: MeasureUnit):
    with pytest.raises(Invalid):
        tidy_measured_number(text, unit, field="value")


@pytest.mark.parametrize(
    ("text", "period", "written"),
    [
        ("2027-06-30", MeasuredPeriod(date(2027, 6, 30)), "2027-06-30"),
        ("2026-27", MeasuredPeriod(date(2027, 6, 30), is_year=True), "2026–27"),
        ("2026–2027", MeasuredPeriod(date(2027, 6, 30), is_year=True), "2026–27"),
        ("1999/00", MeasuredPeriod(date(2000, 6, 30), is_year=True), "1999–00"),
    ],
)
def test_a_day_or_a_school_year_is_read(text: str, period: MeasuredPeriod, written: str):
    assert parse_measured_period(text) == period
    assert write_measured_period(period) == written


@pytest.mark.parametrize("text", ["", "2026", "2026-28", "June", "2026-2025", "0001-02", "9999-00"])
def test_what_is_neither_is_refused(text: str):
    with pytest.raises(Invalid):
        parse_measured_period(text)


@pytest.mark.parametrize(
    ("baseline", "target", "value", "standing"),
    [
        ("60", "90", "75", MeasureStanding.ON_TRACK),
        ("60", "90", "74", MeasureStanding.BEHIND),
        ("60", "90", "90", MeasureStanding.REACHED),
        ("400", "120", "260", MeasureStanding.ON_TRACK),
        ("400", "120", "261", MeasureStanding.BEHIND),
        ("400", "120", "100", MeasureStanding.REACHED),
        ("90", "90", "91", MeasureStanding.REACHED),
    ],
)
def test_the_last_value_is_compared_with_the_straight_line(
    baseline: str, target: str, value: str, standing: MeasureStanding
):
    half = date(2027, 1, 1)

    found = judge_measure(line(baseline, target), [point(half, value)])

    assert found is not None
    assert found.standing is standing
    if standing is not MeasureStanding.REACHED:
        assert found.expected == Fraction(int(baseline) + int(target), 2)


def test_after_the_day_of_the_target_only_the_target_counts():
    found = judge_measure(line("60", "90"), [point(date(2029, 1, 1), "89")])

    assert found is not None
    assert (found.standing, found.expected) == (MeasureStanding.BEHIND, 90)


def test_what_should_fall_is_judged_without_a_target():
    years = [point(date(2026, 6, 30), "400"), point(date(2027, 6, 30), "380")]
    own = line(None, None, falls=True)

    falls, rises = judge_measure(own, years), judge_measure(own, [years[0], point(END, "400")])

    assert falls is not None
    assert rises is not None
    assert falls.standing is MeasureStanding.FALLS
    assert rises.standing is MeasureStanding.DOES_NOT_FALL


@pytest.mark.parametrize(
    ("held", "points"),
    [
        (line("60", "90"), []),
        (line("60", "90"), [point(BEGIN, "70")]),
        (line(None, "90"), [point(END, "70"), point(date(2029, 1, 1), "80")]),
        (line("60", None), [point(END, "70")]),
        (line(None, None, falls=True), [point(END, "70")]),
    ],
)
def test_nothing_is_said_where_there_is_too_little(held: MeasureLine, points: list[MeasuredPoint]):
    assert judge_measure(held, points) is None


def test_few_learners_do_not_leave_the_portal():
    assert hide_small_number("9", MeasureUnit.PERSONS) == ""
    assert hide_small_number("10", MeasureUnit.PERSONS) == "10"
    assert hide_small_number("9", MeasureUnit.PERCENT) == "9"
