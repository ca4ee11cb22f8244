"""Measures of the evaluation plan: whoever may fill it in says what is followed, and what came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, clean_together
from crrubric.domain.events import Event
from crrubric.domain.planning.followup.measures import (
    MeasureKind,
    MeasureUnit,
    tidy_measured_number,
)
from crrubric.domain.text import clean_line, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.models import Actual, Evaluation, Measure
from crrubric.queries.people.access import Seat, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.measures import (
    find_followed_measure,
    find_measure,
    list_measure_proposals,
    require_measures_writable,
)
from crrubric.services.shared.days import require_past_day
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureText:
    """What is followed. Numbers are texts, as they are typed; `words` of a failure rate name the
    course."""

    words: str = ""
    unit: MeasureUnit = MeasureUnit.NUMBER
    baseline: str = ""
    baseline_on: date | None = None
    target: str = ""
    due_on: date | None = None


def add_measure(actor: Actor, slug: str, text: MeasureText) -> Measure:
    """A measure that the plan does not suggest. Raises: Invalid naming everything that is wrong."""
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        tidy = clean_measure(text, MeasureKind.ADDED, seat.evaluation)
        measure = Measure(kind=MeasureKind.ADDED)
        _record_measure(session, seat, measure, tidy)
    return measure


def take_proposed_measures(actor: Actor, slug: str, origins: Collection[str]) -> list[Measure]:
    """Follow what the plan suggests.

    Raises: Invalid if nothing is ticked; Stale if something is no longer suggested, or was taken.
    """
    if not origins:
        raise Invalid(N_("Select what you want to take."), field="origins")
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        proposals = {each.origin: each for each in list_measure_proposals(session, seat)}
        if not set(origins) <= proposals.keys():
            raise Stale(
                N_(
                    "Some of what you selected was taken meanwhile, or is not suggested any more."
                    " Nothing was added: look at what is suggested now."
                )
            )
        measures = []
        for proposal in (each for key, each in proposals.items() if key in origins):
            measure = Measure(kind=proposal.kind, origin=proposal.origin)
            text = MeasureText(
                words=proposal.words,
                unit=proposal.unit,
                baseline=proposal.baseline,
                baseline_on=proposal.baseline_on,
                target=proposal.target,
                due_on=proposal.due_on,
            )
            _record_measure(session, seat, measure, text)
            measures.append(measure)
    return measures


def change_measure(
    actor: Actor, slug: str, measure_id: int, text: MeasureText, *, seen: str | None = None
) -> Measure:
    """Other words, another baseline or another target.

    Args: seen: the version that the form showed.
    Raises: Invalid naming everything that is wrong, or if values would no longer fit the unit;
    NotFound; Stale.
    """
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        measure = find_measure(session, seat.evaluation.id, measure_id)
        tidy = clean_measure(text, measure.kind, seat.evaluation)
        stored, wanted = read_measure_values(measure), read_measure_values(tidy)
        refuse_unseen_change(stored, wanted, seen)
        if wanted == stored:
            return measure
        if tidy.unit is not measure.unit:
            _refuse_unfit_values(session, measure, tidy.unit)
        before = tell_measure(measure)
        _set_measure(measure, tidy)
        measure.version += 1
        note_measure(session, actor, measure, Event.MEASURE_CHANGED, before=before)
    return measure


def open_measures(session: Session, actor: Actor, slug: str) -> Seat:
    """The seat of whoever may fill in the evaluation plan, held. Raises: NotFound."""
    seat = require_locked_seat(session, actor, Action.ANSWER_PLAN, slug)
    require_measures_writable(session, seat)
    return seat


def _refuse_unfit_values(session: Session, measure: Measure, unit: MeasureUnit) -> None:
    """Raise Invalid if a value that was recorded is none of this unit, or counts learners: what
    copies hide of them would stand there as a number of something else."""
    followed = find_followed_measure(session, measure.evaluation_id, measure.id)
    counted = session.scalar(select(Actual.id).where(Actual.measure_id == measure.id).limit(1))
    if measure.unit is MeasureUnit.PERSONS and (counted is not None or measure.baseline):
        raise Invalid(
            N_("Numbers of learners were recorded for this measure: add another measure instead."),
            field="unit",
        )
    for row in followed.actuals:
        try:
            tidy_measured_number(row.value, unit, field="unit")
        except Invalid:
            raise Invalid(
                N_("The value %(value)s was recorded already, and is none of this kind."),
                value=row.value,
                field="unit",
            ) from None


def clean_measure(text: MeasureText, kind: MeasureKind, evaluation: Evaluation) -> MeasureText:
    """The text, tidied. Raises: Invalid naming everything that is wrong."""

    def clean_words() -> str:
        if kind is MeasureKind.PROGRAM_SIZE:
            return clean_line(text.words, limit=limits.SHORT_TEXT, field="words")
        return require_text(
            clean_line(text.words, limit=limits.SHORT_TEXT, field="words"),
            N_("Say what is measured."),
            limit=limits.SHORT_TEXT,
            field="words",
        )

    def clean_baseline_day() -> date | None:
        if text.baseline_on is None and text.baseline.strip():
            raise Invalid(N_("Say on which day it was so."), field="baseline_on")
        day = text.baseline_on
        return day and require_past_day(evaluation, day, field="baseline_on")

    def clean_due_day() -> date | None:
        if text.due_on is None:
            return None
        if text.baseline_on is not None and text.due_on <= text.baseline_on:
            raise Invalid(N_("The target comes after the day of the baseline."), field="due_on")
        return require_plausible_day(text.due_on, field="due_on")

    tidy = clean_together(
        words=clean_words,
        baseline=lambda: tidy_measured_number(text.baseline, text.unit, field="baseline"),
        baseline_on=clean_baseline_day,
        target=lambda: tidy_measured_number(text.target, text.unit, field="target"),
        due_on=clean_due_day,
    )
    return MeasureText(**tidy, unit=text.unit)


def read_measure_values(measure: Measure | MeasureText) -> dict[str, object]:
    """What is changed of a measure, as one version of it."""
    return {
        "words": measure.words,
        "unit": measure.unit.value,
        "baseline": measure.baseline,
        "baseline_on": measure.baseline_on.isoformat() if measure.baseline_on else None,
        "target": measure.target,
        "due_on": measure.due_on.isoformat() if measure.due_on else None,
    }


def _record_measure(session: Session, seat: Seat, measure: Measure, text: MeasureText) -> None:
    measure.evaluation_id, measure.recorded_by = seat.evaluation.id, seat.actor.name
    _set_measure(measure, text)
    session.add(measure)
    session.flush()
    note_new_measure(session, seat.actor, measure)


def _set_measure(measure: Measure, text: MeasureText) -> None:
    measure.words, measure.unit = text.words, text.unit
    measure.baseline, measure.baseline_on = text.baseline, text.baseline_on
    measure.target, measure.due_on = text.target, text.due_on


def tell_measure(measure: Measure) -> dict[str, object]:
    """A measure as the journal keeps it."""
    told = read_measure_values(measure)
    told["baseline on"], told["due on"] = told.pop("baseline_on"), told.pop("due_on")
    return told


def note_new_measure(
    session: Session, actor: Actor, measure: Measure, *, at: datetime | None = None
) -> None:
    """The journal entry of a measure that was added."""
    more = {"measure of": measure.kind}
    row = {"origin": measure.origin}
    note_measure(session, actor, measure, Event.MEASURE_RECORDED, more=more, row=row, at=at)


def note_measure(
    session: Session,
    actor: Actor,
    measure: Measure,
    event: Event,
    *,
    before: Mapping[str, object] | None = None,
    more: Mapping[str, object] | None = None,
    row: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> None:
    """The journal entry of what was made of a measure. Args: more, row: what else it tells."""
    note_event(
        session,
        actor,
        event,
        evaluation_id=measure.evaluation_id,
        subject=measure.words,
        before=before,
        after={**tell_measure(measure), **(more or {}), ROW: {"id": measure.id, **(row or {})}},
        at=at,
    )
