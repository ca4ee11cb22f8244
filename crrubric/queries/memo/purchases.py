"""What the memo says of the purchase."""

from sqlalchemy.orm import Session

from crrubric.domain.memo.purchase_facts import MemoPurchase
from crrubric.domain.procurement.binder import Binder
from crrubric.domain.procurement.rules import ComputedLine
from crrubric.models import Decision, Evaluation
from crrubric.queries.procurement.purchases import PurchaseOutcome, read_purchase

AFTERWARDS = frozenset({ComputedLine.RECORD, ComputedLine.RETENTION})


def load_memo_purchase(
    session: Session,
    evaluation: Evaluation,
    language: str,
    away: frozenset[int],
    decision: Decision | None,
) -> MemoPurchase:
    """The purchase as the memo tells it.

    Args: away: vendors that the reader stays away from; decision: the recommendation.

    That the memo is issued, and how long the record is kept, comes after the memo: it would make
    every issue say something else than the record by then.
    """
    outcome = PurchaseOutcome(decision, None)
    read = read_purchase(session, evaluation, language, away, outcome)
    return MemoPurchase(
        facts=read.facts,
        days=read.days,
        day=read.day,
        amount=read.judged.amount,
        declared=read.judged.declared,
        limits=read.judged.limits,
        order=read.order,
        other_days=read.other_days,
        cost=read.cost,
        binder=Binder(
            tuple(row for row in read.binder.lines if row.line.computed not in AFTERWARDS)
        ),
        vendors=read.vendors,
    )
