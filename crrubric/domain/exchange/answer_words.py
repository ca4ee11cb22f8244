"""What people write for an answer, in both languages, and the answer that it is."""

from collections.abc import Mapping

from crrubric.domain.text import to_plain_word
from crrubric.domain.vocabulary import Answer

# As `to_plain_word` and `_tidy` leave them: no case, no accents, no full stop at the end.
WORDS: Mapping[Answer, tuple[str, ...]] = {
    Answer.YES: (
        "yes", "y", "true", "1", "met", "is met", "meets", "pass", "passed", "✓", "✔", "✅", "☑",
        "si", "s", "verdadero", "cumple", "se cumple", "aprobado",
    ),
    Answer.NO: (
        "no", "n", "false", "0", "not met", "is not met", "does not meet", "fail", "failed", "✗",
        "✘", "❌", "falso", "no cumple", "no se cumple",
    ),
    Answer.NOT_APPLICABLE: (
        "not applicable", "does not apply", "n/a", "na", "n.a", "n / a", "n. a", "no aplica",
        "no corresponde", "no procede",
    ),
    Answer.CANNOT_TELL: (
        "cannot tell", "can't tell", "cant tell", "can not tell", "not sure", "unsure",
        "don't know", "dont know", "do not know", "i don't know", "unknown", "unclear",
        "no se puede saber", "no se sabe", "no se", "no lo se", "no estoy seguro",
        "no estoy segura", "desconocido",
    ),
}  # fmt: skip
BLANK = frozenset({"", "-", "–", "—", "…", "...", "--"})  # how people leave a cell empty
_ANSWERS = {word: answer for answer, words in WORDS.items() for word in words}
_ENDINGS = " .!;,"
LONGEST = 80  # characters of what can be an answer; a cell may have a hundred thousand


def recognize_answer(text: str) -> Answer | None:
    """The answer that somebody wrote; None for a word that is none of ours.

    Signs that stand for either answer, such as a lone x, are nobody's.
    """
    return _ANSWERS.get(_tidy(text)) if len(text) <= LONGEST else None


def is_blank_answer(text: str) -> bool:
    """Whether a cell is left empty, if only by a dash."""
    return text.strip() in BLANK


def _tidy(text: str) -> str:
    plain = to_plain_word(text.replace("’", "'").replace("‘", "'").replace("_", " "))
    return plain.replace("\ufe0f", "").rstrip(_ENDINGS)
