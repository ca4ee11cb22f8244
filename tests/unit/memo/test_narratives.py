"""Words about a vendor: how they are read, what they can begin with, whom they name."""

import re
from types import SimpleNamespace

import pytest

from crrubric.domain.documents.tree import Bullets, Paragraph
from crrubric.domain.memo import mentions
from crrubric.domain.memo.mentions import SearchedText
from crrubric.domain.memo.narratives import read_narrative
from crrubric.domain.memo.sources import SourceLine, compose_draft
from crrubric.domain.text import key_of


def test_lines_that_begin_with_a_dash_are_a_list_and_blank_lines_end_paragraphs():
    text = "It is quick.\nAnd calm.\n- One\n- Two \n\nAt last.\n\n\n-no item\n- Three"

    assert read_narrative(text) == (
        Paragraph("It is quick.\nAnd calm."),
        Bullets(("One", "Two")),
        Paragraph("At last."),
        Paragraph("-no item"),
        Bullets(("Three",)),
    )
    assert read_narrative("") == ()


def test_a_draft_has_a_line_for_each_thing_that_was_written():
    lines = [SourceLine("Pace: “Good\n one”"), SourceLine("Not this", drafted=False)]

    assert compose_draft(lines, 100) == ("- Pace: “Good one”", 0)


def test_a_draft_keeps_whole_lines_and_says_how_many_did_not_fit():
    lines = [SourceLine("abcd"), SourceLine("efgh"), SourceLine("ijkl")]

    assert compose_draft(lines, 14) == ("- abcd\n- efgh", 1)
    assert compose_draft(lines, 3) == ("", 3)
    assert compose_draft([], 3) == ("", 0)


def test_a_draft_of_thousands_of_long_notes_keeps_as_many_as_fit():
    lines = [SourceLine("x" * 2_000) for _note in range(4_000)]

    text, left = compose_draft(lines, 10_000)

    assert (text.count("\n") + 1, left) == (4, 3_996)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Better than ACE learning.", True),
        ("Ａｃｅ　Learning did it.", True),
        ("A place learning to walk.", False),
        ("Palace Learnings", False),
        ("", False),
    ],
)
def test_a_vendor_is_named_by_whole_words_in_any_case(text: str, named: bool):
    assert SearchedText(text).names_vendor(["Ace Learning"]) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("dana whitfield said so", True),
        ("Dana said so", True),
        ("Whitfield’s note", True),
        ("In the whitfield", False),
        ("Of a kind", False),
    ],
)
def test_a_member_is_named_in_full_or_by_a_part_as_it_is_written(text: str, named: bool):
    assert SearchedText(text).names_person("Dana Whitfield") is named


def test_signs_of_patterns_in_a_name_are_letters():
    assert SearchedText("We liked A.+ (Beta) best.").names_vendor(["A.+ (Beta)"])
    assert not SearchedText("We liked Aces (Beta) best.").names_vendor(["A.+ (Beta)"])
    assert not SearchedText("anything").names_vendor([".*", "("])


def test_a_text_is_made_comparable_once_and_nothing_absent_is_searched_with_a_pattern(
    monkeypatch: pytest.MonkeyPatch,
):
    """Patterns for each name, and a new key for each, took seconds a letter."""
    text = "El comité vio que funciona con nuestro sistema y que sí lo usará cualquiera. " * 150
    keyed: list[int] = []
    searched: list[str] = []

    def key_and_note(typed: str) -> str:
        keyed.append(len(typed))
        return key_of(typed)

    def search_and_note(pattern: str, where: str) -> re.Match[str] | None:
        searched.append(pattern)
        return re.search(pattern, where)

    monkeypatch.setattr(mentions, "key_of", key_and_note)
    monkeypatch.setattr(mentions, "re", SimpleNamespace(search=search_and_note, escape=re.escape))
    looked = SearchedText(text)
    found = [looked.names_vendor([f"Compañía {n}", f"com{n}"]) for n in range(29)]
    found += [looked.names_person(f"Persona{n} Apellido{n}") for n in range(40)]

    assert True not in found
    assert searched == []
    assert keyed.count(len(text)) == 1
