"""The hash chain of the journal: each entry's hash covers the entry and the hash before it.

Whoever changes, removes or slips in an entry has to change every hash after it; who kept one of
the later hashes (it stands on receipts and in the memo) notices.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

SITE = 0  # the chain of what belongs to no evaluation
START = ""  # what the first entry follows
HASH_LENGTH = 64  # hex digits of a SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """What a hash covers, and the hash that was stored with it. `at` is an aware moment."""

    chain: int
    number: int
    at: datetime
    content: Mapping[str, Any]
    hash: str = ""


def to_canonical_json(value: Any) -> str:
    """One text for one value, whoever writes it: JSON with sorted keys, no blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_text(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(link: ChainLink, previous: str) -> str:
    """The hash of an entry that follows the one with the hash `previous`."""
    covered = {
        **link.content,
        "previous": previous,
        "chain": link.chain,
        "number": link.number,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return hash_text(to_canonical_json(covered))


SHORTEST = 12  # digits of a hash, from which on one is told from another


def clean_hash(text: str) -> str:
    """A hash as it is printed, in groups or only its beginning, as it is stored.

    Raises: Invalid for what is no hash, or too short a piece of one.
    """
    tidy = "".join(text.split()).replace("-", "").lower()
    if not SHORTEST <= len(tidy) <= HASH_LENGTH or set(tidy) - set("0123456789abcdef"):
        raise Invalid(
            N_(
                "A fingerprint has %(least)s to %(most)s digits, 0 to 9 and a to f, with blanks or"
                " hyphens between them: copy it as it is printed."
            ),
            least=SHORTEST,
            most=HASH_LENGTH,
        )
    return tidy


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where a chain breaks: the number that should be there, and what is wrong."""

    chain: int
    number: int
    missing: bool  # the entry isn't there; else it isn't what was written


class ChainReader:
    """Follows one chain, a link at a time, in the order of its numbers.

    After a changed entry the stored hash is followed on, so that one change is one break.
    """

    def __init__(self) -> None:
        self._previous, self._expected = START, 1

    def find_break(self, link: ChainLink) -> ChainBreak | None:
        """What is wrong where the next link should be."""
        previous, expected = self._previous, self._expected
        self._previous, self._expected = link.hash, link.number + 1
        if link.number != expected:
            return ChainBreak(link.chain, expected, missing=True)
        if hash_of(link, previous) != link.hash:
            return ChainBreak(link.chain, link.number, missing=False)
        return None
