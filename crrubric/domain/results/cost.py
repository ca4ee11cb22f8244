"""What a vendor costs."""

from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.vocabulary import PriceUnit


def total_cents(
    unit_price_cents: int | None, quantity: int | None, term_months: int | None
) -> int | None:
    """The price over the whole term, in cents, rounded half up.

    Args: unit_price_cents: one unit for a year; quantity: units; term_months: length in months.
    Returns: None if any of the three is unknown.
    """
    if unit_price_cents is None or quantity is None or term_months is None:
        return None
    exact = Fraction(unit_price_cents * quantity * term_months, 12)
    return int(exact + Fraction(1, 2))


def year_cents(unit_price_cents: int | None, quantity: int | None) -> int | None:
    """The price of one year, in cents; None if a part of it is unknown."""
    if unit_price_cents is None or quantity is None:
        return None
    return unit_price_cents * quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBasis:
    """What a vendor's cost rests on: one unit for a year in cents, how many, for how long.

    None and "" are unknown, or sealed: who reads it can't tell which.
    """

    unit: PriceUnit | None = None
    unit_cents: int | None = None
    quantity: int | None = None
    term_months: int | None = None
    note: str = ""

    @property
    def total_cents(self) -> int | None:
        """The cost over the term, in cents."""
        return total_cents(self.unit_cents, self.quantity, self.term_months)

    @property
    def year_cents(self) -> int | None:
        """The cost of a year, in cents."""
        return year_cents(self.unit_cents, self.quantity)

    @property
    def learner_cents(self) -> int | None:
        """The price of one learner for a year, in cents; None if another unit is priced."""
        return self.unit_cents if self.unit is PriceUnit.LEARNER else None


NO_PRICE = PriceBasis()
# The columns of a vendor, and the fields of its journal entries, that tell a price.
PRICE_FIELDS = frozenset(
    {"price_unit", "unit_price_cents", "quantity", "term_months", "price_note"}
)
