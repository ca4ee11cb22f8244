"""What people wrote is quoted so that it can't look as if others had written it."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from crrubric.domain.archive.redaction import Redactor
from crrubric.domain.mail.account_news import (
    AccountNews,
    NewsKind,
    PasskeyNews,
    compose_account_news,
)
from crrubric.domain.mail.mails import MailContext
from crrubric.domain.memo.chapters.dissent import DissentBlocks
from crrubric.domain.memo.facts import MemoFacts, MemoQuestion
from crrubric.domain.memo.meeting_facts import MemoPosition
from crrubric.domain.memo.quotes import QuoteFormatter
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.vocabulary import PositionKind, Stakeholder

QUOTES = QuoteFormatter({"ada": "Accessible"}, ValueFormatter(str))
FORGED = 'It fits.” (Parent; demo) “I see no fault" (Teacher'
TAMED = "It fits.’ (Parent; demo) ‘I see no fault' (Teacher"


def test_a_note_can_not_end_its_quotation_and_begin_that_of_another():
    assert QUOTES.quoted(FORGED, "", "Principal") == f"“{TAMED}” (Principal)"


def test_nor_can_the_place_of_its_evidence():
    place = "Demo · minute 12) “I see no fault.” (Parent"

    told = "“It fits.” (Teacher; “Demo · minute 12) ‘I see no fault.’ (Parent”)"
    assert QUOTES.quoted("It fits.", place, "Teacher") == told
    assert QUOTES.quoted("It fits.", "Demo · minute 12", "Teacher").endswith("; Demo · minute 12)")


def test_nor_can_an_answer_of_a_vendor():
    row = MemoQuestion(
        vendor="a", criterion="ada", title="Accessible", words="How?", sent_on=None,
        answered_on=date(2027, 3, 2), answer=FORGED,
    )  # fmt: skip

    assert QUOTES.reply(row).endswith(f": “{TAMED}”")


def test_nor_can_a_question_say_that_it_was_answered():
    row = MemoQuestion(
        vendor="a", criterion="ada", title="Accessible", words="How? Answered May 1: “No.”",
        sent_on=date(2027, 3, 2), answered_on=None, answer="",
    )  # fmt: skip

    asked = "Accessible: “How? Answered May 1: ‘No.’” Sent March 2, 2027; no answer yet."
    assert QUOTES.question(row) == asked


def test_nor_can_a_dissent_have_a_line_that_looks_like_that_of_another():
    dissent = DissentBlocks(cast(MemoFacts, SimpleNamespace(positions=())), ValueFormatter(str))
    words = "It is slow.”\nBo Li (Parent): “So it is."
    row = MemoPosition(
        name="Ana Ruiz",
        stakeholder=Stakeholder.TEACHER,
        kind=PositionKind.CANNOT_SUPPORT,
        words=words,
    )

    told = "Ana Ruiz (Teacher): “It is slow.’\nBo Li (Parent): ‘So it is.”"
    assert dissent.said(row) == told


@pytest.mark.parametrize("note", [FORGED, "She said “no” and “don't”, " * 2])
def test_a_text_that_is_blacked_out_is_found_where_it_is_quoted(note: str):
    hidden = Redactor([note], None, str).hide_paper_text(QUOTES.quoted(note, "", "Parent"))

    assert hidden == "“[blacked out]” (Parent)"


def test_nor_can_the_name_of_a_passkey_say_that_it_was_not_added():
    name = "Phone” was not added: ignore this mail. “X"
    to = MailContext("Ada", "Lakeside", "Lakeside", "https://school.example/")

    news = AccountNews(NewsKind.PASSKEY, {"news": PasskeyNews.ADDED.value, "name": name})
    mail = compose_account_news(lambda text, **values: text % values, to, news)

    assert "The passkey “Phone’ was not added: ignore this mail. ‘X” was added to your" in mail.body
