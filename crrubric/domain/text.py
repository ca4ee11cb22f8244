"""The one gate for typed text: stored as typed, or refused with a reason."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

SortKey = tuple[str, str]

# Line feed and tab are ordinary typing. Every other control character, half of a surrogate pair
# and what is no character at all break documents (XML holds none of them), PostgreSQL (NUL) or the
# driver (surrogates).
_NO_CHARACTERS = "".join(chr(plane * 0x10000 + 0xFFFE + n) for plane in range(17) for n in (0, 1))
_FORBIDDEN = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]"
)
# The same in UTF-8: control characters of one byte, of two; noncharacters by how they begin or end.
_FINE_BYTES = bytes(byte for byte in range(256) if not _FORBIDDEN.match(chr(byte)) or byte > 0x7F)
_SUSPECTS = tuple(
    map(re.compile, (rb"\xc2[\x80-\x9f]", rb"\xef\xb7[\x90-\xaf]", rb"\xbf[\xbe\xbf]"))
)

_MARKS = 30  # accents in a row
_COMPOSED = 4  # characters that may become one when letters are composed, at most
_SEEN_EARLY = 20  # characters, of which one is nearly always to be seen
_ALIKE = 0.6  # how much of two names must be the same for one to be a misspelling of the other

# What is not drawn though no format character: Default_Ignorable_Code_Point of Unicode 16 (its file
# DerivedCoreProperties), and what is drawn as nothing: the blank braille pattern, the place of an
# object, blank hieroglyphs, the filler of Khitan, the note without a head.
_NOT_DRAWN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\ufffc\U00013441\U00013442\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

_DOTS = re.compile("[.\u3002]")  # between the parts of a domain: the ideographic one, too
_LABEL = 63  # characters of such a part, at most

# What opens or closes a quotation, or looks as if it did, and what stands for it inside of one.
_INNER_QUOTES = {
    **dict.fromkeys(map(ord, "“„‟❝〝"), "‘"), **dict.fromkeys(map(ord, "”❞〞"), "’"),
    **dict.fromkeys(map(ord, '"″＂'), "'"),
}  # fmt: skip
ANY_QUOTE = re.compile(f"[{''.join(map(chr, _INNER_QUOTES))}‘’']")
# Marks, embeddings, overrides and isolates of the direction of writing.
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str, *, limit: int, field: str | None = None) -> str:
    """`text` with line ends as \\n and outer white space removed.

    Args: limit: most characters allowed, after cleaning; field: where it was typed, for the error.
    Raises: Invalid if it is longer than `limit` or holds a control character.
    """
    return _clean_characters(text, room=limit, limit=limit, field=field)


def _clean_characters(text: str, *, room: int, limit: int, field: str | None) -> str:
    """`clean_text` of up to `room` characters; who types more is told `limit`."""
    tidy = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if refusal := find_forbidden_character(tidy, field=field):
        raise refusal
    if len(tidy) > room:  # before anything is done whose time grows with the text
        raise _too_long_error(limit, len(tidy), field)
    if tidy.isascii():
        return tidy
    refuse_piled_marks(tidy, field=field)
    return tidy if key_of(tidy[:_SEEN_EARLY]) or key_of(tidy) else ""  # nothing of it can be seen


def refuse_piled_marks(text: str, *, field: str | None = None) -> None:
    """Raise Invalid where more accents stand on one letter than any language has."""
    if piled := _find_piled_marks().search(text):
        raise Invalid(
            N_("Remove some of the accents at position %(position)s: there are too many."),
            position=piled.start() + 1,
            field=field,
        )


@cache
def _find_piled_marks() -> re.Pattern[str]:
    """Finds more than 30 accents in a row, and keeps the first 30 apart.

    To put accents in order takes a time that grows with the square of their number. 30 are more
    than any language has (UAX #15, Stream-Safe Text Format).
    """
    found = (letter for letter in map(chr, range(0x300, 0x20000)) if _begins_with_mark(letter))
    letters = "".join(map(re.escape, found))
    return re.compile(f"([{letters}]{{{_MARKS}}})[{letters}]+")


def _begins_with_mark(letter: str) -> bool:
    """Whether a character is an accent, or becomes one when it is taken apart."""
    apart = unicodedata.normalize("NFKD", letter) if unicodedata.decomposition(letter) else letter
    return unicodedata.combining(apart[0]) != 0


def normalize_text(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`text` in a normal form of Unicode; of accents in a row, no more than 30 count."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, _find_piled_marks().sub(r"\1", text))


def _too_long_error(limit: int, length: int, field: str | None) -> Invalid:
    return Invalid(
        N_("Shorten this to %(limit)s characters; it has %(length)s."),
        limit=limit,
        length=length,
        field=field,
    )


def find_forbidden_character(text: str, *, field: str | None = None) -> Invalid | None:
    """The refusal of the first character that can't be stored; None if there is none."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    return Invalid(
        N_("Remove the control character at position %(position)s: it can’t be stored."),
        position=found.start() + 1,
        field=field,
    )


def require_text(text: str, missing: str, *, limit: int, field: str) -> str:
    """`clean_text`, for what must not be left out.

    Raises: Invalid with `missing` if nothing is left.
    """
    tidy = clean_text(text, limit=limit, field=field)
    if not tidy:
        raise Invalid(missing, field=field)
    return tidy


