"""Whether a typed text names somebody: letters to one vendor tell nothing of another."""

import re
from collections.abc import Iterable

from crrubric.domain.text import key_of

SHORTEST = 3  # letters of a code, or of one part of a person's name, that is looked for


def names_vendor(text: str, names: Iterable[str]) -> bool:
    """Whether one of these names stands in the text as words of their own, in any case."""
    where = key_of(text)
    return any(_stands_in(where, key_of(name)) for name in names if name.strip())


def names_person(text: str, name: str) -> bool:
    """Whether the text names a person: in full in any case, or one part of the name as written."""
    if names_vendor(text, [name]):
        return True
    parts = [part for part in name.split() if len(part) >= SHORTEST and part[:1].isupper()]
    return any(_stands_in(text, part) for part in parts)


def _stands_in(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
