"""Values of measures over the years: recorded, and corrected with a reason; nothing is lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, Stale, clean_together
from crrubric.domain.events import Event
from crrubric.domain.planning.followup.measures import (
    MeasuredPeriod,
    MeasureUnit,
    parse_measured_period,
    tidy_measured_number,
    write_measured_period,
)
from crrubric.domain.text import clean_line, clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.models import Actual, Evaluation, Measure
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.measures import (
    FollowedMeasure,
    find_actual,
    find_correction,
    find_followed_measure,
)
from crrubric.services.planning.measures import open_measures
from crrubric.services.shared.days import require_past_day, today_in_district
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualText:
    """A value as it is typed. period: a day like 2027-06-30, or a school year like 2026–27."""

    period: str
    value: str
    told_by: str = ""
    note: str = ""


def record_actual(actor: Actor, slug: str, measure_id: int, text: ActualText) -> Actual:
    """What a measure came to. Sent twice, it is recorded once.

    Raises: Invalid naming everything that is wrong, or if the day has another value; NotFound.
    """
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        followed = find_followed_measure(session, seat.evaluation.id, measure_id)
        row = clean_actual(text, followed.measure, seat.evaluation)
        if not row.value:
            raise Invalid(N_("Enter the value."), field="value")
        if same := _find_same_period(followed, row.period):
            if _read_values(same) == _read_values(row) and same.recorded_by == actor.name:
                return same
            raise Invalid(
                N_("%(period)s has a value already, %(value)s: correct that one."),
                period=write_measured_period(row.period),
                value=same.value,
                field="period",
            )
        _store_actual(session, actor, followed.measure, row)
    return row


def correct_actual(
    actor: Actor, slug: str, actual_id: int, text: ActualText, *, reason: str
) -> Actual:
    """Another value in place of one that was wrong, which stays in the record; without a value,
    that one is taken back.

    Sent twice, it is done once.
    Raises: Invalid naming everything that is wrong; NotFound; Stale if it was corrected meanwhile.
    """
    why = require_text(reason, N_("Say what was wrong."), limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        old = find_actual(session, seat.evaluation.id, actual_id)
        followed = find_followed_measure(session, seat.evaluation.id, old.measure_id)
        row = clean_actual(text, followed.measure, seat.evaluation)
        if old.id not in {each.id for each in followed.actuals}:
            if again := _find_same_correction(session, actor, old, row, why):
                return again
            raise Stale(
                N_(
                    "This value was corrected after you opened it, and nothing was overwritten."
                    " Look at what is recorded now."
                )
            )
        if _read_values(row) == _read_values(old):
            raise Invalid(N_("Nothing is different from what is recorded."), field="value")
        same = _find_same_period(followed, row.period)
        if row.value and same is not None and same.id != old.id:
            raise Invalid(
                N_("%(period)s has a value already, %(value)s: correct that one."),
                period=write_measured_period(row.period),
                value=same.value,
                field="period",
            )
        row.corrected_id, row.reason = old.id, why
        _store_actual(session, actor, followed.measure, row, before=old)
    return row


def clean_actual(text: ActualText, measure: Measure, evaluation: Evaluation) -> Actual:
    """The value as a row not stored yet. Raises: Invalid naming everything that is wrong."""
    unit: MeasureUnit = measure.unit

    def clean_period() -> MeasuredPeriod:
        period = parse_measured_period(text.period, field="period")
        if text.value.strip():  # what was recorded too early can still be taken back
            require_past_period(evaluation, period)
        return period

    tidy = clean_together(
        period=clean_period,
        value=lambda: tidy_measured_number(text.value, unit, field="value"),
        told_by=lambda: clean_line(text.told_by, limit=limits.SHORT_TEXT, field="told_by"),
        note=lambda: clean_text(text.note, limit=limits.NOTE, field="note"),
    )
    period = tidy.pop("period")
    return Actual(**tidy, measured_on=period.on, is_year=period.is_year, reason="")


def require_past_period(evaluation: Evaluation, period: MeasuredPeriod) -> None:
    """Raise Invalid for a day that is still to come, or a school year that has not begun."""
    if not period.is_year:
        require_past_day(evaluation, period.on, field="period")
    elif period.begins_on > today_in_district(evaluation):
        raise Invalid(N_("This school year has not begun yet."), field="period")


def _find_same_period(followed: FollowedMeasure, period: MeasuredPeriod) -> Actual | None:
    return next((row for row in followed.actuals if row.period == period), None)


def _find_same_correction(
    session: Session, actor: Actor, old: Actual, row: Actual, why: str
) -> Actual | None:
    """The correction that is stored, if this person sent the very same one before."""
    stored = find_correction(session, old)
    if stored is None or (stored.recorded_by, stored.reason) != (actor.name, why):
        return None
    return stored if _read_values(stored) == _read_values(row) else None


def _read_values(row: Actual) -> dict[str, object]:
    return {
        "period": write_measured_period(row.period),
        "measured": row.value,
        "told by": row.told_by,
        "note": row.note,
    }


def _store_actual(
    session: Session, actor: Actor, measure: Measure, row: Actual, before: Actual | None = None
) -> None:
    row.evaluation_id, row.measure_id = measure.evaluation_id, measure.id
    row.recorded_by = actor.name
    session.add(row)
    session.flush()
    note_actual(session, actor, measure, row, before)


def note_actual(
    session: Session,
    actor: Actor,
    measure: Measure,
    row: Actual,
    before: Actual | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """The journal entry of a value, or of its correction."""
    note_event(
        session,
        actor,
        Event.ACTUAL_CORRECTED if before is not None else Event.ACTUAL_RECORDED,
        evaluation_id=measure.evaluation_id,
        subject=measure.words,
        before=_read_values(before) if before is not None else None,
        after={
            **_read_values(row),
            ROW: {"id": row.id, "measure": measure.id, "corrected": row.corrected_id},
        },
        reason=row.reason,
        at=at,
    )
