"""The hash chain of the journal: each entry's hash covers the entry and the hash before it.

Whoever changes, removes or slips in an entry has to change every hash after it; who kept one of
the later hashes (it stands on receipts and in the memo) notices.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SITE = 0  # the chain of what belongs to no evaluation
START = ""  # what the first entry follows


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


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where a chain breaks: the number that should be there, and what is wrong."""

    chain: int
    number: int
    missing: bool  # the entry isn't there; else it isn't what was written


def find_chain_breaks(links: Iterable[ChainLink]) -> list[ChainBreak]:
    """Every place where one chain, in the order of its numbers, is not what was written.

    After a changed entry the stored hash is followed on, so that one change is one break.
    """
    found: list[ChainBreak] = []
    previous, expected = START, 1
    for link in links:
        if link.number != expected:
            found.append(ChainBreak(link.chain, expected, missing=True))
        elif hash_of(link, previous) != link.hash:
            found.append(ChainBreak(link.chain, link.number, missing=False))
        previous, expected = link.hash, link.number + 1
    return found
