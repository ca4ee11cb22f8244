"""How a cost was worked out, as lines that a person can follow with a calculator."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.results.offers import (
    YEAR,
    Counted,
    Lack,
    LineCost,
    OfferCost,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import PriceKind

WHOLE_PERCENT = 100  # hundredths of a percent in one


class CostWords(Protocol):
    """How a page or a document says things."""

    def __call__(self, text: str, **values: object) -> str: ...
    def money(self, cents: int | None, /) -> str:
        """An amount in dollars."""
        ...

    def number(self, value: int | Fraction, /) -> str:
        """A number as people read it."""
        ...


def tell_line(words: CostWords, cost: LineCost, learners: int | None, share: int | None) -> str:
    """The arithmetic of a line, as one formula; where its quantity comes from is in it.

    Args: share: how many percent of the learners work at the same time.
    """
    parts = [tell_quantity(words, cost, learners, share), tell_price(words, cost)]
    if cost.line.once:
        return words(
            N_("%(formula)s, once = %(cost)s"),
            formula=" × ".join(filter(None, parts)),
            cost=words.money(cost.cents),
        )
    if cost.factors[-1] != 1:
        rise = words.number(Fraction(cost.line.rise or 0, WHOLE_PERCENT))
        return words(
            N_("%(formula)s a year, %(rise)s %% more each year: %(sum)s"),
            formula=" × ".join(filter(None, parts)),
            rise=rise,
            sum=tell_sum(words, cost.year_cents, cost.cents),
        )
    return words(
        N_("%(formula)s = %(cost)s"),
        formula=" × ".join(filter(None, [*parts, tell_term(words, sum(cost.months))])),
        cost=words.money(cost.cents),
    )


def tell_quantity(
    words: CostWords, cost: LineCost, learners: int | None, share: int | None
) -> str | None:
    """How many; nothing for the one district."""
    count = words.number(cost.quantity)
    if cost.counted is Counted.ONE:
        return None
    if cost.counted is Counted.LEARNERS:
        return words(N_("%(count)s (learners)"), count=count)
    if cost.counted is Counted.AT_ONCE:
        text = N_("%(count)s (%(share)s %% of %(learners)s learners at the same time)")
        whole = words.number(learners or 0)
        return words(text, count=count, share=share, learners=whole)
    return count


def tell_price(words: CostWords, cost: LineCost) -> str:
    """The price of one unit, and from how many on it holds."""
    price, unit = words.money(cost.unit_cents), cost.line.unit
    said = f"{price} {words(unit.label)}" if unit else price
    if not cost.tier:
        return said
    return words(N_("%(price)s (from %(count)s on)"), price=said, count=words.number(cost.tier))


def tell_term(words: CostWords, months: int) -> str | None:
    """By how much a price of a year is multiplied; nothing for one year."""
    years, rest = divmod(months, YEAR)
    if rest:
        return words(N_("%(months)s ÷ 12 months"), months=months)
    return None if years == 1 else words(N_("%(years)s years"), years=years)


def tell_total(words: CostWords, cost: OfferCost) -> str | None:
    """The sum of the lines; nothing where there is one."""
    if len(cost.lines) <= 1 or cost.lacks:
        return None
    return tell_sum(words, [line.cents for line in cost.lines], cost.cents or 0)


def tell_sum(words: CostWords, parts: Sequence[int], cents: int) -> str:
    """Amounts with what they come to. Each is exact and was rounded by itself: where they do not
    add up to the cent, the sign says so."""
    text = N_("%(formula)s = %(cost)s") if sum(parts) == cents else N_("%(formula)s ≈ %(cost)s")
    return words(text, formula=" + ".join(map(words.money, parts)), cost=words.money(cents))


def tell_learner_year(words: CostWords, cost: OfferCost) -> str | None:
    """How the cost of one learner for a year comes out of the total."""
    if cost.learner_cents is None:
        return None
    parts = [words.number(cost.learners or 0), tell_term(words, cost.months or 0)]
    return words(
        N_("%(total)s ÷ (%(formula)s) = %(cost)s"),
        total=words.money(cost.cents),
        formula=" × ".join(filter(None, parts)),
        cost=words.money(cost.learner_cents),
    )


def tell_license(words: CostWords, price: PriceBasis) -> str:
    """What the license costs a year, with its prices for large numbers; empty without a price."""
    said = []
    for line in price.list_lines(PriceKind.LICENSE):
        unit = f" {words(line.unit.label)}" if line.unit else ""
        said.append(words.money(line.tiers[0][1]) + unit)
        for start, cents in line.tiers[1:]:
            text = N_("from %(count)s on %(price)s")
            said.append(words(text, count=words.number(start), price=words.money(cents)))
    return "; ".join(said)


def tell_lacks(words: CostWords, lacks: Sequence[Lack]) -> str:
    """What is missing, of which line."""
    return "; ".join(_list_lacks(words, lacks))


def _list_lacks(words: CostWords, lacks: Sequence[Lack]) -> Iterator[str]:
    for lack in lacks:
        what = words(lack.what.label)
        yield what if lack.kind is None else f"{words(lack.kind.label)}: {what}"
