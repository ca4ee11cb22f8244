"""Tables that are pasted: columns in any order and two languages, refusals that name the line."""

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import LINES_AT_ONCE
from crrubric.domain.setup.pasted import (
    MEMBER_COLUMNS,
    VENDOR_COLUMNS,
    Columns,
    read_pasted_table,
)

ANA = {"name": "Ana Ruiz", "email": "ana@school.example", "roles": "reviewer"}


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz\tana@school.example\treviewer",  # no header: the usual order
        "name\te-mail\trole\nAna Ruiz\tana@school.example\treviewer\n",
        "Rol;Correo electrónico;Nombre\r\nreviewer;ana@school.example;Ana Ruiz\r\n",
        '\ufeffE-MAIL ADDRESS,Role:,"Full name"\nana@school.example,reviewer,"Ana Ruiz"',
        "\n\t\t\nName\tEmail\tRole\n\t\t\nAna Ruiz\tana@school.example\treviewer\n\t\n",
    ],
)
def test_columns_stand_in_any_order_in_two_languages_or_have_no_headers(text: str):
    assert read_pasted_table(text, MEMBER_COLUMNS).lines == (ANA,)


def test_a_column_that_is_not_known_is_told_and_left_out():
    found = read_pasted_table("Vendor,Rating,Price,,\nAcme,5 stars,38.50,,x", VENDOR_COLUMNS)

    assert found.lines == ({"company": "Acme", "unit_price": "38.50"},)
    assert found.left_out == ("Rating", "(5)")


def test_a_cell_may_hold_lines_and_commas():
    found = read_pasted_table(
        'company\tlinks\n"Acme, Inc."\t"https://a.x\nhttps://b.x"', VENDOR_COLUMNS
    )

    assert found.lines == ({"company": "Acme, Inc.", "links": "https://a.x\nhttps://b.x"},)


@pytest.mark.parametrize(
    ("text", "columns", "says"),
    [
        ("  \n\t\n", VENDOR_COLUMNS, "Paste at least one line"),
        ("company\tproduct\n", VENDOR_COLUMNS, "Paste at least one line"),
        ("A\n" * (LINES_AT_ONCE + 1), VENDOR_COLUMNS, "These are 101 lines: at most 100"),
        ("company,Vendor\nA,B", VENDOR_COLUMNS, "“Vendor” is there twice|“company” is there twice"),
        ("product,price\nA,1", VENDOR_COLUMNS, "No column is called “company”"),
        ("name,e-mail\nAna,a@b.c\nBo,b@b.c,chair", MEMBER_COLUMNS, "Line 3 has .* 3 instead of 2"),
        ('A\tB\nC\t"D\nE\tF', VENDOR_COLUMNS, "quotation in line 2 does not end"),
        ('A\tB\nC\t"D" E', VENDOR_COLUMNS, "quotation in line 2 .* goes on after its end"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(text: str, columns: Columns, says: str):
    with pytest.raises(Invalid, match=says) as refused:
        read_pasted_table(text, columns)

    assert refused.value.field == "table"
