"""What the memo prints of the planning workbook."""

from datetime import datetime

from sqlalchemy.orm import Session

from crrubric.domain.memo.plan_facts import MemoHint, MemoMeasure, MemoPlan, MemoSeats
from crrubric.domain.planning.followup.measures import MeasuredPeriod
from crrubric.domain.planning.triage import Seats
from crrubric.models import Evaluation, KeptTriage, Measure
from crrubric.queries.planning.measures import (
    FollowedMeasure,
    ToldMeasure,
    list_followed_measures,
    read_told_measures,
)
from crrubric.queries.planning.triage import find_newest_kept
from crrubric.queries.planning.workbook import load_hint_decisions, load_workbook


def load_memo_plan(session: Session, evaluation: Evaluation) -> MemoPlan:
    """The workbook as it is; once the decision is made, as it was then: that memo stays."""
    workbook = load_workbook(session, evaluation.id, evaluation.decided_at)
    kept = find_newest_kept(session, evaluation.id, evaluation.decided_at)
    return MemoPlan(
        answers={code: row.answers for code, row in workbook.versions.items()},
        kept=make_memo_seats(kept) if kept else None,
        hints={
            key: MemoHint(taken=row.taken, reason=row.reason)
            for key, row in load_hint_decisions(session, evaluation.id).items()
        },
        measures=list_memo_measures(session, evaluation.id, evaluation.decided_at),
    )


def list_memo_measures(
    session: Session, evaluation_id: int, until: datetime | None
) -> list[MemoMeasure]:
    """The measures with their last value. Args: until: as they were then, by the journal."""
    found = list_followed_measures(session, evaluation_id, until)
    told = read_told_measures(session, evaluation_id, until) if until and found else {}
    return [
        make_memo_measure(each, told.get(each.measure.id, tell_own_measure(each.measure)))
        for each in found
    ]


def tell_own_measure(measure: Measure) -> ToldMeasure:
    """What a measure says now."""
    return ToldMeasure(
        words=measure.words,
        unit=measure.unit,
        baseline=measure.baseline,
        baseline_on=measure.baseline_on,
        target=measure.target,
        due_on=measure.due_on,
    )


def make_memo_measure(followed: FollowedMeasure, told: ToldMeasure) -> MemoMeasure:
    """A measure as the memo prints it."""
    last = followed.actuals[-1] if followed.actuals else None
    return MemoMeasure(
        kind=followed.measure.kind,
        words=told.words,
        unit=told.unit,
        baseline=told.baseline,
        baseline_on=MeasuredPeriod(told.baseline_on) if told.baseline_on else None,
        target=told.target,
        due_on=MeasuredPeriod(told.due_on) if told.due_on else None,
        last=last.value if last else "",
        last_period=last.period if last else None,
    )


def make_memo_seats(kept: KeptTriage) -> MemoSeats:
    """Kept counts as a value."""
    return MemoSeats(
        counts={row.setting: row.learners for row in kept.counts},
        learners=kept.learners,
        seats=Seats(kept.seats_low, kept.seats_high),
    )
