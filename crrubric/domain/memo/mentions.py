"""Whether a typed text names somebody: letters to one vendor tell nothing of another."""

import re
from collections.abc import Iterable

from crrubric.domain.text import key_of

SHORTEST = 3  # letters of a code, or of one part of a person's name, that is looked for


class SearchedText:
    """A typed text in which many names are looked for; its key is made once."""

    def __init__(self, text: str) -> None:
        self.text, self.key = text, key_of(text)

    def names_vendor(self, names: Iterable[str]) -> bool:
        """Whether one of these names stands in it as words of their own, in any case."""
        return any(_stands_in(self.key, key_of(name)) for name in names if name.strip())

    def names_person(self, name: str) -> bool:
        """Whether it names a person: in full in any case, or one part of the name as written."""
        if self.names_vendor([name]):
            return True
        parts = [part for part in name.split() if len(part) >= SHORTEST and part[:1].isupper()]
        return any(_stands_in(self.text, part) for part in parts)


def _stands_in(text: str, name: str) -> bool:
    """Looked for as it is first: nearly every name is in no text, and a pattern takes long."""
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
