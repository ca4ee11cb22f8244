"""How long records are kept, and when each is due to be removed."""

import calendar
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from crrubric.domain.vocabulary import RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingTimes:
    """How long each kind of record is kept; the defaults hold until somebody sets others.

    evaluation_years: after an evaluation’s end; never less than the chair said of it. Records of
    what was bought with federal money are kept for three years at least (2 CFR 200.334), and
    schedules of states ask for up to seven of purchases. account_years: since an account was last
    used. mail_days, sign_in_days: since a mail, a session or a one-time link ended.
    hold: why nothing at all may be removed now; empty if nothing is held.
    """

    evaluation_years: int = 7
    account_years: int = 2
    mail_days: int = 365
    sign_in_days: int = 180
    hold: str = ""

    def serialize(self) -> dict[str, object]:
        """As the journal keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvaluation:
    """What decides how long an evaluation is kept.

    ended_on: the day on which it was archived or deleted, else that of its last journal entry;
    retain_until: what its chair said; renewed_by: titles of evaluations that look back at it.
    """

    ended_on: date
    retain_until: date | None = None
    hold: str = ""
    renewed_by: tuple[str, ...] = ()


def add_years(day: date, years: int) -> date:
    """The same day so many years later; of February 29, the last of February."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def find_last_kept_day(kept: KeptEvaluation, times: KeepingTimes) -> date:
    """The last day on which the record is kept: the later of schedule and chair."""
    by_schedule = add_years(kept.ended_on, times.evaluation_years)
    return max(by_schedule, kept.retain_until or by_schedule)


def find_cutoff(kind: RecordKind, times: KeepingTimes, moment: datetime) -> datetime:
    """What ended before this moment is due at `moment`. Raises: KeyError for an evaluation."""
    if kind is RecordKind.ACCOUNT:
        day = add_years(moment.date(), -times.account_years)
        return datetime.combine(day, moment.timetz())
    days = {RecordKind.MAIL: times.mail_days, RecordKind.SIGN_IN: times.sign_in_days}
    return moment - timedelta(days=days[kind])
