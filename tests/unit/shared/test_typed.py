"""Numbers and days as people type them."""

import time
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.typed import (
    parse_day,
    parse_exact_number,
    parse_id,
    parse_price,
    parse_share,
    parse_whole_number,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("250", 250),
        (" 1,250 ", 1_250),
        ("1,250,000", 1_250_000),
        ("0", 0),
        ("007", 7),
    ],
)
def test_a_whole_number_is_read(typed: str, number: int):
    assert parse_whole_number(typed, limits.QUANTITY) == number


@pytest.mark.parametrize(
    "typed",
    ["1,5", "1,50", "12,34", "1,2500", "0,250", ",250", "1,250,", "1,,250", "1.5", "1.250", "1e3",
     "--3", "²", "٣", "1_000", "0x10", "", "1 250", "9" * 21, "nan", "inf"],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused(typed: str):
    with pytest.raises(Invalid, match="Enter a whole number, like 250 or 1,250"):
        parse_whole_number(typed, limits.QUANTITY)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1.5", "1.5"),
        ("$38.50", "38.50"),
        ("1,250.00", "1250"),
        ("$ 1,250", "1250"),
        ("2", "2"),
    ],
)
def test_a_decimal_number_is_read(typed: str, number: str):
    assert parse_exact_number(typed, limits.UNIT_PRICE) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1,5", "1.5"), ("38,50", "38.50"), ("1.250,00", "1250.00"), ("1.250.000", "1250000"),
     ("1,2500", "1.2500"), ("0,250", "0.250")],
)  # fmt: skip
def test_a_decimal_comma_is_refused_with_what_to_write(typed: str, meant: str):
    with pytest.raises(Invalid) as refused:
        parse_exact_number(typed, limits.UNIT_PRICE, field="unit_price")

    assert f"“{typed}” is not clear: write {meant} if that is what you mean." in str(refused.value)
    assert refused.value.field == "unit_price"


@pytest.mark.parametrize(
    "typed", ["1e5", "1e999990", "1e-999999999", "1e999999999", "nan", "Infinity", "sNaN", "1.",
              ".5", "9" * 21, "1_0", "1,250,00.1", "$$5", "five"]
)  # fmt: skip
def test_what_is_no_number_is_refused_at_once(typed: str):
    begun = time.monotonic()

    with pytest.raises(Invalid, match=r"Enter a number, like 2 or 38\.50"):
        parse_exact_number(typed, limits.UNIT_PRICE)

    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("10000000.01", "Enter a number from 0 to 10000000."),
        ("-1", "Enter a number from 0 to 10000000."),
        ("1.250", None),
        ("1.255", "Use at most 2 decimal places."),
    ],
)
def test_a_number_is_bounded(typed: str, says: str | None):
    if says is None:
        assert parse_exact_number(typed, limits.WEIGHT) == Decimal("1.25")
        return
    with pytest.raises(Invalid) as refused:
        parse_exact_number(typed, limits.UNIT_PRICE)
    assert str(refused.value) == says


def test_a_price_with_three_decimals_is_no_thousands():
    with pytest.raises(Invalid, match="Use at most 2 decimal places"):
        parse_exact_number("1.250", limits.UNIT_PRICE)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0001-01-01", "Enter a date from 1970-01-01 to 2199-12-31."),
        ("1969-12-31", "Enter a date from 1970-01-01 to 2199-12-31."),
        ("9999-12-31", "Enter a date from 1970-01-01 to 2199-12-31."),
        ("2027-02-30", "Enter a date, like 2027-03-12."),
        ("12.3.2027", "Enter a date, like 2027-03-12."),
        ("2027-W10-5", "Enter a date, like 2027-03-12."),
        ("20270312", "Enter a date, like 2027-03-12."),
        ("٢٠٢٧-٠٣-١٢", "Enter a date, like 2027-03-12."),
    ],
)
def test_an_odd_day_is_refused(typed: str, says: str):
    with pytest.raises(Invalid) as refused:
        parse_day(typed)

    assert str(refused.value) == says


def test_a_day_is_read():
    assert parse_day(" 2027-03-12 ") == date(2027, 3, 12)


def test_an_id_is_one_that_databases_can_hold():
    assert [parse_id(text) for text in ("7", str(2**31 - 1))] == [7, 2**31 - 1]
    odd = ("", None, "-1", "٣", "1_0", str(2**31), str(2**63), "9" * 5000, "1.0", " 1")
    assert [parse_id(text) for text in odd] == [None] * len(odd)


def test_a_share_has_two_whole_numbers():
    assert parse_share("2/3") == Fraction(2, 3)
    for typed in ("1/0", "1e9/2", "0.6", "2", "11111/3", "2/3/4", "-1/2"):
        with pytest.raises(Invalid):
            parse_share(typed)


@pytest.mark.parametrize(
    "text", ["free", " Free of charge ", "GRATIS", "Sin costo", "incluido", "$0"]
)
def test_a_word_for_nothing_to_pay_is_a_price(text: str):
    assert parse_price(text) == 0


@pytest.mark.parametrize("text", ["freely", "cheap", "free $5", ""])
def test_another_word_is_no_price(text: str):
    with pytest.raises(Invalid, match="Enter a number"):
        parse_price(text)
