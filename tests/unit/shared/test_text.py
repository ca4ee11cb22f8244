"""The gate for typed text, codes and addresses; costs; password rules."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import Invalid
from crrubric.domain.people.passwords import check_password, fold_password
from crrubric.domain.text import (
    clean_line,
    clean_text,
    email_key,
    find_forbidden_character,
    find_nearest_name,
    key_of,
    may_hold_forbidden_characters,
    normalize_text,
    replace_control_characters,
    require_text,
    slug_of,
    sort_key,
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" Ann@School.Example ", "ANN@school.example"),
        ("Ann\u200b@school.example", "ann@school.example"),  # zero width
        ("zoe\u0308@school.example", "Zo\xeb@school.example"),  # composed or not
        ("STRA\u1e9eE@school.example", "straße@school.example"),
        ("ann@ｓchool｡example", "ann@school.example"),  # full width: the same domain
        ("ann@schule。example", "ann@schule.example"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@Straße.example", "ann@XN--strae-oqa.example"),  # as browsers take it, too
    ],
)
def test_spellings_of_an_address_are_one(one: str, other: str):
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße@school.example", "strasse@school.example"),
        ("ann@straße.example", "ann@strasse.example"),
        ("νίκος@school.example", "νίκοσ@school.example"),
        ("oﬃce@school.example", "office@school.example"),  # a ligature
        ("zoë@school.example", "zoe@school.example"),
    ],
)
def test_two_mailboxes_are_two_addresses(one: str, other: str):
    assert email_key(one) != email_key(other)


def test_the_key_of_an_address_is_its_own_key_and_takes_no_time_for_what_is_none():
    address = "Straße@Bücher.Example"

    assert email_key(email_key(address)) == email_key(address) == "straße@xn--bcher-kva.example"
    assert email_key("a@" + "ü" * 1_000_000) == "a@" + "ü" * 1_000_000


@pytest.mark.parametrize(
    "password", ["four plain words here", "Überraschung am Morgen", "🎓" * 5 + "bluetassel"]
)
def test_long_passwords_of_any_kind_are_taken(password: str):
    assert check_password(password, about=("Ann", "ann@school.example")) is None


@pytest.mark.parametrize("typed", ["\uffff", "\ufffe", "\ufdd0", "\U0001ffff", "\udfff", "\x9f"])
def test_what_xml_cannot_hold_is_refused_and_shown_replaced(typed: str):
    with pytest.raises(Invalid, match="Remove the control character at position 2"):
        clean_text(f"a{typed}b", limit=100)

    assert replace_control_characters(f"a{typed}b") == "a\N{REPLACEMENT CHARACTER}b"


SPELLINGS = [
    ("Zoë Núñez", "Zoe\u0308 Nu\u0301n\u0303ez"),  # composed or not
    ("Straße", "STRASSE"),
    ("Ａｃｍｅ", "acme"),  # full width
    ("Ann\u200b Lee", "Ann Lee"),  # zero width
    ("\u202eAcme\u202c", "Acme"),  # direction of writing
    ("  Ann \u00a0 Lee ", "Ann Lee"),
    ("ﬁle", "file"),  # a ligature
    ("Dana Chair\ufe0f", "Dana Chair"),  # a variation selector
    ("Ac\u034fme", "Acme"),  # a grapheme joiner
    ("Acme\u115f\u3164\uffa0", "Acme"),  # fillers
    ("Acme\u2800", "Acme"),  # blank braille
    ("Dana Chair\U0001d159", "Dana Chair"),  # a note without a head
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_a_name_have_one_key(one: str, other: str):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anne"), ("Núñez", "Nunez"), ("a-b", "a b")])
def test_two_names_have_two_keys(one: str, other: str):
    assert key_of(one) != key_of(other)


# Words in the names of what may be drawn as nothing, and those of it that can be seen, or that
# change how the letters beside them are drawn.
UNSEEN_WORDS = re.compile(
    r"\b(FILLER|BLANK|NULL|INVISIBLE|INHERENT|SELECTOR|JOINER|ZERO WIDTH|OBJECT REPLACEMENT"
    r"|INTERLINEAR ANNOTATION|SPACE|SHORTHAND FORMAT)\b"
)
SEEN = {
    "BHAIKSUKI GAP FILLER-1", "BHAIKSUKI GAP FILLER-2", "BLANK SYMBOL", "BRAHMI NUMBER JOINER",
    "DEVANAGARI GAP FILLER", "DIVES AKURU GAP FILLER", "DUPLOYAN THICK LETTER SELECTOR",
    "IDEOGRAPHIC HALF FILL SPACE", "KAWI PUNCTUATION SPACE FILLER",
    "MANICHAEAN PUNCTUATION LINE FILLER", "NEWA GAP FILLER",
    "SIGNWRITING LOCATION-FLOORPLANE SPACE", "SIGNWRITING LOCATION-WALLPLANE SPACE",
    "SYMBOL FOR NULL", "SYMBOL FOR SPACE", "TIFINAGH CONSONANT JOINER",
}  # fmt: skip


def test_of_the_whole_of_unicode_what_is_not_drawn_makes_no_name():
    """Read from the names of characters, for Python has no table of what is drawn."""
    drawn, dropped = set(), set()
    for character in map(chr, range(0x110000)):
        if not (name := unicodedata.name(character, "")):
            continue
        if bool(key_of(character)) == bool(UNSEEN_WORDS.search(name)):
            (drawn if key_of(character) else dropped).add((name, unicodedata.category(character)))

    assert {name for name, _category in drawn} <= SEEN
    assert {category for _name, category in dropped} <= {"Cf", "Zl", "Zp", "Zs"}


@given(st.text())
def test_a_key_is_its_own_key(text: str):
    assert key_of(key_of(text)) == key_of(text)


def test_names_stand_where_people_look_for_them():
    names = ["Zoë", "Zander", "Álvaro", "alba", "Émile", "Zoe", "Ångström"]

    assert sorted(names, key=sort_key) == [
        "alba", "Álvaro", "Ångström", "Émile", "Zander", "Zoe", "Zoë",
    ]  # fmt: skip


def test_a_name_is_stored_composed_and_of_what_cannot_be_seen_nothing_is_left():
    assert clean_line("Nu\u0301n\u0303ez", limit=100) == "Núñez"
    assert clean_line("\u200b \u2060", limit=100) == ""
    assert clean_text("\u2800 \u3164\ufe0f", limit=100) == ""
    assert clean_text("\u200b" * 30 + "a", limit=100) == "\u200b" * 30 + "a"


def test_a_name_whose_key_would_be_far_longer_is_refused():
    with pytest.raises(Invalid, match="Shorten this to 120 characters"):
        clean_line("\ufdfa" * 100, limit=120)


@pytest.mark.parametrize("letter", ["x", "é", "e\u0301"])
def test_a_name_that_is_far_too_long_is_told_the_length_it_may_have(letter: str):
    with pytest.raises(Invalid, match="Shorten this to 120 characters"):
        clean_line(letter * 600, limit=120)


def test_the_nearest_name_is_found():
    known = ["Maria Garcia", "Zoë Núñez"]

    assert find_nearest_name("Mria Garcia", known) == "Maria Garcia"
    assert find_nearest_name("zoe nunez", known) == "Zoë Núñez"
    assert find_nearest_name("Bob", known) is None


@pytest.mark.parametrize("number", [*range(0x100), 0xFDCF, 0xFDD0, 0xFDEF, 0xFDF0, 0xFFFD,
                                    0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0x1F3EB])  # fmt: skip
def test_whole_pages_are_looked_through_for_the_same_characters(number: int):
    page = f"<p>Niño – 3–1 ✓ {chr(number)}</p>"

    forbidden = find_forbidden_character(page) is not None

    assert may_hold_forbidden_characters(page.encode()) == forbidden


PILED = "a" + "\u0315\u0300" * 500  # accents that are put in order by a square of their number
APART = "\uff9e\u0300" * 500  # the same, once compatible forms are taken apart
UNSEEN = "\u200b" * 20 + "\ufdfa" * 200_000  # each of these becomes 18 letters


@pytest.fixture
def normalized(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that a normal form of Unicode is asked for."""
    asked: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(unicodedata, name)

        def normalize(self, form: str, text: str) -> str:
            asked.append(text)
            return unicodedata.normalize(form, text)

    normalize_text("NFC", PILED)  # what finds them is made once
    monkeypatch.setattr("crrubric.domain.text.unicodedata", Watched())
    return asked


@pytest.mark.parametrize("typed", [PILED, APART, UNSEEN], ids=["piled", "apart", "unseen"])
@pytest.mark.parametrize("clean", [clean_text, clean_line, require_text])
def test_what_is_too_much_is_refused_before_it_is_normalized(clean, typed, normalized: list[str]):
    more = {"missing": "Enter it.", "field": "name"} if clean is require_text else {}

    with pytest.raises(Invalid):
        clean(typed, limit=2_000, **more)

    assert [text for text in normalized if len(text) > 1] == []


@pytest.mark.parametrize("typed", [PILED, APART], ids=["piled", "apart"])
@pytest.mark.parametrize("fold", [key_of, sort_key, email_key, slug_of, fold_password])
def test_no_form_for_comparison_puts_many_accents_in_order(fold, typed, normalized: list[str]):
    fold(f"{typed}@{typed}")

    assert normalized
    assert max(map(len, normalized)) < 200


def test_accents_of_every_language_are_taken():
    vietnamese = unicodedata.normalize("NFD", "Nguyễn Thị Hường")

    assert clean_line(vietnamese, limit=20) == "Nguyễn Thị Hường"
    assert clean_text("é" * 100 + "e\u0301\u0323\u0302", limit=200).endswith("\u0302")
