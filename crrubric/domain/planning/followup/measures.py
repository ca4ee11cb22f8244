"""Measures of the evaluation plan: what is followed over the years, and whether it is on track.

A row of the plan has no identity: it is typed, moved and changed as people like. What is measured
belongs to a measure, a record of its own that is proposed from the words of a row, as action items
are; a row that is worded anew, or deleted, takes no value with it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from decimal import Decimal
from fractions import Fraction

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.limits import NumberLimits
from crrubric.domain.planning.answers import PlanRow
from crrubric.domain.planning.disclosure import SMALLEST_SHOWN
from crrubric.domain.planning.items import make_origin
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_day, parse_exact_number, require_plausible_day
from crrubric.domain.vocabulary import LabelledEnum

SUCCESS, MEASURES = "success", "measures"  # section and prompt that list them
_SCHOOL_YEAR = re.compile(r"([0-9]{4})\s*[-–/]\s*(?:[0-9]{2})?([0-9]{2})")
LAST_SCHOOL_DAY = (6, 30)  # month and day on which a school year is over
_A_NUMBER = re.compile(r"[0-9][0-9.,]*(?<=[0-9])")


class MeasureKind(LabelledEnum):
    """Where a measure comes from; two of them are about the programme's own size."""

    PLANNED = "PLANNED", N_("evaluation plan")
    ADDED = "ADDED", N_("added by hand")
    PROGRAM_SIZE = "PROGRAM_SIZE", N_("the program’s own size")
    FAILURE_RATE = "FAILURE_RATE", N_("root cause")


SHOULD_FALL = frozenset({MeasureKind.PROGRAM_SIZE, MeasureKind.FAILURE_RATE})


class MeasureUnit(LabelledEnum):
    """What the numbers of a measure count."""

    PERSONS = "PERSONS", N_("learners")
    PERCENT = "PERCENT", N_("percent")
    NUMBER = "NUMBER", N_("another number")


BOUNDS = {
    MeasureUnit.PERSONS: limits.COUNT,
    MeasureUnit.PERCENT: limits.MEASURED_PERCENT,
    MeasureUnit.NUMBER: limits.MEASURED_NUMBER,
}


