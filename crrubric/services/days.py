"""Days that people type, judged where the district is."""

from datetime import date
from zoneinfo import ZoneInfo

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import N_
from crrubric.models import Evaluation


def past_day(evaluation: Evaluation, day: date | None, missing: str, *, field: str) -> date:
    """The day, if it is one that the district has seen. Raises: Invalid; `missing` without one."""
    if day is None:
        raise Invalid(missing, field=field)
    if day > now_utc().astimezone(ZoneInfo(evaluation.district.time_zone)).date():
        raise Invalid(N_("This day is still to come."), field=field)
    return day
