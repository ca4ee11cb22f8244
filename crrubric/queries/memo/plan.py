"""What the memo prints of the planning workbook."""

from sqlalchemy.orm import Session

from crrubric.domain.memo.plan_facts import MemoHint, MemoPlan, MemoSeats
from crrubric.domain.planning.triage import Seats
from crrubric.models import Evaluation, KeptTriage
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
    )


def make_memo_seats(kept: KeptTriage) -> MemoSeats:
    """Kept counts as a value."""
    return MemoSeats(
        counts={row.setting: row.learners for row in kept.counts},
        learners=kept.learners,
        seats=Seats(kept.seats_low, kept.seats_high),
    )
