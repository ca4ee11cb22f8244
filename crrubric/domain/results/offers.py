"""What the offer of a vendor comes to: its price lines over the term, for a number of learners.

Everything is exact until it is shown: cents are rounded once, half up, at the end. What is not
known stays unknown: a cost that lacks something says what.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum, PriceKind, PriceUnit

YEAR = 12  # months
WHOLE_RISE = 10_000  # a rise is told in hundredths of a percent
PERCENT = 100


def round_cents(exact: Fraction) -> int:
    """Whole cents, half up."""
    return (exact + Fraction(1, 2)).__floor__()


@dataclass(frozen=True, slots=True)
class SeatRange:
    """How many learners are to be priced, from `low` to `high`.

    at_once: how many percent of them work at the same time; None: not known.
    """

    low: int
    high: int
    at_once: int | None = None

    def count_at_once(self, learners: int) -> int | None:
        """How many of these learners work at the same time, rounded up."""
        return None if self.at_once is None else -(-learners * self.at_once // PERCENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """A row of an offer as it is typed.

    unit_cents: one unit, each year or `once`; quantity: None: one for each learner, or for each of
    those who work at the same time; rise: by how many hundredths of a percent the price may rise
    a year. Of a TIER: unit_cents is the price of the line above from `quantity` on, and of all.
    """

    kind: PriceKind
    unit_cents: int
    unit: PriceUnit | None = None
    once: bool = False
    quantity: int | None = None
    rise: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLine:
    """A line of an offer with its tiers: (from how many on, price of one), the first from 0."""

    kind: PriceKind
    unit: PriceUnit | None
    once: bool
    quantity: int | None
    rise: int | None
    note: str
    tiers: tuple[tuple[int, int], ...]

    def find_tier(self, quantity: int) -> tuple[int, int]:
        """(from how many on, price of one) of so many units: the price holds for all of them."""
        return [tier for tier in self.tiers if tier[0] <= quantity][-1]


class Counted(Enum):
    """Where the quantity of a line comes from."""

    TYPED = "typed"
    LEARNERS = "learners"  # one for each
    AT_ONCE = "at once"  # one for each of those who work at the same time
    ONE = "one"  # for the whole district


class Unknown(LabelledEnum):
    """What a cost can lack."""

    PRICE = "PRICE", N_("the price")
    UNIT = "UNIT", N_("what one unit is")
    QUANTITY = "QUANTITY", N_("the quantity")
    LEARNERS = "LEARNERS", N_("the number of learners")
    AT_ONCE = "AT_ONCE", N_("how many learners work at the same time")
    TERM = "TERM", N_("the term")


SAID_LATER = frozenset({Unknown.LEARNERS, Unknown.AT_ONCE})  # when prices are fixed already


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is not known, and of which line; None: of the whole offer."""

    what: Unknown
    kind: PriceKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCost:
    """What a line comes to: in each year of the term, exactly, in cents.

    unit_cents: the price that holds for this quantity, `tier` from how many on; factors: by how
    much the price has risen in each year; months: of each year that the term has.
    """

    line: OfferedLine
    quantity: int
    counted: Counted
    unit_cents: int
    tier: int
    factors: tuple[Fraction, ...]
    months: tuple[int, ...]

    @property
    def years(self) -> tuple[Fraction, ...]:
        """The cost of each year; what is paid once is paid in the first."""
        price = self.quantity * self.unit_cents
        if self.line.once:
            return (Fraction(price), *(Fraction(0) for _month in self.months[1:]))
        return tuple(
            price * factor * months / YEAR
            for factor, months in zip(self.factors, self.months, strict=True)
        )

    @property
    def year_cents(self) -> tuple[int, ...]:
        """The cost of each year, rounded."""
        return tuple(map(round_cents, self.years))

    @property
    def exact(self) -> Fraction:
        """The cost over the term."""
        return sum(self.years, Fraction(0))

    @property
    def cents(self) -> int:
        """The same, rounded."""
        return round_cents(self.exact)


