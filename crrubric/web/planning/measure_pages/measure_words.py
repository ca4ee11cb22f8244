"""How measures and their values read on a page."""

from decimal import Decimal

from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from crrubric.domain.planning.disclosure import SMALLEST_SHOWN
from crrubric.domain.planning.followup.measures import (
    MeasuredPeriod,
    MeasureProposal,
    MeasureUnit,
    MeasureVerdict,
    hide_small_number,
    name_measure,
    write_measured_period,
)
from crrubric.models import Measure
from crrubric.queries.planning.measures import FollowedMeasure
from crrubric.reports.planning.measure_figures import MeasureFormatter, draw_measure
from crrubric.reports.results.figures import Chart
from crrubric.web.shared.words import NOTHING, format_day, format_short_number


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters["measure_name"] = translate_measure_name
    app.jinja_env.filters["measured_period"] = format_measured_period


def translate_measure_name(measure: Measure | MeasureProposal) -> str:
    """What a measure is called."""
    return name_measure(measure.kind, measure.words, _)


def format_measured(text: str | Decimal, unit: MeasureUnit) -> str:
    """A number with as many decimals as were typed, and its sign for percent."""
    if text == "":
        return NOTHING
    value = Decimal(text)
    places = max(-int(value.as_tuple().exponent), 0)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    number = str(format_decimal(value, format=pattern, locale=get_locale()))
    return f"{number} %" if unit is MeasureUnit.PERCENT else number


def format_disclosed(text: str, unit: MeasureUnit) -> str:
    """As `format_measured`, for who may not read the plan: of a few learners that they are few."""
    if hide_small_number(text, unit):
        return format_measured(text, unit)
    return str(_("fewer than %(least)s", least=SMALLEST_SHOWN))


def format_measured_period(period: MeasuredPeriod) -> str:
    """A day, or a school year."""
    if period.is_year:
        return str(_("school year %(years)s", years=write_measured_period(period)))
    return format_day(period.on)


def describe_verdict(verdict: MeasureVerdict | None, unit: MeasureUnit) -> str:
    """Where the last value stands, in words; "" where there is too little to say."""
    if verdict is None:
        return ""
    said: str = _(verdict.standing.label)
    if verdict.expected is None:
        return said
    # learners are whole, unless rounding would show the value itself
    whole = unit is MeasureUnit.PERSONS and round(verdict.expected) != verdict.last.value
    expected = format_short_number(verdict.expected, 0 if whole else 1)
    told = _(
        "On %(day)s it was %(value)s; the straight line to the target stood at %(expected)s.",
        day=format_day(verdict.last.on),
        value=format_measured(verdict.last.value, unit),
        expected=f"{expected} %" if unit is MeasureUnit.PERCENT else expected,
    )
    return f"{said} {told}"


def draw_followed_measure(followed: FollowedMeasure) -> Chart | None:
    """The figure of a measure in the reader's language; None with fewer than two points."""
    unit = followed.measure.unit

    words = MeasureFormatter(
        translate=_,
        day=format_day,
        value=lambda value: format_measured(value, unit),
        suffix=" %" if unit is MeasureUnit.PERCENT else "",
    )
    name = translate_measure_name(followed.measure)
    return draw_measure(name, followed.measure.line, followed.points, words)
