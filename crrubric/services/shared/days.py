"""Days that people type, judged where the district is."""

from datetime import date
from zoneinfo import ZoneInfo

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.models import Evaluation


def today(evaluation: Evaluation) -> date:
    """The day that it is where the district is."""
    return now_utc().astimezone(ZoneInfo(evaluation.district.time_zone)).date()


def coming_day(evaluation: Evaluation, day: date, *, field: str) -> date:
    """The day, if it is not over where the district is. Raises: Invalid."""
    if day < today(evaluation):
        raise Invalid(N_("This day is over: choose today or a later day."), field=field)
    return day


def past_day(evaluation: Evaluation, day: date, *, field: str) -> date:
    """The day, if it is one that the district has seen. Raises: Invalid."""
    if day > today(evaluation):
        raise Invalid(N_("This day is still to come."), field=field)
    return day


def named_day(evaluation: Evaluation, day: date | None, missing: str, *, field: str) -> date:
    """As `past_day`, where a day must be named. Raises: Invalid; `missing` without one."""
    if day is None:
        raise Invalid(missing, field=field)
    return past_day(evaluation, day, field=field)
