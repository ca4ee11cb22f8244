"""Measures of the evaluation plan with their values, and what the plan suggests to measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.planning.followup.measures import (
    MEASURES,
    SUCCESS,
    MeasuredPoint,
    MeasureProposal,
    MeasureUnit,
    MeasureVerdict,
    judge_measure,
    propose_failure_rates,
    propose_from_measures,
    propose_program_size,
)
from crrubric.domain.record.entries import ROW
from crrubric.models import Actual, JournalEntry, Measure
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.proposals import CAUSES, read_plan_rows
from crrubric.queries.planning.workbook import Workbook, load_plan_rights, load_workbook

REASONS = "reasons"  # the section that counts the learners


@dataclass(frozen=True, slots=True)
class FollowedMeasure:
    """A measure with its values, the oldest first; corrections stand in place of what they correct.

    earlier: by the id of a value, what it was before, the newest first.
    """

    measure: Measure
    actuals: Sequence[Actual]
    earlier: dict[int, list[Actual]]

    @property
    def points(self) -> list[MeasuredPoint]:
        """The values on their days."""
        return [MeasuredPoint(row.measured_on, Decimal(row.value)) for row in self.actuals]

    @property
    def verdict(self) -> MeasureVerdict | None:
        """How the last value stands; None where there is too little."""
        return judge_measure(self.measure.line, self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMeasure:
    """What a measure said at one time."""

    words: str
    unit: MeasureUnit
    baseline: str
    baseline_on: date | None
    target: str
    due_on: date | None


def list_followed_measures(
    session: Session, evaluation_id: int, until: datetime | None = None
) -> list[FollowedMeasure]:
    """All measures of an evaluation, as they were recorded; in two queries at most.

    Args: until: those that were recorded by then, with the values of then.
    """
    wanted = select(Measure).where(Measure.evaluation_id == evaluation_id)
    values = select(Actual).where(Actual.evaluation_id == evaluation_id)
    if until is not None:
        wanted = wanted.where(Measure.recorded_at <= until)
        values = values.where(Actual.recorded_at <= until)
    measures = session.scalars(wanted.order_by(Measure.id)).all()
    rows = session.scalars(values.order_by(Actual.id)) if measures else ()
    by_measure: dict[int, list[Actual]] = {}
    for row in rows:
        by_measure.setdefault(row.measure_id, []).append(row)
    return [follow_measure(measure, by_measure.get(measure.id, [])) for measure in measures]


def read_told_measures(
    session: Session, evaluation_id: int, until: datetime
) -> dict[int, ToldMeasure]:
    """What measures said at a moment, by their id, as the journal tells it."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event.in_((Event.MEASURE_RECORDED, Event.MEASURE_CHANGED)),
            JournalEntry.at <= until,
        )
        .order_by(JournalEntry.number)
    )
    found = {}
    for told in (entry.after or {} for entry in entries):
        begin, due = told["baseline on"], told["due on"]
        found[told[ROW]["id"]] = ToldMeasure(
            words=told["words"],
            unit=MeasureUnit(told["unit"]),
            baseline=told["baseline"],
            baseline_on=date.fromisoformat(begin) if begin else None,
            target=told["target"],
            due_on=date.fromisoformat(due) if due else None,
        )
    return found


def follow_measure(measure: Measure, rows: Sequence[Actual]) -> FollowedMeasure:
    """A measure with what holds of its rows. Args: rows: all of them, as they were recorded."""
    by_id = {row.id: row for row in rows}
    corrected = {row.corrected_id for row in rows}
    current = [row for row in rows if row.id not in corrected and row.value]
    earlier: dict[int, list[Actual]] = {}
    for row in current:
        before = row.corrected_id
        while before is not None:
            earlier.setdefault(row.id, []).append(by_id[before])
            before = by_id[before].corrected_id
    current.sort(key=lambda row: (row.measured_on, row.id))
    return FollowedMeasure(measure, current, earlier)


def require_measures_readable(session: Session, seat: Seat) -> None:
    """Raise NotFound unless the seat may read the evaluation plan."""
    if not load_plan_rights(session, seat).may_read(SUCCESS):
        raise make_not_found()


def require_measures_writable(session: Session, seat: Seat) -> None:
    """Raise NotFound unless the seat may fill in the evaluation plan now."""
    if not load_plan_rights(session, seat).may_fill(SUCCESS):
        raise make_not_found()


def find_measure(session: Session, evaluation_id: int, measure_id: int) -> Measure:
    """The measure of this evaluation, read anew. Raises: NotFound."""
    found = session.scalar(
        select(Measure)
        .where(Measure.evaluation_id == evaluation_id, Measure.id == measure_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise make_not_found()
    return found


def find_followed_measure(session: Session, evaluation_id: int, measure_id: int) -> FollowedMeasure:
    """The measure with its values, read anew. Raises: NotFound."""
    measure = find_measure(session, evaluation_id, measure_id)
    rows = session.scalars(
        select(Actual)
        .where(Actual.evaluation_id == evaluation_id, Actual.measure_id == measure_id)
        .order_by(Actual.id)
    ).all()
    return follow_measure(measure, rows)


def find_actual(session: Session, evaluation_id: int, actual_id: int) -> Actual:
    """A value of this evaluation, whether or not it was corrected since. Raises: NotFound."""
    found = session.scalar(
        select(Actual).where(Actual.evaluation_id == evaluation_id, Actual.id == actual_id)
    )
    if found is None:
        raise make_not_found()
    return found


def find_correction(session: Session, actual: Actual) -> Actual | None:
    """What was recorded in place of a value."""
    return session.scalar(select(Actual).where(Actual.corrected_id == actual.id))


def list_measure_proposals(session: Session, seat: Seat) -> list[MeasureProposal]:
    """What the plan suggests to measure and is no measure yet; of reasons and root causes only to
    those who may read them."""
    known = select(Measure.origin).where(Measure.evaluation_id == seat.evaluation.id)
    seen = set(session.scalars(known))
    workbook = load_workbook(session, seat.evaluation.id)
    rights = load_plan_rights(session, seat)
    causes = read_plan_rows(workbook, *CAUSES) if rights.may_read(CAUSES[0]) else []
    counted = workbook.answers(REASONS).get("learners") if rights.may_read(REASONS) else None
    learners = counted if isinstance(counted, str) else ""
    begun = list_days_begun(workbook, ZoneInfo(seat.evaluation.district.time_zone))
    suggested = [
        *propose_from_measures(read_plan_rows(workbook, SUCCESS, MEASURES), begun.get(SUCCESS)),
        propose_program_size(learners, begun.get(REASONS)),
        *propose_failure_rates(causes, begun.get(CAUSES[0])),
    ]
    found = []
    for proposal in suggested:
        if proposal.origin not in seen:
            seen.add(proposal.origin)
            found.append(proposal)
    return found


def list_days_begun(workbook: Workbook, zone: ZoneInfo) -> dict[str, date]:
    """By section, the day of “today” in it: when its newest version was begun, where the district
    is."""
    return {
        code: version.began_at.astimezone(zone).date()
        for code, version in workbook.versions.items()
    }
