"""Further prices as the text of one cell, a line each: what for | price | unit | quantity | …"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.results.offer_checks import TOO_MANY_LINES, find_line_problems
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.setup.table_words import PRICE_COLUMNS
from crrubric.domain.text import clean_line, to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.typed import (
    parse_exact_number,
    parse_price,
    parse_whole_number,
    to_hundredths,
)
from crrubric.domain.vocabulary import PriceKind, PriceUnit
from crrubric.services.setup.tables.choice_words import ONCE, find_choice

BETWEEN = "|"
# between the parts of a line without the sign above: as spreadsheets copy cells, or as people write
OTHERWISE = ("\t", ";")
# the parts of a line, with what they are called
PRICE_PARTS: Mapping[str, str] = {
    "kind": N_("What for"),
    "unit_price": N_("Price in dollars"),
    "unit": N_("Price is"),
    "quantity": N_("Quantity"),
    "paid": N_("Paid"),
    "rise": N_("Rises by at most, in percent a year"),
    "note": N_("Note"),
}
_NEEDED = frozenset({"kind", "unit_price"})
_HEADERS = {to_plain_word(word): name for name, words in PRICE_COLUMNS.items() for word in words}


@dataclass(frozen=True, slots=True)
class ReadPrices:
    """The lines of a cell that can be read, and what is wrong with it."""

    lines: tuple[PriceLine, ...] = ()
    problems: tuple[Invalid, ...] = ()


def read_price_cell(text: str, *, licensed: bool) -> ReadPrices:
    """The further prices in a cell; of a blank one none.

    Args: licensed: whether the license has a price, to which a price from a number on can belong.
    """
    typed = [(number, line) for number, line in enumerate(filter(str.strip, text.splitlines()), 1)]
    order = find_price_columns(typed[0][1]) if typed else None
    if order:
        del typed[0]
    if len(typed) > limits.PRICE_LINES:
        return ReadPrices(problems=(Invalid(TOO_MANY_LINES, most=limits.PRICE_LINES),))
    lines, problems = list[PriceLine](), list[Invalid]()
    for number, line in typed:
        try:
            lines.append(_read_price(split_price(line, order or [*PRICE_PARTS])))
        except Invalid as error:
            problems += [_tell_part(number, each) for each in (error, *error.more)]
    if not problems:
        problems += [
            _tell_part(typed[place][0], error)
            for place, error in find_line_problems(lines, licensed=licensed)
        ]
    return ReadPrices(tuple(lines), tuple(problems))


def find_price_columns(line: str) -> list[str] | None:
    """What stands in which part, if the line is one of headers; None for a line with a price."""
    names = [_HEADERS.get(to_plain_word(part), "") for part in _split_parts(line)]
    known = [name for name in names if name]
    return names if {*known} >= _NEEDED and len(known) == len({*known}) else None


def split_price(line: str, order: Sequence[str]) -> dict[str, str]:
    """The parts of a line, by name. Args: order: what stands in which part, "" for nothing."""
    parts = _split_parts(line, most=len(order))  # a note at the end may hold such a sign
    found = dict(zip(order, parts, strict=False))
    return {name: found.get(name, "").strip() for name in PRICE_PARTS}


def _split_parts(line: str, most: int = 0) -> list[str]:
    """Args: most: how many parts there are at most; 0 for as many as there are."""
    between = next((sign for sign in (BETWEEN, *OTHERWISE) if sign in line), BETWEEN)
    return line.split(between, maxsplit=most - 1)


def _read_price(parts: Mapping[str, str]) -> PriceLine:
    """Raises: Invalid naming every part with which something is wrong."""
    made = clean_together(
        kind=lambda: PriceKind(_require_part(parts, "kind", find_choice("kind", parts["kind"]))),
        unit_cents=lambda: to_hundredths(
            parse_price(_require_part(parts, "unit_price", parts["unit_price"]), field="unit_price")
        ),
        unit=lambda: PriceUnit(value) if (value := find_choice("unit", parts["unit"])) else None,
        quantity=lambda: read_whole(parts["quantity"], limits.QUANTITY, "quantity"),
        once=lambda: find_choice("paid", parts["paid"]) == ONCE,
        rise=lambda: to_hundredths(read_exact(parts["rise"], limits.PRICE_RISE, "rise")),
        note=lambda: clean_line(parts["note"], limit=limits.SHORT_TEXT, field="note"),
    )
    return PriceLine(**made)


def _require_part(parts: Mapping[str, str], name: str, text: str) -> str:
    if not text:
        raise Invalid(N_("Fill this in as well."), field=name)
    return text


def _tell_part(number: int, error: Invalid) -> Invalid:
    return Invalid(
        N_("Line %(number)s, %(part)s: %(why)s"),
        number=number,
        part=PRICE_PARTS.get(error.field or "", ""),
        why=error,
    )


def read_price(text: str, field: str) -> Decimal | None:
    """The price of a cell in dollars; None for a blank one. Raises: Invalid."""
    return parse_price(text, field=field) if text.strip() else None


def read_exact(text: str, bounds: limits.NumberLimits, field: str) -> Decimal | None:
    """The number of a cell, exactly; None for a blank one. Raises: Invalid."""
    return parse_exact_number(text, bounds, field=field) if text.strip() else None


def read_whole(text: str, bounds: limits.NumberLimits, field: str) -> int | None:
    """The whole number of a cell; None for a blank one. Raises: Invalid."""
    return parse_whole_number(text, bounds, field=field) if text.strip() else None
