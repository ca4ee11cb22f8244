"""How a purchase is told, on its page and in the memo alike."""

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from crrubric.domain.foreseen import Remark
from crrubric.domain.procurement.computed_lines import Cents
from crrubric.domain.procurement.order import (
    OrderedPair,
    OrderProof,
    OrderStep,
    OrderVerdict,
    StepSpan,
    When,
)
from crrubric.domain.procurement.purchase import WHOLE, FundShare, PurchaseFacts
from crrubric.domain.procurement.thresholds import (
    AppliedLimit,
    PurchaseAmount,
    PurchaseDay,
)
from crrubric.domain.translation import N_

SIGNS = {OrderVerdict.BEFORE: "✓", OrderVerdict.SAME_DAY: "✓", OrderVerdict.BROKEN: "✕"}


class Teller(Protocol):
    """Whoever puts texts and values into the words of a language."""

    def __call__(self, text: str, **values: object) -> str:
        """The text, translated and filled."""

    def day(self, value: date) -> str:
        """A day."""

    def moment(self, value: datetime | None) -> str:
        """A moment in the district's zone."""

    def money(self, cents: int | None) -> str:
        """An amount."""

    def number(self, value: Fraction | int) -> str:
        """A number."""


def tell_when(tell: Teller, when: When) -> str:
    """A moment of the journal, or a typed day."""
    return tell.moment(when) if isinstance(when, datetime) else tell.day(when)


def tell_span(tell: Teller, span: StepSpan) -> str:
    """When a step was taken; from when to when if it took a while."""
    first, last = tell_when(tell, span.first), tell_when(tell, span.last)
    if first == last:  # also within one minute
        return first
    return tell(N_("%(first)s to %(last)s"), first=first, last=last)


def tell_verdict(tell: Teller, proof: OrderProof, step: OrderStep) -> str:
    """What is to be said of a step: missing, first, or how it lies to the one before it."""
    if step in proof.missing:
        return tell(N_("not known yet: it is not judged"))
    pair = proof.find_pair_before(step)
    if pair is None:
        return tell(N_("first step that is known"))
    return f"{SIGNS[pair.verdict]} {tell(pair.verdict.label)}"


def tell_broken_pair(tell: Teller, pair: OrderedPair) -> str:
    """A pair that is not in order, in a sentence with both days."""
    text = N_("“%(later)s” (%(began)s) should come after “%(earlier)s” (%(ended)s), and does not.")
    return tell(
        text,
        later=tell(pair.later.label),
        began=tell_when(tell, pair.began),
        earlier=tell(pair.earlier.label),
        ended=tell_when(tell, pair.ended),
    )


def tell_order(tell: Teller, proof: OrderProof) -> str:
    """What comes out of it, in a sentence."""
    if proof.broken:
        return tell(N_("Pairs that are not in order: %(count)s."), count=len(proof.broken))
    if proof.missing:
        missing = ", ".join(tell(step.label) for step in proof.missing)
        return tell(N_("What is known is in order. Not known yet: %(steps)s."), steps=missing)
    return tell(N_("Every step is known, and each came after the one before it."))


def tell_remark(tell: Teller, remark: Remark) -> str:
    """A sentence about a line of the checklist."""
    values = {name: _tell_value(tell, value) for name, value in remark.values.items()}
    return tell(remark.message, **values)


def _tell_value(tell: Teller, value: object) -> object:
    if isinstance(value, Cents):
        return tell.money(value.cents)
    return tell.day(value) if isinstance(value, date) else value


def tell_fund(tell: Teller, fund: FundShare) -> str:
    """A fund with what it pays."""
    name = tell(fund.kind.label)
    if fund.name:
        name = f"{name} ({fund.name})"
    part = tell_fund_part(tell, fund)
    return f"{name}: {part}" if part else name


def tell_fund_part(tell: Teller, fund: FundShare) -> str:
    """What a fund pays; nothing if that is not known."""
    if fund.cents is not None:
        return tell.money(fund.cents)
    return "" if fund.share is None else tell_share(tell, fund.share)


def tell_share(tell: Teller, share: int) -> str:
    """Hundredths of a percent, as percent."""
    return f"{tell.number(Fraction(share, 100))}\u00a0%"


def list_fund_sums(
    tell: Teller, facts: PurchaseFacts, cost: tuple[int, int] | None
) -> Iterable[str]:
    """What amounts or shares come to together, beside what the recommended offer costs."""
    shares, total = facts.sum_shares(), facts.sum_amounts()
    if shares is not None and shares != WHOLE:
        yield tell(N_("The shares come to %(sum)s, not to 100 %%."), sum=tell_share(tell, shares))
    if total is not None:
        yield tell(N_("Together %(sum)s."), sum=tell.money(total))
    if total is None or cost is None:
        return
    low, high = cost
    told = tell.money(low)
    if low != high:
        told = tell(N_("%(low)s to %(high)s"), low=told, high=tell.money(high))
    text = N_("The recommended offer costs %(cost)s, as computed: the funds cover it.")
    if total < low:
        text = N_("The recommended offer costs %(cost)s, as computed: the funds do not cover it.")
    elif total < high:
        text = N_(
            "The recommended offer costs %(cost)s, as computed: the funds may not cover all of it."
        )
    yield tell(text, cost=told)


def tell_amount(tell: Teller, amount: PurchaseAmount | None) -> str:
    """How much the purchase comes to, and by what."""
    if amount is None:
        return tell(N_("not known yet"))
    return f"{tell.money(amount.cents)} ({tell(amount.source.label)})"


def tell_purchase_day(tell: Teller, day: PurchaseDay) -> str:
    """By which day limits are chosen, and why by this one."""
    return tell(day.source.label, day=tell.day(day.on))


def tell_limit(tell: Teller, limit: AppliedLimit) -> str:
    """A limit with its source, and since when it holds."""
    said = limit.source
    if limit.since is not None:
        said = tell(N_("%(source)s, since %(day)s"), source=said, day=tell.day(limit.since))
    if limit.certified:
        said = tell(N_("certified by the district itself: %(source)s"), source=said)
    elif limit.own:
        said = tell(N_("of the district: %(source)s"), source=said)
    return said
