"""Typed texts of a journal entry, and some numbers: its hash covers a commitment to each, so one
can be withheld.

A commitment is the SHA-256 over a random salt and the text, or the digits of the number. Who is
handed text and salt can check it; who is handed the commitment alone learns nothing of the text,
not even by trying all that it could be. A JSON pointer (RFC 6901) says where it stands.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

SALT_BYTES = 16  # always as many: else bytes could move from the salt into the text
# no other hash of ours begins so
TEXT_DOMAIN, NUMBER_DOMAIN = b"crrubric journal text\n", b"crrubric journal number\n"
Typed = str | int  # a text, or a number that tells something
# fields with the id of an account: of the same person it is the same in all evaluations of a site
ACCOUNTS = frozenset({"actor_id", "user_id"})
# with the size of a file of an issued memo: by it, the lengths of words that a copy hides
SIZES = frozenset({"HTML", "PDF", "WORD"})


def commit_text(salt: str, text: Typed) -> str:
    """The commitment to a text or a number, in hex. Raises: ValueError for what is no salt."""
    raw = bytes.fromhex(salt)
    if len(raw) != SALT_BYTES or len(salt) != 2 * SALT_BYTES:
        raise ValueError("a salt has another length")
    domain = TEXT_DOMAIN if isinstance(text, str) else NUMBER_DOMAIN
    return hashlib.sha256(domain + raw + str(text).encode()).hexdigest()


def is_covered_number(value: object) -> TypeGuard[int]:
    """Whether it is a whole number and not negative, as an id is."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True, slots=True)
class Withheld:
    """What stands for a text that was taken out of an entry."""

    commitment: str
    salt: str | None = None

    def fits(self, found: object) -> bool:
        """Whether it can have been this; without its salt it can have been any text but none."""
        if isinstance(found, Withheld):
            return True
        if not (is_covered_number(found) or (isinstance(found, str) and found)):
            return False
        return self.salt is None or commit_text(self.salt, found) == self.commitment


Text = str | Withheld


def is_as_told(told: Any, found: Any) -> bool:
    """Whether two values are the same, as far as texts that were withheld let anybody tell."""
    if isinstance(told, Withheld):
        return told.fits(found)
    if isinstance(found, Withheld):
        return found.fits(told)
    if isinstance(told, Mapping) and isinstance(found, Mapping):
        return told.keys() == found.keys() and all(
            is_as_told(value, found[key]) for key, value in told.items()
        )
    if isinstance(told, list | tuple) and isinstance(found, list | tuple):
        return len(told) == len(found) and all(map(is_as_told, told, found))
    return bool(told == found)


def has_withheld(value: Any) -> bool:
    """Whether a text was withheld anywhere in it."""
    if isinstance(value, Mapping):
        return any(map(has_withheld, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_withheld, value))
    return isinstance(value, Withheld)


def iterate_strings(
    value: Any, pointer: str = "", name: str = ""
) -> Iterator[tuple[str, str, str]]:
    """(pointer, name of the field, text) of every text that is not empty, in a value."""
    for place, field, found in iterate_values(value, pointer, name):
        if isinstance(found, str) and found:
            yield place, field, found


def iterate_values(value: Any, pointer: str = "", name: str = "") -> Iterator[tuple[str, str, Any]]:
    """(pointer, name of the field, value) of whatever is neither an object nor a list."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from iterate_values(part, f"{pointer}/{escape_key(key)}", str(key))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from iterate_values(part, f"{pointer}/{place}", name)
    else:
        yield pointer, name, value


def iterate_numbers(
    content: Mapping[str, Any], names: Collection[str]
) -> Iterator[tuple[str, int]]:
    """(pointer, number) of every number in fields of these names of an entry."""
    for pointer, name, value in iterate_values(content):
        if name in names and is_covered_number(value):
            yield pointer, value


def escape_key(key: object) -> str:
    """A key as a pointer has it."""
    return str(key).replace("~", "~0").replace("/", "~1")


def draw_salts(content: Mapping[str, Any], is_typed: Callable[[str], bool]) -> dict[str, str]:
    """A fresh salt for each typed text of an entry, id of an account and size of a memo, by its
    pointer."""
    typed = [pointer for pointer, name, _text in iterate_strings(content) if is_typed(name)]
    numbers = [pointer for pointer, _number in iterate_numbers(content, ACCOUNTS | SIZES)]
    return {pointer: secrets.token_hex(SALT_BYTES) for pointer in (*typed, *numbers)}


def replace_texts(
    content: Mapping[str, Any], replace: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    """A copy of an entry's content with other values where these pointers lead.

    Raises: LookupError for a pointer that leads nowhere.
    """
    left = set(replace)

    def copy(value: Any, pointer: str) -> Any:
        if pointer in left:
            left.remove(pointer)
            return replace[pointer](value)
        if isinstance(value, Mapping):
            return {key: copy(part, f"{pointer}/{escape_key(key)}") for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [copy(part, f"{pointer}/{place}") for place, part in enumerate(value)]
        return value

    copied: dict[str, Any] = copy(content, "")
    if left:
        raise LookupError("there is no such text in the entry")
    return copied


def commit_content(
    content: Mapping[str, Any],
    salts: Mapping[str, str],
    withheld: Mapping[str, str],
    *,
    numbers: bool,
) -> tuple[dict[str, Any], dict[str, str]]:
    """(content with null for each typed text, the commitment to each by its pointer).

    Args: numbers: whether there are commitments to numbers as well. Raises: ValueError,
    LookupError, TypeError if text, salt and commitment don't go together.
    """
    commitments: dict[str, str] = {}

    def commit(pointer: str) -> Callable[[Any], None]:
        def take_out(text: Any) -> None:
            if pointer in withheld:
                if text not in (None, ""):
                    raise ValueError("a text stands where one was withheld")
                commitments[pointer] = withheld[pointer]
            elif isinstance(text, str) or (numbers and is_covered_number(text)):
                commitments[pointer] = commit_text(salts[pointer], text)
            else:
                raise ValueError("there is a salt and no text")

        return take_out

    bare = replace_texts(content, {pointer: commit(pointer) for pointer in {**salts, **withheld}})
    return bare, commitments


def mark_withheld(
    content: Mapping[str, Any], salts: Mapping[str, str], withheld: Mapping[str, str]
) -> Mapping[str, Any]:
    """The content with `Withheld` where a text was taken out. Raises: LookupError."""
    if not withheld:
        return content

    def stand_in(pointer: str) -> Callable[[Any], Withheld]:
        return lambda _text: Withheld(withheld[pointer], salts.get(pointer))

    return replace_texts(content, {pointer: stand_in(pointer) for pointer in withheld})
