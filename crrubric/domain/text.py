"""The one gate for typed text: stored as typed, or refused with a reason."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

# Line feed and tab are ordinary typing; every other control character, and half of a surrogate
# pair, breaks documents, PostgreSQL (NUL) or the driver (surrogates).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# Marks, embeddings, overrides and isolates of the direction of writing.
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str, *, limit: int, field: str | None = None) -> str:
    """`text` with line ends as \\n and outer white space removed.

    Args: limit: most characters allowed, after cleaning; field: where it was typed, for the error.
    Raises: Invalid if it is longer than `limit` or holds a control character.
    """
    tidy = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := _FORBIDDEN.search(tidy):
        raise Invalid(
            N_("Remove the control character at position %(position)s: it can’t be stored."),
            position=found.start() + 1,
            field=field,
        )
    if len(tidy) > limit:
        raise Invalid(
            N_("Shorten this to %(limit)s characters; it has %(length)s."),
            limit=limit,
            length=len(tidy),
            field=field,
        )
    return tidy


def require_text(text: str, missing: str, *, limit: int, field: str) -> str:
    """`clean_text`, for what must not be left out.

    Raises: Invalid with `missing` if nothing is left.
    """
    tidy = clean_text(text, limit=limit, field=field)
    if not tidy:
        raise Invalid(missing, field=field)
    return tidy


def replace_control_characters(text: str) -> str:
    """`text` of the same length, with U+FFFD for each character that `clean_text` refuses."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def isolate_direction(text: str) -> str:
    """`text` for the inside of a sentence, which it can't reorder: a name in Arabic, for instance.

    What steers the direction of writing is left out, and right-to-left text stands in an isolate.
    """
    plain = _STEERING.sub("", text)
    if not any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in plain):
        return plain
    return f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


def isolate_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a sentence: what somebody typed can't turn the words around it."""
    return {
        key: isolate_direction(value) if type(value) is str else value
        for key, value in values.items()
    }


def clean_line(text: str, *, limit: int, field: str | None = None) -> str:
    """`clean_text`, with every run of white space made one blank: for titles and names."""
    return " ".join(clean_text(text, limit=limit, field=field).split())


def slug_of(title: str) -> str:
    """`title` in lower case with hyphens, without accents; "evaluation" if nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-") or "evaluation"


def email_key(email: str) -> str:
    """The form under which two spellings of an address are one: NFKC, case folded, no blanks."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
