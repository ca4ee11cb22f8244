"""Days that people type, judged where the district is."""

from datetime import date
from zoneinfo import ZoneInfo

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.models import Evaluation


def today_in_district(evaluation: Evaluation) -> date:
    """The day that it is where the district is."""
    return now_utc().astimezone(ZoneInfo(evaluation.district.time_zone)).date()


def require_coming_day(evaluation: Evaluation, day: date, *, field: str) -> date:
    """The day, if it is not over where the district is. Raises: Invalid."""
    require_plausible_day(day, field=field)
    if day < today_in_district(evaluation):
        raise Invalid(N_("This day is over: choose today or a later day."), field=field)
    return day


def require_past_day(evaluation: Evaluation, day: date, *, field: str) -> date:
    """The day, if it is one that the district has seen. Raises: Invalid."""
    require_plausible_day(day, field=field)
    if day > today_in_district(evaluation):
        raise Invalid(N_("This day is still to come."), field=field)
    return day


def require_named_day(
    evaluation: Evaluation, day: date | None, missing: str, *, field: str
) -> date:
    """As `require_past_day`, where a day must be named. Raises: Invalid; `missing` without one."""
    if day is None:
        raise Invalid(missing, field=field)
    return require_past_day(evaluation, day, field=field)
