"""Which passwords are accepted, after NIST SP 800-63B-4: long, not common, not about the person.

A long password may still be guessed early: one word of the usual ones written twice, a row of the
keyboard, one's name with a year. So a password is taken apart into what guessers try first and
what they have to find letter by letter, and has to be enough of both together.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import PASSWORD_MAX, PASSWORD_MIN, PASSWORD_MIN_OF_TWO_STEPS
from crrubric.domain.people.common_passwords import ROWS, WORDS, is_common_password
from crrubric.domain.text import normalize_text
from crrubric.domain.translation import N_

SITE_WORDS = ("crrubric", "rubric")
LEAST = 9  # what a password must be worth: so many letters that belong to nothing
LEAST_OF_TWO_STEPS = 5  # the same where a code is asked for as well: not what is guessed first
CHEAP = 2  # what a common word, a row of the keyboard or a year is worth
SHORTEST_RUN = 3  # letters of a row of the keyboard, or of the alphabet
SHORTEST_OWN = 4  # letters of a word about the person
TOLD = 30  # letters of such a word that a refusal repeats

# what people write for a letter
_LEET = str.maketrans("013457@$!", "oleastasi")
_LEET_MARKS = frozenset("@$!")
# something twice and more, but no doubled letter: that belongs to its word
_REPEATED = re.compile(r"(..+?)\1+|(.)\2{2,}")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take a password apart: what it is worth, and what in it is about the person."""

    worth: int
    about: tuple[str, ...] = ()


def check_password(password: str, *, about: tuple[str, ...] = (), two_steps: bool = False) -> None:
    """Accept or refuse a new password.

    Args: about: what a guesser knows of the person: name, address, district; two_steps: a code is
    asked for after the password.
    Raises: Invalid (field "password") with the reason.
    """
    length, least = len(password), PASSWORD_MIN_OF_TWO_STEPS if two_steps else PASSWORD_MIN
    if length < least:
        raise Invalid(
            N_("Use at least %(least)s characters; several words in a row work well."),
            least=least,
            field="password",
        )
    if length > PASSWORD_MAX:
        raise Invalid(N_("Use at most %(most)s characters."), most=PASSWORD_MAX, field="password")
    found = read_as_guesser(password, list_own_words((*SITE_WORDS, *about)))
    is_common = is_common_password(fold_password(password).translate(_LEET))
    if found.worth >= (LEAST_OF_TWO_STEPS if two_steps else LEAST) and not is_common:
        return
    if found.about:
        raise Invalid(
            N_(
                "“%(word)s” is easy to guess here, because it is about you, your district or this"
                " site: leave it out, or add several other words."
            ),
            word=found.about[0],
            field="password",
        )
    raise Invalid(
        N_(
            "This is made of words and rows of keys that are guessed first: choose other words, "
            "or add some."
        ),
        field="password",
    )


def fold_password(text: str) -> str:
    """Letters and digits in small letters, with the marks that people write for a letter."""
    folded = normalize_text("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum() or letter in _LEET_MARKS)


def list_own_words(texts: Iterable[str]) -> dict[str, str]:
    """Words about the person, folded, as they are told: names whole and in parts, addresses too."""
    words: dict[str, str] = {}
    for text in texts:
        for part in (text, *re.split(r"[\W_]+", text)):
            folded = fold_password(part).translate(_LEET)
            if len(folded) >= SHORTEST_OWN:
                words.setdefault(folded, part[:TOLD])
    return words


def read_as_guesser(password: str, own: dict[str, str]) -> _Reading:
    """The cheapest way to make the password of what guessers try first.

    Args: own: words about the person, as `list_own_words` gives them.
    """
    folded = fold_password(password)
    other = {c for c in password if not (c.isalnum() or c.isspace() or c in _LEET_MARKS)}
    short = _REPEATED.sub(lambda found: found[1] or found[2], folded)
    readings = [_read_folded(folded, own)]
    if short != folded:
        once = _read_folded(short, own)
        readings.append(_Reading(once.worth + 1, once.about))
    best = min(readings, key=lambda reading: reading.worth)
    return _Reading(best.worth + len(other), best.about)


def _read_folded(text: str, own: dict[str, str]) -> _Reading:
    """The cheapest reading of a folded text, found from the left."""
    best = [_Reading(0)]
    for end in range(1, len(text) + 1):
        letter = _Reading(best[end - 1].worth + 1, best[end - 1].about)
        pieces = [
            _Reading(best[start].worth + worth, best[start].about + about)
            for start, worth, about in _find_pieces(text, end, own)
        ]
        best.append(min([letter, *pieces], key=lambda reading: reading.worth))
    return best[-1]


def _find_pieces(
    text: str, end: int, own: dict[str, str]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """What ends here and is guessed as a whole: (where it begins, its worth, one's own)."""
    for start in range(end - SHORTEST_RUN + 1):
        piece = text[start:end]
        spelled = piece.translate(_LEET)
        if spelled in own:
            yield start, 1, (own[spelled],)
        elif piece in WORDS or spelled in WORDS or _YEAR.fullmatch(piece) or _is_row(piece):
            yield start, CHEAP, ()


def _is_row(piece: str) -> bool:
    """Whether these keys lie in a row, or these letters follow each other in the alphabet."""
    return any(piece in row or piece[::-1] in row for row in ROWS)
