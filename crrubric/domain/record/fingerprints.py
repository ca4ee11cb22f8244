"""The fingerprint over the marks of a file, which the journal does not tell one by one."""

import hashlib
from collections.abc import Mapping
from typing import Any

from crrubric.domain.record.chain import to_canonical_json
from crrubric.domain.record.state import MARK


class MarksFingerprint:
    """SHA-256 over a canonical text: a line for each mark, by member, vendor and criterion.

    Marks must be added in the order of these ids.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.marks = 0

    def add_mark(self, cell: tuple[int, int, int], mark: Mapping[str, Any]) -> None:
        """Take in the next mark."""
        line = to_canonical_json([*cell, *(mark[name] for name in MARK)])
        self._hash.update(line.encode() + b"\n")
        self.marks += 1

    def hexdigest(self) -> str:
        """The fingerprint in hex."""
        return self._hash.hexdigest()
