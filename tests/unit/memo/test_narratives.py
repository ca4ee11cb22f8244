"""Words about a vendor: how they are read, what they can begin with, whom they name."""

import time

import pytest

from crrubric.domain.documents.tree import Bullets, Paragraph
from crrubric.domain.memo.mentions import SearchedText
from crrubric.domain.memo.narratives import read_narrative
from crrubric.domain.memo.sources import SourceLine, compose_draft


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


def test_a_draft_of_thousands_of_long_notes_is_made_at_once():
    lines = [SourceLine("x" * 2_000) for _note in range(4_000)]
    begun = time.process_time()

    text, left = compose_draft(lines, 10_000)

    assert time.process_time() - begun < 0.5
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


def test_the_letters_of_a_large_evaluation_are_looked_through_at_once():
    """Of thirty vendors and forty members, with as much typed as a letter holds, in Spanish."""
    text = "El comité vio que funciona con nuestro sistema y que sí lo usará cualquiera. " * 150
    vendors = [[f"Compañía {n}", f"Producto {n}", f"com{n}"] for n in range(29)]
    members = [f"Persona{n} Apellido{n}" for n in range(40)]
    begun = time.process_time()

    for _text in range(6):
        searched = SearchedText(text)
        found = [name for name in vendors if searched.names_vendor(name)]
        found += [[name] for name in members if searched.names_person(name)]

    assert found == []
    assert time.process_time() - begun < 0.3
