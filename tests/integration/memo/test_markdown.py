"""The memo as Markdown says what the memo says."""

import re
from html import unescape

from markdown_it import MarkdownIt

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Mark
from tests.factories import Factory
from tests.integration.conftest import Visit

MARKS = {(0, 0): "YNY", (1, 0): "YYN", (0, 1): "NNY", (1, 1): "YNA"}
NOTE = "# 1. *Seen* <b>twice</b> | https://a.example\n- and again"


def list_words(html: str) -> list[str]:
    """The words of a page, without what only charts say and without blanks that nobody sees."""
    plain = re.sub(r"<figure\b.*?</figure>|_{3,}", " ", html, flags=re.DOTALL)
    return re.findall(r"[\w.%]*\w[\w.%]*", unescape(re.sub(r"<[^>]+>", " ", plain)))


def test_the_memo_as_markdown_has_the_words_and_numbers_of_the_web_page(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    db.session.query(Mark).update({"note": NOTE})
    db.session.commit()
    chair = visit(made.chair)

    html = chair.get(made.url("memo/memo.html")).text
    answer = chair.get(made.url("memo/memo.md"))
    rendered = MarkdownIt("commonmark").enable("table").render(answer.text)

    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert f"{made.slug}-memo.md" in answer.headers["Content-Disposition"]
    page, text = list_words(html.split("<body>")[1]), list_words(rendered)
    assert set(page) - set(text) == set()
    assert [word for word in page if re.search(r"\d", word) and word not in text] == []
    assert "<b>twice" not in rendered
    assert "https://a.example" not in answer.text


def test_the_memo_as_markdown_is_in_other_languages_as_well(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)

    answer = visit(made.chair).get(made.url("memo/memo.md?language=es"))

    assert answer.text.startswith("# Memorando")
    assert "memo-es.md" in answer.headers["Content-Disposition"]
