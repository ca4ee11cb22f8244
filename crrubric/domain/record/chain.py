"""The hash chain of the journal: each entry's hash covers the entry and the hash before it.

Whoever changes, removes or slips in an entry has to change every hash after it; who kept one of
the later hashes (it stands on receipts and in the memo) notices.

Entries of the first version are covered word by word. From the second on, a hash covers of each
typed text only a commitment (`texts.py`), from the fourth on of some numbers, too:
they can be withheld from a copy that still proves itself. How it is computed, exactly:
docs/journal.md.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from crrubric.domain.errors import Invalid
from crrubric.domain.record.texts import commit_content
from crrubric.domain.translation import N_

# the chain of what belongs to no evaluation: of the first district; that of another is -id
SITE = 0
START = ""  # what the first entry follows
HASH_LENGTH = 64  # hex digits of a SHA-256
# how an entry is covered: word by word, or with a commitment to each typed text; from the third
# version on, rows have the very moment of the entry that tells of them; from the fourth on there is
# a commitment to ids of accounts, too, which are the same in every evaluation of a site, and to
# sizes of issued memos
WORD_BY_WORD, COMMITTED, TIMED, NAMELESS = 1, 2, 3, 4
# What computing a hash raises where text, salt and commitment of an entry don't go together.
UNCOVERED = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """What a hash covers, and the hash that was stored with it. `at` is an aware moment.

    `salts` has the salt of each typed text and id of an account, by its pointer, `withheld` the
    commitments to those that were taken out of the content. No content: the entry was taken out of
    a copy as a whole, as single texts of the first version can't be; then nobody needs to know when
    it was, either.
    """

    chain: int
    number: int
    at: datetime | None
    content: Mapping[str, Any] | None
    hash: str = ""
    version: int = WORD_BY_WORD
    salts: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)


def to_canonical_json(value: Any) -> str:
    """One text for one value, whoever writes it: JSON with sorted keys, no blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_text(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_moment(at: datetime) -> str:
    """An aware moment as a hash covers it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def hash_of(link: ChainLink, previous: str) -> str:
    """The hash of an entry that follows the one with the hash `previous`.

    Raises: one of UNCOVERED for what no version of ours has written.
    """
    if link.content is None or link.at is None:
        raise ValueError("there is nothing to be covered")
    if link.version == WORD_BY_WORD and not link.salts and not link.withheld:
        content: Mapping[str, Any] = link.content
    elif link.version in (COMMITTED, TIMED, NAMELESS):
        bare, commitments = commit_content(
            link.content, link.salts, link.withheld, numbers=link.version >= NAMELESS
        )
        content = {**bare, "version": link.version, "texts": commitments}
    else:
        raise ValueError("nothing is covered so")
    covered = {
        **content,
        "previous": previous,
        "chain": link.chain,
        "number": link.number,
        "at": write_moment(link.at),
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


class Fault(Enum):
    """What can be wrong where the next entry of a chain should be."""

    MISSING = auto()  # it isn't there
    CHANGED = auto()  # it isn't what was written
    OLDER = auto()  # it is of an older version than the one before it: nothing of ours goes back


FAULTS = {
    Fault.MISSING: N_("Journal, chain %(chain)s: entry %(number)s is missing."),
    Fault.CHANGED: N_(
        "Journal, chain %(chain)s: entry %(number)s was changed after it was written."
    ),
    Fault.OLDER: N_(
        "Journal, chain %(chain)s: entry %(number)s is of an older form than those before it: it"
        " was not written when it says."
    ),
}


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where a chain breaks: the number that should be there, and what is wrong."""

    chain: int
    number: int
    fault: Fault


class ChainReader:
    """Follows one chain, a link at a time, in the order of its numbers.

    After a changed entry the stored hash is followed on, so that one change is one break. `head` is
    the newest hash.
    """

    def __init__(self) -> None:
        self.head, self._expected, self._version = START, 1, WORD_BY_WORD

    def find_break(self, link: ChainLink) -> ChainBreak | None:
        """What is wrong where the next link should be."""
        previous, expected = self.head, self._expected
        self.head, self._expected = link.hash, link.number + 1
        if link.number != expected:
            return ChainBreak(link.chain, expected, Fault.MISSING)
        if not has_own_hash(link, previous):
            return ChainBreak(link.chain, link.number, Fault.CHANGED)
        if link.version < self._version:
            return ChainBreak(link.chain, link.number, Fault.OLDER)
        self._version = link.version
        return None


def find_site_chain(district_id: int, first_id: int) -> int:
    """The chain of what a district does apart from its evaluations."""
    return SITE if district_id == first_id else -district_id


def has_own_hash(link: ChainLink, previous: str) -> bool:
    """Whether the stored hash is the one that what is there has; of nothing, it shows later."""
    if link.content is None:
        return True
    try:
        return hash_of(link, previous) == link.hash
    except UNCOVERED:
        return False
