"""Help: every page says what it is for, to everybody who may open it."""

import re
from pathlib import Path

import pytest
from flask import Flask

from crrubric.app import create_app
from crrubric.domain.help import HelpTopic
from crrubric.web.people.help import ANCHOR_OF, HELP
from tests.browser.demo_pages import FILES

# Pages that say themselves what they are, or are there before one has come in.
WITHOUT = """
account.show_invitation account.show_sign_in mailed_sign_in.show_link_request
    mailed_sign_in.show_sign_in_link forgotten.show_forgotten_password
help.show_help home.show_accessibility_statement home.show_terms style.show_style_guide
"""
TOPICS = [topic for _heading, topics in HELP for topic in topics]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app({"INSTANCE": str(tmp_path_factory.mktemp("help")), "TESTING": True})


def test_every_page_has_its_paragraph_or_needs_none(app: Flask):
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in FILES
    }

    assert sorted(pages - set(WITHOUT.split()) - ANCHOR_OF.keys()) == []
    assert sorted(ANCHOR_OF.keys() - pages) == []
    assert set(WITHOUT.split()) <= pages
    assert set(WITHOUT.split()) & ANCHOR_OF.keys() == set()


def test_every_topic_and_page_stands_there_once():
    anchors = [topic.anchor for topic in TOPICS]
    pages = [page for topic in TOPICS for page in topic.pages]

    assert len(anchors) == len(set(anchors))
    assert len(pages) == len(set(pages))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.anchor)
def test_a_topic_says_it_in_a_few_sentences(topic: HelpTopic):
    texts = [text for text in (topic.everybody, topic.chair, topic.reviewer) if text]

    assert texts
    for text in texts:
        assert 2 <= len(re.findall(r"[.?!](?: |$)", text)) <= 6, text
    assert not (topic.everybody and (topic.chair or topic.reviewer))


def test_every_page_is_drawn_in_the_frame_that_has_the_link():
    """Or leaves out the bar on purpose, as the projector does."""
    folder = Path(__file__).parents[2] / "templates"
    bare = [
        file.name
        for file in folder.rglob("*.html")
        if re.search(r"block bar %}{% endblock", file.read_text("utf-8"))
    ]

    assert bare == ["projector.html"]
