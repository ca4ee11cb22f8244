"""Lines of the checklist that the record answers by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from crrubric.domain.foreseen import Remark
from crrubric.domain.procurement.line_states import LineState
from crrubric.domain.procurement.order import OrderProof, OrderStep, OrderVerdict, day_of
from crrubric.domain.procurement.purchase import PurchaseDays, PurchaseFacts
from crrubric.domain.procurement.rules import Bound, ComputedLine
from crrubric.domain.procurement.thresholds import (
    METHOD_BOUNDS,
    AppliedLimit,
    PurchaseAmount,
    find_strictest,
)
from crrubric.domain.translation import N_

Judged = tuple[LineState, Remark]


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount in a sentence, to be written as money."""

    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BinderFacts:
    """What the checklist is judged by.

    declared: how many declarations of interest there are, of how many; issue: number of the memo
    that stands; recommended_id: the vendor, once one is recommended.
    """

    purchase: PurchaseFacts
    days: PurchaseDays
    order: OrderProof
    amount: PurchaseAmount | None = None
    limits: tuple[AppliedLimit, ...] = ()
    declared: tuple[int, int] = (0, 0)
    issue: int | None = None
    issued_on: date | None = None
    retain_until: date | None = None
    recommended_id: int | None = None


def judge_computed_line(line: ComputedLine, facts: BinderFacts) -> Judged:
    """The state of a line, with what it follows from."""
    return JUDGES[line](facts)


def _open(message: str, **values: object) -> Judged:
    return LineState.OPEN, Remark(message, values)


def _done(message: str, **values: object) -> Judged:
    return LineState.DONE, Remark(message, values)


def _judge_method(facts: BinderFacts) -> Judged:
    purchase = facts.purchase
    if purchase.method is None:
        return _open(N_("The method is not chosen yet."))
    if facts.amount is None:
        return _open(N_("The amount of the purchase is not known yet."))
    bound = METHOD_BOUNDS.get(purchase.method)
    most = find_strictest(facts.limits).get(bound) if bound else None
    if most is not None and facts.amount.cents > most:
        return _open(
            N_("%(amount)s is more than the %(most)s up to which this method may be used."),
            amount=Cents(facts.amount.cents),
            most=Cents(most),
        )
    if not purchase.method_reason:
        return _open(N_("The reason for the method is not written yet."))
    if most is not None:
        text = N_("%(amount)s is within the %(most)s up to which this method may be used.")
        return _done(text, amount=Cents(facts.amount.cents), most=Cents(most))
    return _done(
        N_("No limit that is known here speaks against this method for %(amount)s."),
        amount=Cents(facts.amount.cents),
    )


def _judge_conflicts(facts: BinderFacts) -> Judged:
    there, asked = facts.declared
    if not asked:
        return _open(N_("There is nobody yet who has to declare."))
    text = N_("Declarations on record: %(there)s of %(asked)s.")
    return (_done if there >= asked else _open)(text, there=there, asked=asked)


def _judge_evaluation(facts: BinderFacts) -> Judged:
    pair = facts.order.find_pair_before(OrderStep.OPENED)
    if pair is None or pair.earlier is not OrderStep.RULE:
        return _open(N_("Ballots are not open yet: rubric and rule can still change."))
    if pair.verdict is OrderVerdict.BROKEN:
        return _open(N_("Rubric or rule were changed after ballots opened."))
    text = N_("Rubric and rule were last changed on %(day)s, before ballots opened.")
    return _done(text, day=day_of(pair.ended))


def _judge_estimate(facts: BinderFacts) -> Judged:
    made, due = facts.purchase.estimate_on, facts.days.offers_due_on
    if facts.purchase.estimate_cents is None or made is None:
        return _open(N_("The estimate, or its day, is not entered yet."))
    if due is None:
        return _open(N_("The day when offers were due is not entered yet."))
    if made > due:
        text = N_("The estimate is of %(made)s, after offers were due on %(due)s.")
        return _open(text, made=made, due=due)
    return _done(N_("Estimated on %(made)s; offers were due on %(due)s."), made=made, due=due)


def _judge_board(facts: BinderFacts) -> Judged:
    acted = facts.days.board_on
    most = find_strictest(facts.limits).get(Bound.BOARD)
    if acted is not None:
        return _done(N_("The board acted on %(day)s."), day=acted)
    if most is None:
        return _open(
            N_(
                "Above which amount the board must approve is not entered yet, nor where that is"
                " written."
            )
        )
    if facts.amount is None:
        return _open(N_("The amount of the purchase is not known yet."))
    values = {"amount": Cents(facts.amount.cents), "most": Cents(most)}
    if facts.amount.cents > most:
        return _open(N_("%(amount)s is above %(most)s: the board must act."), **values)
    text = N_("%(amount)s is not above %(most)s: the board need not act.")
    return LineState.NOT_APPLICABLE, Remark(text, values)


def _judge_record(facts: BinderFacts) -> Judged:
    if facts.issue is None:
        return _open(N_("The memo is not issued yet."))
    text = N_("Issue %(number)s of the memo, %(day)s.")
    return _done(text, number=facts.issue, day=facts.issued_on)


def _judge_retention(facts: BinderFacts) -> Judged:
    if facts.retain_until is None:
        return _open(N_("Until when it is kept is not set yet: that follows the decision."))
    return _done(N_("It is kept until %(day)s at least."), day=facts.retain_until)


JUDGES: Mapping[ComputedLine, Callable[[BinderFacts], Judged]] = {
    ComputedLine.METHOD: _judge_method,
    ComputedLine.CONFLICTS: _judge_conflicts,
    ComputedLine.EVALUATION: _judge_evaluation,
    ComputedLine.ESTIMATE: _judge_estimate,
    ComputedLine.BOARD: _judge_board,
    ComputedLine.RECORD: _judge_record,
    ComputedLine.RETENTION: _judge_retention,
}
