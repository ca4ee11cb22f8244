"""What people write for a choice in a table that they paste."""

import pytest

from crrubric.domain.setup.table_words import (
    PRICE_UNIT_WORDS,
    STAKEHOLDER_WORDS,
    VENDOR_TABLE,
    Words,
    to_choice_word,
)
from crrubric.services.exchange.field_tables import read_text_table


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


def test_a_price_per_student_and_how_many_are_price_and_quantity():
    table = read_text_table("Vendor\tPrice per student\tStudents\nAcme\t38.50\t900", VENDOR_TABLE)

    (line,) = table.read_lines()
    assert line.cells == {"company": "Acme", "unit_price": "38.50", "quantity": "900"}
