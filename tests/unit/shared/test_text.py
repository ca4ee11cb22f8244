"""The gate for typed text, codes and addresses; costs; password rules."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import Invalid
from crrubric.domain.people.passwords import check_password
from crrubric.domain.results.cost import total_cents
from crrubric.domain.text import (
    clean_line,
    clean_text,
    email_key,
    replace_control_characters,
    slug_of,
)


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_contains_no_control_character(text: str):
    try:
        kept = clean_text(text, limit=1_000)
    except Invalid:
        return
    kinds = {unicodedata.category(character) for character in kept} - {"Cc"}
    assert "Cs" not in kinds
    assert [c for c in kept if unicodedata.category(c) == "Cc" and c not in "\n\t"] == []
    kept.encode("utf-8")


@given(st.text(st.characters(codec=None)))
def test_a_refused_text_is_shown_with_its_length_and_can_be_stored(text: str):
    shown = replace_control_characters(text)

    assert len(shown) == len(text)
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\r\nlines\r", "two\nlines"),
        ("emoji 🎓 and שלום", "emoji 🎓 and שלום"),
        ("=1+1", "=1+1"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_text_is_stored_as_typed(typed: str, kept: str):
    assert clean_text(typed, limit=100) == kept


@pytest.mark.parametrize("typed", ["a\x00", "\x07", "x\x1b[0m", "\ud800", "a\x85b"])
def test_control_characters_are_refused(typed: str):
    with pytest.raises(Invalid, match="Remove the control character"):
        clean_text(typed, limit=100)


def test_a_text_is_never_cut():
    with pytest.raises(Invalid) as refused:
        clean_text("x" * 11, limit=10, field="note")

    assert (refused.value.field, refused.value.values) == ("note", {"limit": 10, "length": 11})


def test_a_title_is_one_line():
    assert clean_line(" Credit \n recovery\t2027 ", limit=100) == "Credit recovery 2027"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Credit Recovery 2027", "credit-recovery-2027"),
        ("Été à l’école!", "ete-a-lecole"),
        ("日本語", "evaluation"),
        ("--", "evaluation"),
    ],
)
def test_a_slug_is_the_title_in_lower_case_with_hyphens(title: str, slug: str):
    assert slug_of(title) == slug


def test_spellings_of_an_address_are_one():
    assert email_key(" Ann@School.Example ") == email_key("ANN@school.example")
    assert email_key("ａnn@school.example") == email_key("ann@school.example")


@pytest.mark.parametrize(
    ("price", "quantity", "months", "cents"),
    [
        (3850, 420, 36, 4_851_000),
        (100, 1, 1, 8),
        (50, 1, 3, 13),
        (None, 1, 1, None),
        (1, None, 1, None),
    ],
)
def test_the_cost_over_a_term_is_rounded_half_up(price, quantity, months, cents):
    assert total_cents(price, quantity, months) == cents


@pytest.mark.parametrize(
    "password", ["four plain words here", "Überraschung am Morgen", "🎓" * 5 + "bluetassel"]
)
def test_long_passwords_of_any_kind_are_taken(password: str):
    assert check_password(password, about=("Ann", "ann@school.example")) is None