class MeasureStanding(LabelledEnum):
    """How the last value stands; the sentences are the pages' and the memo's own."""

    REACHED = "REACHED", N_("The target is reached.")
    ON_TRACK = "ON_TRACK", N_("On track.")
    BEHIND = "BEHIND", N_("Not on track.")
    FALLS = "FALLS", N_("It falls, as it should.")
    DOES_NOT_FALL = "DOES_NOT_FALL", N_("It should fall, and does not.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureProposal:
    """A measure that the plan suggests. origin: what tells it from every other suggestion."""

    origin: str
    kind: MeasureKind
    words: str = ""
    unit: MeasureUnit = MeasureUnit.NUMBER
    baseline: str = ""
    baseline_on: date | None = None
    target: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeasuredPeriod:
    """The day of a value, or the school year that ends on it."""

    on: date
    is_year: bool = False

    @property
    def begins_on(self) -> date:
        """Its first day."""
        if not self.is_year:
            return self.on
        return date(self.on.year - 1, *LAST_SCHOOL_DAY) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """A value on its day."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLine:
    """What a measure is held against: a baseline on its day, and a target by another."""

    falls: bool
    baseline: MeasuredPoint | None = None
    target: Decimal | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeasureVerdict:
    """How the last value stands. expected: the straight line on that day, None without one."""

    standing: MeasureStanding
    last: MeasuredPoint
    expected: Fraction | None = None


def propose_from_measures(rows: Iterable[PlanRow], on: date | None) -> list[MeasureProposal]:
    """What the rows of the evaluation plan measure. Args: on: the day of “today” in them."""
    found = []
    for row in rows:
        if words := row.get("measure"):
            typed = row.get("baseline", ""), row.get("target", "")
            unit = MeasureUnit.PERCENT if "%" in "".join(typed) else MeasureUnit.NUMBER
            baseline, target = (read_loose_number(text, BOUNDS[unit]) for text in typed)
            proposal = MeasureProposal(
                origin=make_origin("measure", words),
                kind=MeasureKind.PLANNED,
                words=words,
                unit=unit,
                baseline=baseline,
                baseline_on=on if baseline else None,
                target=target,
                due_on=date.fromisoformat(row["by"]) if row.get("by") else None,
            )
            found.append(proposal)
    return found


def propose_program_size(learners: str, on: date | None) -> MeasureProposal:
    """The programme's own size. Args: learners: how many the plan counts today, "" for no count."""
    return MeasureProposal(
        origin="size",
        kind=MeasureKind.PROGRAM_SIZE,
        unit=MeasureUnit.PERSONS,
        target="",
        baseline=learners,
        baseline_on=on if learners else None,
    )


def propose_failure_rates(causes: Iterable[PlanRow], on: date | None) -> list[MeasureProposal]:
    """How many fail each course named in the root causes."""
    found = []
    for row in causes:
        if course := row.get("course"):
            share = row.get("share", "")
            proposal = MeasureProposal(
                origin=make_origin("failure", course),
                kind=MeasureKind.FAILURE_RATE,
                words=course,
                unit=MeasureUnit.PERCENT,
                baseline=share,
                baseline_on=on if share else None,
            )
            found.append(proposal)
    return found


def read_loose_number(text: str, bounds: NumberLimits) -> str:
    """The one number in a text such as “fewer than 120” or “61 %”; "" if it is not clear."""
    found = _A_NUMBER.findall(text)
    if len(found) != 1:
        return ""
    try:
        return f"{parse_exact_number(found[0], bounds):f}"
    except Invalid:
        return ""


def tidy_measured_number(text: str, unit: MeasureUnit, *, field: str) -> str:
    """A number exactly as it was typed, without its sign for percent; "" for none.

    Raises: Invalid saying what to write.
    """
    plain = text.strip().removesuffix("%").rstrip()
    return f"{parse_exact_number(plain, BOUNDS[unit], field=field):f}" if plain else ""


def parse_measured_period(text: str, *, field: str | None = None) -> MeasuredPeriod:
    """A day like 2027-06-30, or a school year like 2026-27. Raises: Invalid."""
    found = _SCHOOL_YEAR.fullmatch(text.strip())
    if found is None:
        try:
            return MeasuredPeriod(parse_day(text, field=field))
        except Invalid as error:
            if error.message == N_("Enter a date, like 2027-03-12."):
                raise Invalid(
                    N_("Enter a date, like 2027-06-30, or a school year, like 2026–27."),
                    field=field,
                ) from None
            raise
    first = int(found[1])
    if (first + 1) % 100 != int(found[2]):
        raise Invalid(N_("A school year has two years in a row, like 2026–27."), field=field)
    last = date(min(first + 1, MAXYEAR), *LAST_SCHOOL_DAY)  # refused, whichever it is
    return MeasuredPeriod(require_plausible_day(last, field=field), is_year=True)


def write_measured_period(period: MeasuredPeriod) -> str:
    """The period as it would be typed."""
    if not period.is_year:
        return period.on.isoformat()
    return f"{period.on.year - 1}–{period.on.year % 100:02}"


def judge_measure(line: MeasureLine, points: Sequence[MeasuredPoint]) -> MeasureVerdict | None:
    """How the last value stands against the straight line from baseline to target.

    None where there is too little: no value after the baseline, or nothing to hold it against.
    Args: points: values, the oldest first.
    """
    begin = line.baseline or (points[0] if points else None)
    if begin is None or not points or points[-1].on <= begin.on:
        return None
    last = points[-1]
    if line.target is None or line.baseline is None:
        return _judge_fall(begin, last) if line.falls else None
    falls = line.target < begin.value or (line.target == begin.value and line.falls)
    if _is_as_good(last.value, line.target, falls=falls):
        return MeasureVerdict(MeasureStanding.REACHED, last)
    if line.due_on is None or line.due_on <= begin.on:
        return None
    expected = find_expected_value(line, last.on)
    good = expected is not None and _is_as_good(Fraction(last.value), expected, falls=falls)
    standing = MeasureStanding.ON_TRACK if good else MeasureStanding.BEHIND
    return MeasureVerdict(standing, last, expected)


def _judge_fall(begin: MeasuredPoint, last: MeasuredPoint) -> MeasureVerdict:
    falls = last.value < begin.value
    return MeasureVerdict(MeasureStanding.FALLS if falls else MeasureStanding.DOES_NOT_FALL, last)


def _is_as_good(value: Decimal | Fraction, other: Decimal | Fraction, *, falls: bool) -> bool:
    return value <= other if falls else value >= other


def find_expected_value(line: MeasureLine, on: date) -> Fraction | None:
    """Where the straight line from baseline to target stands on a day; flat before and after."""
    if line.baseline is None or line.target is None or line.due_on is None:
        return None
    days = (line.due_on - line.baseline.on).days
    if days <= 0:
        return None
    part = min(max(Fraction((on - line.baseline.on).days, days), Fraction(0)), Fraction(1))
    begin = Fraction(line.baseline.value)
    return begin + (Fraction(line.target) - begin) * part


def name_measure(kind: MeasureKind, words: str, translate: Callable[..., str]) -> str:
    """What a measure is called."""
    if kind is MeasureKind.FAILURE_RATE:
        return translate(N_("Learners who fail %(course)s")) % {"course": words}
    if kind is MeasureKind.PROGRAM_SIZE and not words:
        return translate(N_("Learners in recovery a year"))
    return words


def hide_small_number(text: str, unit: MeasureUnit) -> str:
    """A number as it may leave the portal; "" for so few learners that it could tell of one."""
    small = unit is MeasureUnit.PERSONS and Decimal(text) < SMALLEST_SHOWN
    return "" if small else text
