"""Numbers and days as people type them: every door reads them here and nowhere else.

What is typed is looked at as text first, its length and its characters: a number with an exponent
is short to write, and exact arithmetic with it would never come to its end.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.limits import NumberLimits
from crrubric.domain.text import (
    find_forbidden_character,
    replace_control_characters,
    to_plain_word,
)
from crrubric.domain.translation import N_

# A comma sets apart groups of three digits before the point, and nothing else.
_NUMBER = re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+(?:\.[0-9]{3})*,[0-9]+|-?[0-9]+(?:\.[0-9]{3}){2,}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHARE = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
_ID = re.compile(r"[0-9]{1,10}")
# what people write for a price of nothing
_FREE = frozenset(
    to_plain_word(word)
    for word in (
        "free", "free of charge", "no charge", "no cost", "included", "gratis", "gratuito",
        "gratuita", "sin costo", "sin cargo", "incluido", "incluida",
    )
)  # fmt: skip
CENTS = 2  # places of an amount of money
PRICE_WANTED, NUMBER_WANTED = (
    N_("Enter a number, like 2 or 38.50."),
    N_("Enter a number, like 2 or 2.5."),
)
_FILE_NUMBER = 100  # characters of a number in a file
_FAR = 20  # digits before its point, or noughts behind it
_NO_NUMBER = Decimal("NaN")
_SHOWN = 40  # characters of a text that a refusal repeats
Number = TypeVar("Number", int, Decimal)


def parse_whole_number(text: str, bounds: NumberLimits, *, field: str | None = None) -> int:
    """The whole number that was typed, inside its bounds. Raises: Invalid saying what to write."""
    plain = _strip_number(text)
    if not _NUMBER.fullmatch(plain) or "." in plain:
        raise Invalid(N_("Enter a whole number, like 250 or 1,250."), field=field)
    return require_in_bounds(int(plain.replace(",", "")), bounds, field=field)


def parse_exact_number(text: str, bounds: NumberLimits, *, field: str | None = None) -> Decimal:
    """The decimal number that was typed, exactly. Raises: Invalid saying what to write."""
    plain = _strip_number(text.strip().removeprefix("$"))
    if _DECIMAL_COMMA.fullmatch(plain) and not _NUMBER.fullmatch(plain):
        whole, _comma, decimals = plain.replace(".", "").partition(",")
        raise Invalid(
            N_(
                "“%(typed)s” is not clear: write %(number)s if that is what you mean. A point "
                "stands before decimals; a comma only sets apart groups of three digits."
            ),
            typed=plain,
            number=f"{whole}.{decimals}" if decimals else whole,
            field=field,
        )
    if not _NUMBER.fullmatch(plain):
        raise Invalid(PRICE_WANTED if bounds.places == CENTS else NUMBER_WANTED, field=field)
    if len(plain.partition(".")[2]) > bounds.places:  # 1.250 dollars may mean thousands
        raise _too_fine_error(bounds, field)
    return require_in_bounds(Decimal(plain.replace(",", "")), bounds, field=field)


def parse_price(text: str, *, field: str | None = None) -> Decimal:
    """The price in dollars that was typed; nothing, where it says so. Raises: Invalid."""
    if to_plain_word(text) in _FREE:
        return Decimal(0)
    return parse_exact_number(text, limits.UNIT_PRICE, field=field)


def _strip_number(text: str) -> str:
    """What was typed without outer blanks; nothing that is a number if it is too long for one."""
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    return plain if len(plain) <= limits.NUMBER_TEXT else ""


def require_in_bounds(number: Number, bounds: NumberLimits, *, field: str | None = None) -> Number:
    """The number, if it is inside its bounds. Raises: Invalid naming them."""
    if not bounds.least <= number <= bounds.most:
        raise Invalid(
            N_("Enter a number from %(least)s to %(most)s."),
            least=bounds.least,
            most=bounds.most,
            field=field,
        )
    if number * 10**bounds.places % 1:
        raise _too_fine_error(bounds, field)
    return number


def _too_fine_error(bounds: NumberLimits, field: str | None) -> Invalid:
    return Invalid(N_("Use at most %(places)s decimal places."), places=bounds.places, field=field)


def to_hundredths(amount: Decimal | None) -> int | None:
    """Dollars as whole cents; percent as hundredths of one."""
    return None if amount is None else int(amount * 100)


def parse_share(text: str) -> Fraction:
    """A share of two whole numbers, like 2/3. Raises: Invalid."""
    found = _SHARE.fullmatch(text.strip())
    if found is None or not int(found[2]):
        raise Invalid(N_("Enter the threshold as two whole numbers, like 2/3."))
    return Fraction(int(found[1]), int(found[2]))


def parse_day(text: str, *, field: str | None = None) -> date:
    """The calendar day that was typed. Raises: Invalid saying what to write."""
    try:
        day = date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:  # February 30
        day = None
    if day is None:
        raise Invalid(N_("Enter a date, like 2027-03-12."), field=field)
    return require_plausible_day(day, field=field)


def require_plausible_day(day: date, *, field: str | None = None) -> date:
    """The day, if it can be meant. Raises: Invalid naming the first and the last that can."""
    if not limits.FIRST_DAY <= day <= limits.LAST_DAY:
        raise Invalid(
            N_("Enter a date from %(first)s to %(last)s."),
            first=limits.FIRST_DAY.isoformat(),
            last=limits.LAST_DAY.isoformat(),
            field=field,
        )
    return day


def parse_id(text: str | None) -> int | None:
    """A number that a database can hold as an id, from an address or a form; None if it is none."""
    if text is None or not _ID.fullmatch(text):
        return None
    number = int(text)
    return number if number <= limits.ID.most else None


def parse_file_number(text: str) -> Decimal:
    """A number of TOML or JSON, exactly; none (NaN) for one that is too long, or too far from 1, to
    be computed with."""
    try:
        number = Decimal(text) if len(text) <= _FILE_NUMBER else _NO_NUMBER
    except ArithmeticError:  # an exponent of twenty digits
        return _NO_NUMBER
    return number if number.is_finite() and abs(number.adjusted()) <= _FAR else _NO_NUMBER


def iterate_inner_values(value: object) -> Iterator[object]:
    """Every text, number and key of a value of TOML or JSON, however deep it is."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield from each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        else:
            yield each


def refuse_foreign_values(value: object, *, field: str | None = None) -> None:
    """Raise Invalid if a value of JSON holds a text that can't be stored, or a number as below.

    An escape makes a character there that no form and no table lets in.
    """
    refuse_long_numbers(value, field=field)
    for each in iterate_inner_values(value):
        if isinstance(each, str) and find_forbidden_character(each):
            raise Invalid(
                N_("“%(text)s” holds a character that can’t be stored: remove it."),
                text=replace_control_characters(each)[:_SHOWN],
                field=field,
            )


def refuse_long_numbers(value: object, *, field: str | None = None) -> None:
    """Raise Invalid if a value of TOML or JSON holds a whole number that can't be written."""
    for each in iterate_inner_values(value):
        if isinstance(each, int) and abs(each) > 10**_FAR:
            raise Invalid(N_("A number in it is too long to be one."), field=field)
