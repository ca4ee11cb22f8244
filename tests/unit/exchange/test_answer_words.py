"""What people write for an answer."""

import pytest

from crrubric.domain.exchange.answer_words import (
    WORDS,
    is_blank_answer,
    recognize_answer,
)
from crrubric.domain.vocabulary import Answer

Y, N, A, C = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE, Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Yes", Y), ("no", N), (" YES ", Y), ("Y", Y), ("N", N), ("TRUE", Y), ("FALSE", N),
        ("1", Y), ("0", N), ("N/A", A), ("n/a", A), ("NA", A), ("N.A.", A), ("Not applicable", A),
        ("NOT APPLICABLE", A), ("not_applicable", A), ("NOT_APPLICABLE", A), ("Not sure", C),
        ("Can't tell", C), ("Can’t tell", C), ("CANNOT TELL", C), ("CANNOT_TELL", C), ("Sí", Y),
        ("si", Y), ("No aplica", A), ("yes.", Y), ("Met", Y), ("Not met", N), ("✓", Y), ("✔️", Y),
        ("No se puede saber", C), ("NO SÉ", C), ("Si\u0301", Y), ("ＹＥＳ", Y), ("No cumple", N),
    ],
)  # fmt: skip
def test_what_people_write_is_read(written: str, answer: Answer):
    assert recognize_answer(written) is answer


@pytest.mark.parametrize("written", ["x", "Yes, with comments", "maybe", "2", "", "no no", "yesno"])
def test_what_could_mean_anything_is_nobodys(written: str):
    assert recognize_answer(written) is None


def test_every_word_is_read_as_its_answer_alone():
    pairs = [(answer, word) for answer, words in WORDS.items() for word in words]

    assert [recognize_answer(word) for _answer, word in pairs] == [
        answer for answer, _word in pairs
    ]
    assert len(pairs) == len({word for _answer, word in pairs})


@pytest.mark.parametrize("answer", Answer)
def test_the_codes_and_labels_of_answers_are_words_for_them(answer: Answer):
    assert recognize_answer(answer.value) is answer
    assert recognize_answer(answer.label) is answer


@pytest.mark.parametrize("written", ["", "  ", "-", "—"])
def test_a_dash_is_a_blank(written: str):
    assert is_blank_answer(written)
    assert not is_blank_answer("no")
