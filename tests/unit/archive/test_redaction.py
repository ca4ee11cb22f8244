"""A hidden text is found in whatever form a paper, a column or the journal has it."""

import json
import unicodedata
from datetime import date

import pytest

from crrubric.domain.archive.redaction import BLACKED_OUT, Redactor
from crrubric.domain.documents.tree import Block, Document, DocumentStatus
from crrubric.domain.memo.issuing.roles import NamedMember, RoleBook
from crrubric.domain.memo.narratives import read_narrative
from crrubric.domain.memo.quotes import QuoteFormatter
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.planning.answers import canonical_answer
from crrubric.domain.text import isolate_direction
from crrubric.domain.vocabulary import Stakeholder


def say(text: str) -> str:
    return text


def make_paper(*blocks: Block) -> Document:
    return Document(
        title="Memo",
        subtitle="",
        status=DocumentStatus.DRAFT,
        stamp="",
        organization="District",
        language="en",
        on=date(2027, 3, 12),
        page_label="",
        blocks=blocks,
    )


def quote(note: str) -> str:
    return QuoteFormatter({}, ValueFormatter(say)).quoted(note, "", "Teacher 1")


@pytest.mark.parametrize(
    "note",
    [
        "One canary\nand another, on two lines.",
        "One  canary   with many blanks.",
        "A canary.",
        "Canary 7",
        "A \u200fcanary that turns the line",
    ],
)
def test_a_note_is_hidden_where_a_paper_quotes_it(note: str):
    redactor = Redactor([note], None, say)

    assert "anary" not in redactor.hide_paper_text(quote(note))
    assert "anary" not in redactor.hide_paper_text(quote(isolate_direction(note)))
    assert redactor.stands_in_page(f"<p>{quote(isolate_direction(note))}</p>")


def test_each_line_of_it_is_hidden_where_a_paper_makes_a_list_of_it():
    text = "Canary one\nand canary two of the same\n\n- third canary\n- canary"
    redactor = Redactor([text], None, say)

    found = redactor.hide_in_document(make_paper(*read_narrative(text)))

    assert "anary" not in repr(found)
    assert found.title == "Memo"


def test_a_short_text_is_hidden_in_the_columns_that_are_made_of_it_alone():
    redactor = Redactor(["Page 7"], None, say)

    assert redactor.hide_row({"place": "Page 7", "evidence": "Document: Page 7", "files": 1}) == {
        "place": BLACKED_OUT,
        "evidence": f"Document: {BLACKED_OUT}",
        "files": 1,
    }
    assert redactor.hide_row({"note": "See Page 7"}) == {"note": "See Page 7"}


@pytest.mark.parametrize("text", ['She said “no”, then "no" again.', "Two lines\nof a student."])
def test_the_journal_does_not_tell_it_as_json_either(text: str):
    redactor = Redactor([text], None, say)

    assert redactor.hides(canonical_answer(f"They told us: {text} So we waited."))
    assert redactor.hides(canonical_answer([{"why": text}]))
    assert redactor.hides(json.dumps(text))


def test_what_is_not_hidden_stays_to_the_last_character():
    redactor = Redactor(["Something that is hidden", "12"], None, say)

    for text in ("A  b\n\u200fc", "12 of 24 on March 12", "[", '{"a": 1}', ""):
        assert redactor.hide_text(text) == text
        assert redactor.hide_paper_text(text) == text


def test_a_name_whose_accents_stand_apart_is_a_name():
    member = NamedMember(stakeholder=Stakeholder.TEACHER, names=("José Ángel Peña",))
    redactor = Redactor([], RoleBook([member], ["Zoë Müller"], say), say)

    for name in ("José Ángel Peña", "José", "Peña", "Zoë Müller"):
        apart = unicodedata.normalize("NFD", f"Ask {name} now.")
        assert redactor.hide_text(apart) in ("Ask Teacher now.", "Ask An administrator now.",
                                             "Ask A member of the committee now.")  # fmt: skip
