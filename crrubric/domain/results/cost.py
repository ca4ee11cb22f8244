"""What a vendor costs."""

from fractions import Fraction


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
