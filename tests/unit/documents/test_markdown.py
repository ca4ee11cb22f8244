"""The paper as Markdown: the same words, and nothing that was typed is markup."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from crrubric.domain.documents.tree import Bullets, Heading, Paragraph, Table
from crrubric.domain.text import replace_control_characters
from crrubric.reports.documents.markdown import render_markdown
from tests.unit.documents.test_pdf import write_paper

GOLDEN = Path(__file__).parents[2] / "data" / "documents" / "paper.md"
PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
OURS = {"text", "softbreak", "hardbreak", "strong_open", "strong_close", "text_special"}
HARD = [
    "# no heading", "1. no list", "12) no list", "- no list", "+ no list", "* no list",
    "> no quotation", "    no code", "\tno code", "```\nno code\n```", "~~~", "---", "===",
    "| no | table |\n|---|---|", "a\n:-", "<script>alert(1)</script>", "<!-- -->", "<br>",
    "&lt; &amp; &#65;", "[no](https://link.example)", "![no](picture.png)", "<https://a.example>",
    "https://a.example/x_y_z", "www.a.example", "no@link.example", "`no code`", "**no bold**",
    "__no bold__", "~~no line~~", "$x^2$", "back\\slash\\", "a\n\nb", "a\n  b", "a|b", "\\|",
    "[x]: https://a.example", "שלום", "👩\u200d🏫", "=1+1", "#1 @somebody", "1.", "2026. A year",
]  # fmt: skip


def inline_tokens(text: str) -> list[Token]:
    """What stands inside lines: text, breaks, bold, and whatever else there is."""
    return [child for token in PARSER.parse(text) for child in token.children or ()]


def read_parts(text: str) -> list[str]:
    """The text of each paragraph, heading, item and cell, with its line breaks."""
    found = []
    for token in PARSER.parse(text):
        if token.type == "inline":
            breaks = {"hardbreak": "\n", "softbreak": "\n"}
            found.append(
                "".join(
                    "\n" if child.type == "html_inline" and child.content == "<br>"
                    else breaks.get(child.type, child.content)
                    for child in token.children or ()
                )
            )  # fmt: skip
    return found


def list_kinds(text: str) -> set[str]:
    """The kinds of blocks."""
    return {token.type for token in PARSER.parse(text)}


def tidy(text: str) -> str:
    """What is kept of a text: no blanks at the end of a line, which nobody sees."""
    lines = replace_control_characters(text).strip().split("\n")
    return "\n".join(line.rstrip(" \t\r\v\f\x1c\x1d\x1e\x1f\x85") for line in lines)


def test_the_paper_reads_as_it_was_agreed():
    assert render_markdown(write_paper()) == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("words", HARD)
def test_what_is_typed_is_text_in_a_paragraph(words: str):
    text = render_markdown(write_paper(Paragraph(words), Paragraph(words, "Why:")))

    assert read_parts(text)[3:] == [tidy(words), f"Why: {tidy(words)}"]
    assert {token.type for token in inline_tokens(text)} <= OURS
    assert list_kinds(text) == {
        "heading_open", "inline", "heading_close", "paragraph_open", "paragraph_close",
    }  # fmt: skip


@pytest.mark.parametrize("words", HARD)
def test_what_is_typed_is_text_in_headings_lists_and_tables(words: str):
    line = " ".join(part.strip() for part in words.split("\n") if part.strip())
    table = Table(words, ("A", words), (("one", words), (words, "two")))

    text = render_markdown(write_paper(Heading(1, words), Bullets((words, "next")), table))

    heading, item, after, caption, a, b, one, cell, first, two = read_parts(text)[3:]
    assert (heading, caption) == (line, line)
    assert (item, after) == (tidy(words), "next")
    assert (a, one, two) == ("A", "one", "two")
    assert {b, cell, first} == {"\n".join(part.strip() for part in words.split("\n"))}
    kinds = {token.type for token in inline_tokens(text)}
    assert kinds <= OURS | {"html_inline"}
    breaks = [token.content for token in inline_tokens(text) if token.type == "html_inline"]
    assert set(breaks) <= {"<br>"}


WORDS = st.text(alphabet=st.sampled_from("#*_-+=`~>|<&[]()!\\:.1 \nab@$\tא"), max_size=14)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_no_signs_make_markup_of_a_text(texts: Sequence[str]):
    """Whatever stands together: as many paragraphs as there were, and only text in them."""
    words = [tidy(text) for text in texts]

    text = render_markdown(write_paper(*(Paragraph(each, "So:") for each in words)))

    assert [part.rstrip() for part in read_parts(text)[3:]] == [
        f"So: {each}".rstrip() for each in words
    ]
    assert {token.type for token in inline_tokens(text)} <= OURS


@given(st.text(max_size=40))
def test_any_text_of_a_cell_is_one_cell(typed: str):
    text = render_markdown(write_paper(Table("T", ("A", "B"), ((typed, "end"),))))

    cells = read_parts(text)[-2:]
    assert len(read_parts(text)) == 8
    assert cells[1] == "end"
    assert re.sub(r"\s", "", cells[0]) == re.sub(r"\s", "", replace_control_characters(typed))
