"""What a vendor's cost rests on: the license as it is typed, and the further lines of the offer."""

from dataclasses import dataclass, field

from crrubric.domain.results.offers import (
    CostRange,
    OfferedLine,
    PricedOffer,
    PriceLine,
    SeatRange,
    join_tiers,
)
from crrubric.domain.vocabulary import PriceKind, PriceUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBasis:
    """The license, one unit for a year in cents, how many, for how long; and what else is paid.

    None and "" are unknown, or sealed: who reads it can't tell which. rise: by how many hundredths
    of a percent the price of the license may rise a year; lines: what else is paid, and further
    prices of the license for large numbers; seats: how many learners are priced, which is no part
    of the price.
    """

    unit: PriceUnit | None = None
    unit_cents: int | None = None
    quantity: int | None = None
    term_months: int | None = None
    rise: int | None = None
    note: str = ""
    lines: tuple[PriceLine, ...] = ()
    seats: SeatRange | None = field(default=None, compare=False)

    @property
    def offer(self) -> PricedOffer:
        """All of it as one list of lines, the license first."""
        lines = join_tiers([*self._list_license(), *self.lines])
        return PricedOffer(
            lines=lines,
            months=self.term_months,
            seats=self.seats,
            unpriced=not any(line.kind is PriceKind.LICENSE for line in lines),
        )

    def _list_license(self) -> tuple[PriceLine, ...]:
        if self.unit_cents is None:
            return ()
        return (
            PriceLine(
                kind=PriceKind.LICENSE,
                unit=self.unit,
                unit_cents=self.unit_cents,
                quantity=self.quantity,
                rise=self.rise,
            ),
        )

    @property
    def cost(self) -> CostRange:
        """The least and the most that it costs over the term."""
        return self.offer.range()

    def list_lines(self, kind: PriceKind) -> tuple[OfferedLine, ...]:
        """What is offered of a kind."""
        return tuple(line for line in self.offer.lines if line.kind is kind)


NO_PRICE = PriceBasis()
# The columns of a vendor, and the fields of its journal entries, that tell a price.
PRICE_FIELDS = frozenset(
    {
        "price_unit",
        "unit_price_cents",
        "quantity",
        "term_months",
        "price_rise",
        "price_note",
        "price_lines",
    }
)
