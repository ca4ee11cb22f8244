"""What the memo prints of the planning workbook."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.memo.plan_facts import MemoHint, MemoItem, MemoMeasure, MemoPlan, MemoSeats
from crrubric.domain.planning.followup.measures import MeasuredPeriod
from crrubric.domain.planning.items import UNFINISHED
from crrubric.domain.planning.triage import Seats
from crrubric.domain.planning.venues import list_changed_venues
from crrubric.models import ActionItem, Evaluation, KeptTriage, Measure
from crrubric.queries.planning.items import ToldItem, list_all_items, read_told_items
from crrubric.queries.planning.measures import (
    FollowedMeasure,
    ToldMeasure,
    list_followed_measures,
    read_told_measures,
)
from crrubric.queries.planning.triage import find_newest_kept, load_venues
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
        items=list_memo_items(session, evaluation.id, evaluation.decided_at),
        venues=list_changed_venues(load_venues(session, evaluation.id, evaluation.decided_at)),
    )


def list_memo_items(session: Session, evaluation_id: int, until: datetime | None) -> list[MemoItem]:
    """The action items, what is still to be done first, by its day.

    Args: until: as they were then, by the journal.
    """
    found = list_all_items(session, evaluation_id, until)
    told = read_told_items(session, evaluation_id, until) if until and found else {}
    items = [make_memo_item(row, told.get(row.id, tell_own_item(row))) for row in found]

    def place(item: MemoItem) -> tuple[bool, date]:
        return item.state not in UNFINISHED, item.due_on or limits.LAST_DAY

    return sorted(items, key=place)


def tell_own_item(item: ActionItem) -> ToldItem:
    """What an item says now."""
    return ToldItem(item.words, item.owner_name, item.due_on, item.state)


def make_memo_item(item: ActionItem, told: ToldItem) -> MemoItem:
    """An item as the memo prints it."""
    return MemoItem(
        words=told.words,
        owner=told.owner,
        due_on=told.due_on,
        state=told.state,
        source=item.source,
        vendor=item.vendor.code if item.vendor else None,
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
