"""What the demo's evaluations measure, made from `data/demo_measures.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.planning.followup.measures import (
    LAST_SCHOOL_DAY,
    MeasureKind,
    MeasureUnit,
)
from crrubric.models import Actual, HeldReview, Measure, ReviewPresence
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.actuals import note_actual
from crrubric.services.planning.measures import note_new_measure
from crrubric.services.planning.reviews import note_review


def add_measures(cast: DemoEvaluation, key: str) -> None:
    """The measures of one evaluation with their values, and its reviews."""
    file = resources.files("crrubric.data") / "demo_measures.toml"
    data = tomllib.loads(file.read_text("utf-8"))
    for row in data["review"]:
        if row["evaluation"] == key:
            _add_review(cast, row)
    for row in data["measure"]:
        if row["evaluation"] == key:
            measure = _add_measure(cast, row)
            for value in row["value"]:
                _add_values(cast, measure, value)


def _add_review(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    own = cast.evaluation.id
    review = HeldReview(
        evaluation_id=own,
        held_on=cast.ago(row["held_days_ago"]).date(),
        about=row["about"],
        others=row["others"],
        minutes=row["minutes"],
        next_on=cast.ago(-row["next_in"]).date(),
        presences=[
            ReviewPresence(evaluation_id=own, member_id=cast.members[person].id)
            for person in row["present"]
        ],
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(row["days_ago"]),
    )
    cast.session.add(review)
    cast.session.flush()
    note_review(cast.session, cast.chair, review, Event.REVIEW_RECORDED, at=review.recorded_at)


def _add_measure(cast: DemoEvaluation, row: Mapping[str, Any]) -> Measure:
    measure = Measure(
        evaluation_id=cast.evaluation.id,
        kind=MeasureKind(row["kind"]),
        words=row.get("words", ""),
        unit=MeasureUnit(row["unit"]),
        baseline=row["baseline"],
        baseline_on=cast.ago(row["baseline_days_ago"]).date(),
        target=row["target"],
        due_on=cast.ago(-row["due_in"]).date(),
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(row["days_ago"]),
    )
    cast.session.add(measure)
    cast.session.flush()
    note_new_measure(cast.session, cast.chair, measure, at=measure.recorded_at)
    return measure


def _add_values(cast: DemoEvaluation, measure: Measure, row: Mapping[str, Any]) -> None:
    """A value of the last school year that was over, and its correction if it was wrong."""
    first = _store_value(cast, measure, row, row["value"], row["days_ago"])
    note_actual(cast.session, cast.chair, measure, first, at=first.recorded_at)
    if "corrected" in row:
        value, days = row["corrected"], row["corrected_days_ago"]
        second = _store_value(cast, measure, row, value, days, corrects=first)
        note_actual(cast.session, cast.chair, measure, second, first, at=second.recorded_at)


def _store_value(
    cast: DemoEvaluation,
    measure: Measure,
    row: Mapping[str, Any],
    value: str,
    days: float,
    corrects: Actual | None = None,
) -> Actual:
    actual = Actual(
        evaluation_id=measure.evaluation_id,
        measure_id=measure.id,
        measured_on=find_last_school_day(cast.ago(row["days_ago"]).date()),
        is_year=True,
        value=value,
        told_by=row["told_by"],
        note=row.get("note", ""),
        corrected_id=corrects.id if corrects is not None else None,
        reason=row["reason"] if corrects is not None else "",
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(days),
    )
    cast.session.add(actual)
    cast.session.flush()
    return actual


def find_last_school_day(on: date) -> date:
    """The end of the last school year that was over on a day."""
    end = date(on.year, *LAST_SCHOOL_DAY)
    return end if end < on else date(on.year - 1, *LAST_SCHOOL_DAY)
