"""What a vendor costs, in words, with the arithmetic below each figure."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _

from crrubric.domain.results.cost_words import (
    tell_lacks,
    tell_learner_year,
    tell_line,
    tell_total,
)
from crrubric.domain.results.offers import CostRange, LineCost, OfferCost
from crrubric.web.shared.words import (
    format_money,
    format_short_number,
    format_span,
    translate_label,
)


class PageWords:
    """How a page says amounts, in the reader's language."""

    def __call__(self, text: str, **values: object) -> str:
        """The text, its placeholders filled."""
        return str(_(text, **values))

    def money(self, cents: int | None, /) -> str:
        """An amount in dollars."""
        return format_money(cents)

    def number(self, value: int | Fraction, /) -> str:
        """A number without needless zeros."""
        exact = Fraction(value)
        return format_short_number(Decimal(exact.numerator) / exact.denominator)


WORDS = PageWords()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """A line: what it is for, the cost of each year and over the term, and how it comes about."""

    kind: str
    note: str
    years: tuple[str, ...]
    total: str
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCost:
    """One end of the range. formulas: all of its arithmetic, in order."""

    learners: int | None
    lines: tuple[ToldLine, ...]
    years: tuple[str, ...]
    total: str
    sum: str | None
    learner: str | None

    @property
    def formulas(self) -> list[str]:
        """The arithmetic of the total: each line, and their sum."""
        named = [f"{line.kind}: {line.formula}" for line in self.lines]
        return [*named, self.sum] if self.sum else named


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRange:
    """Both ends in words; with `lacks` there is no total, and it says what is missing.

    span, learner_span: the amounts; rises: whether a price may rise.
    """

    low: ToldCost
    high: ToldCost
    is_one: bool
    lacks: str
    span: str
    learner_span: str
    rises: bool

    @property
    def ends(self) -> tuple[ToldCost, ...]:
        """The ends that differ: both, or one."""
        return (self.low,) if self.is_one else (self.low, self.high)

    @property
    def learner_ends(self) -> tuple[ToldCost, ...]:
        """Those with another cost of one learner: one total can be for more learners or fewer."""
        return (self.low,) if self.low.learner == self.high.learner else (self.low, self.high)


def tell_cost(found: CostRange) -> ToldRange:
    """A cost in words."""
    return ToldRange(
        low=tell_end(found.low),
        high=tell_end(found.high),
        is_one=found.is_known and found.is_one,
        lacks=tell_lacks(WORDS, found.lacks),
        span=format_span(found.span),
        learner_span=format_span(found.learner_span),
        rises=any(line.factors[-1] != 1 for line in found.high.lines),
    )


def tell_end(found: OfferCost) -> ToldCost:
    """One end of the range."""
    return ToldCost(
        learners=found.learners,
        lines=tuple(tell_offered_line(line, found) for line in found.lines),
        years=tuple(format_money(cents) for cents in found.years),
        total=format_money(found.cents),
        sum=tell_total(WORDS, found),
        learner=tell_learner_year(WORDS, found),
    )


def tell_offered_line(line: LineCost, found: OfferCost) -> ToldLine:
    """A line of it."""
    return ToldLine(
        kind=translate_label(line.line.kind),
        note=line.line.note,
        years=tuple(format_money(cents) for cents in line.year_cents),
        total=format_money(line.cents),
        formula=tell_line(WORDS, line, found.learners, found.at_once),
    )