@dataclass(frozen=True, kw_only=True)
class OfferCost:
    """What an offer costs for so many learners. With `lacks` there is no total."""

    learners: int | None
    at_once: int | None
    months: int | None
    lines: tuple[LineCost, ...]
    lacks: tuple[Lack, ...] = ()

    @cached_property
    def exact(self) -> Fraction | None:
        """The cost over the term, in cents; None if something is not known."""
        return None if self.lacks else sum((line.exact for line in self.lines), Fraction(0))

    @property
    def cents(self) -> int | None:
        """The same, rounded."""
        return None if self.exact is None else round_cents(self.exact)

    @property
    def years(self) -> tuple[int, ...]:
        """The cost of each year of the term, rounded; nothing if something is not known."""
        if self.lacks:
            return ()
        return tuple(round_cents(sum(each, Fraction(0))) for each in self._list_years())

    def _list_years(self) -> Iterator[tuple[Fraction, ...]]:
        return zip(*(line.years for line in self.lines), strict=True)

    @property
    def learner_cents(self) -> int | None:
        """The cost of one learner for a year, rounded; None if something is not known."""
        if self.exact is None or not self.learners or not self.months:
            return None
        return round_cents(self.exact * YEAR / (self.learners * self.months))


@dataclass(frozen=True, slots=True)
class CostRange:
    """The least and the most that an offer costs, with the number of learners of each.

    At the least no price rises; at the most each rises every year by as much as it may.
    """

    low: OfferCost
    high: OfferCost

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What is not known, each once."""
        return tuple(dict.fromkeys((*self.low.lacks, *self.high.lacks)))

    @property
    def is_known(self) -> bool:
        """Whether there is a total."""
        return not self.lacks

    @property
    def lacks_a_price(self) -> bool:
        """Whether something of the prices themselves is not known."""
        return any(lack.what not in SAID_LATER for lack in self.lacks)

    @property
    def is_one(self) -> bool:
        """Whether both ends are the same amount."""
        return self.low.cents == self.high.cents

    @property
    def span(self) -> tuple[int, int] | None:
        """Both totals in cents; None if something is not known."""
        low, high = self.low.cents, self.high.cents
        return None if low is None or high is None else (low, high)

    @property
    def learner_span(self) -> tuple[int, int] | None:
        """The cost of one learner for a year, the lower figure first; None if not known."""
        low, high = self.low.learner_cents, self.high.learner_cents
        return None if low is None or high is None else (min(low, high), max(low, high))


@dataclass(frozen=True, kw_only=True)
class PricedOffer:
    """Everything that a vendor offers, for a term.

    seats: how many learners are priced; unpriced: the license has no price yet.
    """

    lines: tuple[OfferedLine, ...]
    months: int | None
    seats: SeatRange | None = None
    unpriced: bool = False

    def cost(self, learners: int | None, *, rising: bool) -> OfferCost:
        """What it costs for so many learners. Args: rising: prices rise by as much as they may."""
        lacks = [Lack(Unknown.PRICE, PriceKind.LICENSE)] if self.unpriced else []
        if self.months is None:
            lacks.append(Lack(Unknown.TERM))
        found = []
        for line in self.lines:
            quantity = self.count(line, learners)
            if isinstance(quantity, Lack):
                lacks.append(quantity)
            elif self.months is not None:
                found.append(cost_line(line, quantity, self.months, rising=rising))
        at_once = None if self.seats is None or learners is None else self.seats.at_once
        return OfferCost(
            learners=self.count_learners(learners),
            at_once=at_once,
            months=self.months,
            lines=tuple(found),
            lacks=tuple(lacks),
        )

    def count_learners(self, learners: int | None) -> int | None:
        """How many learners there are: those priced, or as many as the offer is typed for."""
        if learners is not None:
            return learners
        typed = (line for line in self.lines if line.unit is PriceUnit.LEARNER and line.quantity)
        return next((line.quantity for line in typed), None)

    def count(self, line: OfferedLine, learners: int | None) -> tuple[int, Counted] | Lack:
        """The quantity of a line for so many learners, and where it comes from."""
        if line.unit is None and line.kind is PriceKind.LICENSE:
            return Lack(Unknown.UNIT, line.kind)  # so many of what, nobody could say
        if line.quantity is not None:
            return line.quantity, Counted.TYPED
        if line.unit is PriceUnit.DISTRICT:
            return 1, Counted.ONE
        if line.unit is None:
            return Lack(Unknown.UNIT, line.kind)
        if line.unit not in (PriceUnit.LEARNER, PriceUnit.SEAT):
            return Lack(Unknown.QUANTITY, line.kind)
        if learners is None or self.seats is None:
            return Lack(Unknown.LEARNERS, line.kind)
        if line.unit is PriceUnit.LEARNER:
            return learners, Counted.LEARNERS
        at_once = self.seats.count_at_once(learners)
        return Lack(Unknown.AT_ONCE, line.kind) if at_once is None else (at_once, Counted.AT_ONCE)

    def range(self) -> CostRange:
        """The least and the most for any number of learners in the range.

        A price that holds from a number on can make more learners cheaper than fewer: so both
        sides of each such number are looked at, not only the ends.
        """
        counts: Sequence[int | None] = (None,) if self.seats is None else self.list_turns()
        low = [self.cost(count, rising=False) for count in counts]
        high = [self.cost(count, rising=True) for count in reversed(counts)]
        if low[0].lacks or high[0].lacks:
            return CostRange(low[0], high[0])
        return CostRange(
            min(low, key=lambda cost: cost.exact or 0), max(high, key=lambda cost: cost.exact or 0)
        )

    def list_turns(self) -> list[int]:
        """The numbers of learners at which the cost can be least or most, in order."""
        seats = self.seats
        if seats is None:
            return []
        turns = {seats.low, seats.high}
        for line in self.lines:
            for start, _price in line.tiers if line.quantity is None else ():
                first = find_first_count(line, seats, start)
                if first is not None:
                    turns |= {first - 1, first}
        return sorted(turn for turn in turns if seats.low <= turn <= seats.high)


def find_first_count(line: OfferedLine, seats: SeatRange, quantity: int) -> int | None:
    """The fewest learners for whom a line has at least so many units; None: they change nothing."""
    if line.unit is PriceUnit.LEARNER:
        return quantity
    if line.unit is PriceUnit.SEAT and seats.at_once:
        return (quantity - 1) * PERCENT // seats.at_once + 1
    return None


def cost_line(
    line: OfferedLine, counted: tuple[int, Counted], months: int, *, rising: bool
) -> LineCost:
    """What a line comes to over the term. Args: counted: the quantity and where it comes from."""
    quantity, how = counted
    tier, price = line.find_tier(quantity)
    count = -(-months // YEAR)
    rise = 1 + Fraction(line.rise or 0, WHOLE_RISE) if rising and not line.once else Fraction(1)
    return LineCost(
        line=line,
        quantity=quantity,
        counted=how,
        unit_cents=price,
        tier=tier,
        factors=tuple(rise**year for year in range(count)),
        months=tuple(min(YEAR, months - YEAR * year) for year in range(count)),
    )


def write_line(line: PriceLine) -> dict[str, Any]:
    """A line as it is stored, and as the journal keeps it."""
    return {
        "kind": line.kind.value,
        "price_unit": line.unit.value if line.unit else None,
        "once": line.once,
        "unit_price_cents": line.unit_cents,
        "quantity": line.quantity,
        "price_rise": line.rise,
        "price_note": line.note,
    }


def read_lines(stored: Sequence[Mapping[str, Any]] | None) -> tuple[PriceLine, ...]:
    """Lines as they were stored."""
    return tuple(
        PriceLine(
            kind=PriceKind(row["kind"]),
            unit=PriceUnit(row["price_unit"]) if row["price_unit"] else None,
            once=row["once"],
            unit_cents=row["unit_price_cents"],
            quantity=row["quantity"],
            rise=row["price_rise"],
            note=row["price_note"],
        )
        for row in stored or ()
    )


def join_tiers(lines: Iterable[PriceLine]) -> tuple[OfferedLine, ...]:
    """The lines with the tiers that stand below each; a tier below nothing is left out."""
    found: list[OfferedLine] = []
    for line in lines:
        if line.kind is not PriceKind.TIER:
            found.append(
                OfferedLine(
                    kind=line.kind,
                    unit=line.unit,
                    once=line.once,
                    quantity=line.quantity,
                    rise=line.rise,
                    note=line.note,
                    tiers=((0, line.unit_cents),),
                )
            )
        elif found:
            tier = (line.quantity or 0, line.unit_cents)
            found[-1] = replace(found[-1], tiers=tuple(sorted((*found[-1].tiers, tier))))
    return tuple(found)
