"""What can't be an offer, by the place of its line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.text import clean_line
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import PriceKind, PriceUnit

LINES_NOT_SAVED = N_("Nothing was saved: correct what is marked.")
TOO_MANY_LINES = N_("At most %(most)s lines can be kept.")
Problem = tuple[int, Invalid]


def check_line(line: PriceLine) -> PriceLine:
    """A line with its note cleaned. Raises: Invalid naming the field."""
    require_in_bounds(Decimal(line.unit_cents) / 100, limits.UNIT_PRICE, field="unit_price")
    if line.quantity is not None:
        require_in_bounds(line.quantity, limits.QUANTITY, field="quantity")
    refuse_many_districts(line.unit, line.quantity)
    if line.rise is not None:
        require_in_bounds(Decimal(line.rise) / 100, limits.PRICE_RISE, field="rise")
    note = clean_line(line.note, limit=limits.SHORT_TEXT, field="note")
    return replace(line, note=note)


def refuse_many_districts(unit: PriceUnit | None, quantity: int | None) -> None:
    """Refuse to pay for the whole district many times. Raises: Invalid (field "quantity")."""
    if unit is PriceUnit.DISTRICT and quantity not in {None, 1}:
        raise Invalid(
            N_("Leave it empty: a price for the whole district is paid once, not for each one."),
            field="quantity",
        )


def find_line_problems(lines: Sequence[PriceLine], *, licensed: bool) -> Iterator[Problem]:
    """What is wrong with each line. Args: licensed: the license has a price, above the lines."""
    if len(lines) > limits.PRICE_LINES:
        yield 0, Invalid(TOO_MANY_LINES, most=limits.PRICE_LINES)
    last = 0 if licensed else None  # from how many on the tier above holds
    for place, line in enumerate(lines):
        try:
            check_line(line)
        except Invalid as error:
            yield place, error
        if line.kind is not PriceKind.TIER:
            last = 0
            if line.once and line.rise:
                yield place, Invalid(N_("What is paid once does not rise."), field="rise")
            continue
        yield from ((place, problem) for problem in _find_tier_problems(line, last))
        last = line.quantity if line.quantity is not None else last


def _find_tier_problems(line: PriceLine, last: int | None) -> Iterator[Invalid]:
    """What is wrong with a further price. Args: last: from how many on the one above it holds."""
    if last is None:
        yield Invalid(
            N_("There is no line above it: enter the price of the license first."), field="kind"
        )
    elif line.quantity is None:
        yield Invalid(N_("Enter from how many on this price holds."), field="quantity")
    elif line.quantity <= last:
        yield Invalid(
            N_("Enter a number above %(last)s: the line above holds from there on."),
            last=last,
            field="quantity",
        )
    if line.unit is not None:
        yield Invalid(N_("Leave it out: it is that of the line above."), field="unit")
    if line.once or line.rise is not None:
        yield Invalid(
            N_("Leave it out: it is that of the line above."),
            field="rise" if line.rise is not None else "paid",
        )
