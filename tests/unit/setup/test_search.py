"""Words are found as keys are compared, and shown with the text around them."""

import pytest

from crrubric.domain.search import Excerpt, cut_excerpt, holds_words, split_search_words


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Roster by García", "garcia ROSTER"),
        ("Roster by Garcia", "GARCÍA"),
        ("ﬁles of Garci\N{COMBINING ACUTE ACCENT}a", "files garcía"),
        ("ros\N{ZERO WIDTH SPACE}\N{WORD JOINER}ter", "roster"),
        ("STRASSE", "straße"),
    ],
)
def test_case_accents_and_what_is_not_seen_make_no_difference(text: str, asked: str):
    assert holds_words(text, split_search_words(asked))


def test_all_words_must_occur_and_one_of_them_in_the_text_itself():
    asked = split_search_words("acme roster")

    assert not holds_words("the roster", asked)
    assert holds_words("the roster", asked, about="Acme · Rosters")
    assert not holds_words("the list", asked, about="Acme · Rosters")


def test_what_can_not_be_seen_is_no_word():
    assert split_search_words(" \N{WORD JOINER} \n") == ()


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("Ask García now", "garcia", Excerpt("Ask ", "García", " now")),
        (
            "Ask Garci\N{COMBINING ACUTE ACCENT}",
            "garci",
            Excerpt("Ask ", "Garci\N{COMBINING ACUTE ACCENT}", ""),
        ),
        ("two  three", "two three", Excerpt("two  ", "three", "")),
        ("ﬁles", "i", Excerpt("", "ﬁ", "les")),
        ("nothing", "other", Excerpt("", "", "nothing")),
    ],
)
def test_the_hit_stands_in_its_text_as_it_was_typed(text: str, asked: str, shown: Excerpt):
    assert cut_excerpt(text, split_search_words(asked)) == shown


def test_of_a_long_text_whole_words_around_the_hit_are_shown():
    found = cut_excerpt("before " * 50 + "here" + " after" * 50, ("here",))

    assert found.before.startswith("…before ")
    assert found.after.endswith(" after…")
    assert len(found.before + found.after) < 210
