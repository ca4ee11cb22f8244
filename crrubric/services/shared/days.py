"""Days that people type, judged where the district is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.setup.closing import has_ended
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


def require_coming_end(
    evaluation: Evaluation, ends_at: datetime | None, closes_on: date | None
) -> datetime | None:
    """The hard end of scoring, if it is still to come. Raises: Invalid (field "ends_on")."""
    if ends_at is None:
        return None
    if ends_at != evaluation.ends_at and ends_at <= now_utc():
        raise Invalid(N_("This moment is over: choose a later one."), field="ends_on")
    zone = ZoneInfo(evaluation.district.time_zone)
    if closes_on is not None and ends_at.astimezone(zone).date() < closes_on:
        raise Invalid(
            N_("The closing day comes after this: choose that day or a later one."),
            field="ends_on",
        )
    return ends_at


def refuse_after_end(evaluation: Evaluation) -> None:
    """Raise WrongPhase once the hard end of scoring is over, by the server's clock."""
    if evaluation.ends_at is None or not has_ended(now_utc(), evaluation.ends_at):
        return
    zone = evaluation.district.time_zone
    local = evaluation.ends_at.astimezone(ZoneInfo(zone))
    raise WrongPhase(
        N_("Scoring ended %(when)s (%(zone)s). Nothing is taken after that."),
        when=local,
        zone=zone,
    )


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
