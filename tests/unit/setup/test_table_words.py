"""What people write for a choice in a table that they paste."""

import pytest

from crrubric.domain.setup.table_words import (
    PRICE_UNIT_WORDS,
    STAKEHOLDER_WORDS,
    VENDOR_COLUMNS,
    VENDOR_TABLE,
    Words,
    to_choice_word,
)
from crrubric.domain.text import to_plain_word
from crrubric.services.exchange.field_tables import read_text_table
from crrubric.services.setup.tables.choice_words import find_choice


@pytest.mark.parametrize(
    ("words", "written", "value"),
    [
        (STAKEHOLDER_WORDS, "School Board", "other"),
        (STAKEHOLDER_WORDS, "board", "other"),
        (PRICE_UNIT_WORDS, "Per student", "LEARNER"),
        (PRICE_UNIT_WORDS, "site", "SCHOOL"),
    ],
)
def test_words_that_schools_use_are_choices(words: Words, written: str, value: str):
    assert {to_choice_word(word): to for word, to in words.items()}[
        to_choice_word(written)
    ] == value


def test_a_price_per_student_and_how_many_are_price_unit_and_quantity():
    table = read_text_table("Vendor\tPrice per student\tStudents\nAcme\t38.50\t900", VENDOR_TABLE)

    (line,) = table.read_lines()
    assert line.cells == {
        "company": "Acme",
        "unit_price": "38.50",
        "price_unit": "student",
        "quantity": "900",
    }


@pytest.mark.parametrize(
    ("headers", "cells", "unit"),
    [
        ("Vendor|Price|Per|Seats", "Acme|38.50|seat|900", "SEAT"),
        ("Vendor|Price|Price per|Licenses", "Acme|38.50|per student|900", "LEARNER"),
        ("Vendor|Unit cost|Licensing model|Qty", "Acme|38.50|Site license|900", "SCHOOL"),
        ("Vendor|Price/seat|# of licenses", "Acme|38.50|900", "SEAT"),
        ("Vendor|Cost per student ($)|Seats", "Acme|38.50|900", "LEARNER"),
        ("Vendor|Unit price (USD)|# Seats", "Acme|38.50|900", "SEAT"),
        ("Vendor|Unit price|Number of schools", "Acme|38.50|900", "SCHOOL"),
        ("Proveedor|Precio por licencia|Cantidad", "Acme|38.50|900", "SEAT"),
        ("Proveedor|Precio|Por|Licencias", "Acme|38.50|alumno|900", "LEARNER"),
        ("Proveedor|Precio|Puestos", "Acme|38.50|900", "SEAT"),
        ("Proveedor|Costo unitario|Número de planteles", "Acme|38.50|900", "SCHOOL"),
        ("Vendor|Price|Licenses", "Acme|38.50|900", ""),
    ],
)
def test_headers_of_districts_say_what_a_price_is_of(headers: str, cells: str, unit: str):
    text = f"{headers}\n{cells}".replace("|", "\t")

    (line,) = read_text_table(text, VENDOR_TABLE).read_lines()

    held = dict(line.cells)
    assert find_choice("price_unit", held.pop("price_unit", "")) == unit
    assert held == {"company": "Acme", "unit_price": "38.50", "quantity": "900"}


@pytest.mark.parametrize(
    ("header", "written", "months"),
    [
        ("Term", "36", "36"),
        ("Term", "36 months", "36"),
        ("Term", "36-month", "36"),
        ("Contract length", "3 years", "36"),
        ("Contract term", "1 yr.", "12"),
        ("Term (years)", "3", "36"),
        ("Term in years", "18 months", "18"),
        ("Plazo", "24 meses", "24"),
        ("Duración", "2 años", "24"),
        ("Plazo en años", "2", "24"),
        ("Term", "three years", "three years"),
        ("Term in years", "2.5", "2.5"),
    ],
)
def test_a_term_may_be_written_in_months_or_years(header: str, written: str, months: str):
    table = read_text_table(f"Vendor\t{header}\nAcme\t{written}", VENDOR_TABLE)

    (line,) = table.read_lines()
    assert line.cells["term_months"] == months


def test_a_header_says_nothing_of_a_line_in_which_its_column_is_blank():
    text = "Vendor\tPrice per seat\nAcme\t38.50\nBrightwater\t"

    lines = read_text_table(text, VENDOR_TABLE).read_lines()

    assert ["price_unit" in line.cells for line in lines] == [True, False]


def test_whatever_a_header_says_of_the_unit_is_one_of_the_choices():
    assert {find_choice(*said) for said in VENDOR_TABLE.implied.values()} == {
        "LEARNER", "SEAT", "COURSE", "SCHOOL", "DISTRICT"
    }  # fmt: skip


def test_no_two_fields_are_called_the_same():
    fields: dict[str, set[str]] = {}
    for name, words in VENDOR_COLUMNS.items():
        for word in words:
            fields.setdefault(to_plain_word(word), set()).add(name)

    assert len(fields) > 200
    assert {word: names for word, names in fields.items() if len(names) > 1} == {}