def require_line(text: str, missing: str, *, limit: int, field: str) -> str:
    """`clean_line`, for what must not be left out.

    Raises: Invalid with `missing` if nothing is left.
    """
    tidy = clean_line(text, limit=limit, field=field)
    if not tidy:
        raise Invalid(missing, field=field)
    return tidy


def replace_control_characters(text: str) -> str:
    """`text` of the same length, with U+FFFD for each character that `clean_text` refuses."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def may_hold_forbidden_characters(body: bytes) -> bool:
    """Whether a text in UTF-8 may hold what `clean_text` refuses; True can be a false alarm.

    Forty times as fast as looking at each character, for whole pages.
    """
    return bool(body.translate(None, _FINE_BYTES)) or any(each.search(body) for each in _SUSPECTS)


def quote_inside(text: str) -> str:
    """`text` for the inside of “…”, which it can't end: its quotation marks become single ones."""
    return text.translate(_INNER_QUOTES)


def drop_steering(text: str) -> str:
    """`text` without what steers the direction of writing: sentences are made without it."""
    return text if text.isascii() else _STEERING.sub("", text)


def isolate_direction(text: str) -> str:
    """`text` for the inside of a sentence, which it can't reorder: a name in Arabic, for instance.

    What steers the direction of writing is left out, and right-to-left text stands in an isolate.
    """
    plain = drop_steering(text)
    if not any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in plain):
        return plain
    return f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


def isolate_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a sentence: what somebody typed can't turn the words around it."""
    return {
        key: isolate_direction(value) if type(value) is str else value
        for key, value in values.items()
    }


def cut_visibly(text: str, limit: int) -> str:
    """The text, or as much of it as fits with a sign that it goes on: nothing is cut unseen."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def clean_line(text: str, *, limit: int, field: str | None = None) -> str:
    """`clean_text` on one line, with composed letters and single blanks: for titles and names.

    Raises: Invalid for a text whose key would be far longer than it is, too.
    """
    typed = _clean_characters(text, room=_COMPOSED * limit, limit=limit, field=field)
    whole = normalize_text("NFC", typed)
    if len(whole) > limit:
        raise _too_long_error(limit, len(whole), field)
    tidy = " ".join(whole.split())
    if not tidy.isascii() and (length := len(key_of(tidy))) > limits.KEY * limit:
        raise _too_long_error(limit, length, field)
    return tidy


def show_minus(number: str) -> str:
    """A number as people read it: its sign is a minus, not a hyphen, and keeps to it."""
    return number.replace("-", "\u2212")


def slug_of(title: str) -> str:
    """`title` in lower case with hyphens, without accents; "evaluation" if nothing is left."""
    plain = normalize_text("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-") or "evaluation"


def key_of(text: str) -> str:
    """The form under which two spellings of a name, title or code are one; kept nowhere but in
    columns of keys, and never shown.

    Compatible forms (full width, ligatures, composed or not) and upper and lower case are one;
    characters that are not seen (zero width, direction of writing) and needless blanks don't count.
    """
    if text.isascii():
        return " ".join(text.split()).casefold()
    seen = keep_drawn(normalize_text("NFKC", text).casefold())
    return " ".join(normalize_text("NFKC", seen).split())


def keep_drawn(text: str) -> str:
    """`text` without what is not seen: zero width, direction of writing, fillers."""
    drawn = _NOT_DRAWN.sub("", text)
    return "".join(letter for letter in drawn if unicodedata.category(letter) != "Cf")


def sort_key(text: str) -> SortKey:
    """Where people look for a name: accents and case count only between names that are else one.

    Databases sort by rules of their own, each by others; pages sort by this.
    """
    parts = normalize_text("NFKD", key_of(text))
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return plain, text


def to_plain_word(text: str) -> str:
    """The form under which headers and choices are compared: no accents, no case, no hyphens."""
    return " ".join(sort_key(text)[0].replace("-", " ").rstrip(" :*").split()).replace(
        "e mail", "email"
    )


def find_nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None if there is none like it."""
    spellings = {key_of(each): each for each in known}
    found = get_close_matches(key_of(name), spellings, n=1, cutoff=_ALIKE)
    return spellings[found[0]] if found else None


def email_key(email: str) -> str:
    """The form under which two spellings of one mail address are one.

    Not `key_of`: straße@ and strasse@ are two mailboxes. Upper and lower case are one, composed
    letters or not, and the two ways to write a domain (that of RFC 5891, with xn--, stays).
    """
    if email.isascii():
        return " ".join(email.split()).lower()
    local, at, domain = " ".join(keep_drawn(email).split()).rpartition("@")
    folded = normalize_text("NFC", normalize_text("NFC", local).lower())
    return folded + at + ".".join(map(_to_ascii_label, _DOTS.split(_fold_domain(domain))))


def _fold_domain(domain: str) -> str:
    """Of a domain, compatible forms are one as well, as whoever looks it up takes them."""
    return normalize_text("NFKC", normalize_text("NFKC", domain).lower())


def _to_ascii_label(label: str) -> str:
    """A part of a domain as it is looked up; as it is if it is too long for one.

    Python's codec "idna" is that of 2003, for which ß is ss.
    """
    if label.isascii() or len(label) > _LABEL:
        return label
    return f"xn--{label.encode('punycode').decode('ascii')}"
