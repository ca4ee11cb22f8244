"""A copy of one journal as lines of JSON, with texts withheld, that is verified without a database.

First what it is, then a line for each entry, then how many there are and the newest hash.
docs/journal.md says how to do it without crrubric.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.event_fields import Kinds, TextKind, find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.procurement.purchase import AMOUNT_FIELDS, tells_amount
from crrubric.domain.record.chain import (
    FAULTS,
    ChainLink,
    ChainReader,
    to_canonical_json,
    write_moment,
)
from crrubric.domain.record.texts import (
    ACCOUNTS,
    SIZES,
    Typed,
    commit_text,
    iterate_numbers,
    iterate_strings,
    replace_texts,
)
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.domain.translation import N_

# the first told of entries that it withheld when they were written; in the third there can be
# entries of the fourth version
FORM = 3
# what is told of vendors' files: their names can tell a price, “Offer, 48 dollars a seat”
OF_VENDOR_FILES = (
    Event.VENDOR_FILE_ATTACHED,
    Event.VENDOR_FILE_CHANGED,
    Event.VENDOR_FILE_WITHDRAWN,
)
# What a reviewer asked and the chair did not pass on: the words could tell whose they are.
NOT_PASSED_ON = (Event.ASKING_SET_ASIDE, "words")
NAME = "crrubric_journal"
ENTRY: dict[str, type | tuple[type, ...]] = {
    "number": int, "at": (str, type(None)), "version": int, "hash": str,
    "content": (dict, type(None)),
    "salts": dict, "withheld": dict,
}  # fmt: skip


def withhold_texts(link: ChainLink, kinds: Kinds) -> ChainLink:
    """The entry without its texts of these kinds, and without words that no copy tells.

    If one of them has no salt, it is without any content.

    Raises: ValueError for the content of an entry that nobody can read.
    """
    numbers = SIZES if kinds else frozenset()
    return withhold_chosen(
        link,
        lambda event, name, _text: bool(find_text_kinds(event, name) & kinds),
        numbers=numbers | ACCOUNTS if TextKind.PEOPLE in kinds else numbers,
    )


def withhold_chosen(
    link: ChainLink, wanted: Callable[[Event, str, str], bool], *, numbers: Collection[str]
) -> ChainLink:
    """As `withhold_texts`, without the typed texts that are `wanted`: by event, field and text.

    Args: numbers: fields whose numbers are withheld as well, where the entry commits to them.
    Raises: ValueError for the content of an entry that nobody can read.
    """
    content = link.content
    if content is None:
        return link
    event = Event(content["event"])
    chosen: dict[str, Typed] = {
        pointer: text
        for pointer, name, text in iterate_strings(content)
        if find_text_kinds(event, name)
        and (wanted(event, name, text) or (event, name) == NOT_PASSED_ON)
    }
    if chosen.keys() - link.salts.keys():
        return withhold_entry(link)
    chosen |= {
        pointer: number
        for pointer, number in iterate_numbers(content, numbers)
        if pointer in link.salts
    }
    gone = {pointer: commit_text(link.salts[pointer], text) for pointer, text in chosen.items()}
    withheld = {**link.withheld, **gone}
    return replace(
        link,
        content=replace_texts(content, {pointer: lambda _text: None for pointer in withheld}),
        salts={key: salt for key, salt in link.salts.items() if key not in withheld},
        withheld=withheld,
    )


def withhold_entry(link: ChainLink) -> ChainLink:
    """The entry without anything that it tells, not even when: its fingerprint is left, and that
    there is one between the others."""
    return replace(link, at=None, content=None, salts={}, withheld={})


def tells_price(link: ChainLink) -> bool:
    """Whether an entry tells a vendor's price, as it was or as it is, or names a file that may."""
    if (link.content or {}).get("event") in OF_VENDOR_FILES:
        return True
    told = [(link.content or {}).get(part) for part in ("before", "after")]
    rows = [row for row in told if isinstance(row, dict)]
    return any(row.get(name) not in (None, "") for row in rows for name in PRICE_FIELDS) or any(
        tells_amount(row.get(name)) for row in rows for name in AMOUNT_FIELDS
    )


def write_copy(chain: int, links: Iterable[ChainLink]) -> Iterator[str]:
    """The lines of a copy of one chain."""
    yield to_canonical_json({NAME: FORM, "chain": chain})
    entries, head = 0, ""
    for link in links:
        entries, head = entries + 1, link.hash
        yield to_canonical_json({
            "number": link.number,
            "at": None if link.at is None else write_moment(link.at),
            "version": link.version,
            "hash": link.hash,
            "content": link.content,
            "salts": dict(link.salts),
            "withheld": dict(link.withheld),
        })  # fmt: skip
    yield to_canonical_json({"entries": entries, "head": head})


@dataclass(kw_only=True, slots=True)
class CopyFindings:
    """What a look at a copy found. `omitted`: entries that are withheld as a whole."""

    chain: int = 0
    entries: int = 0
    withheld: int = 0
    omitted: int = 0
    head: str = ""
    problems: list[CrrubricError] = field(default_factory=list)
    hashes: dict[str, int] = field(default_factory=dict)  # the number of the entry that tells it


def ignore_link(_link: ChainLink) -> None:
    """Nobody else wants to know of the entries of a copy."""


def verify_copy(
    lines: Iterable[str], take_link: Callable[[ChainLink], None] = ignore_link
) -> CopyFindings:
    """Follow the chain of a copy; each entry is handed to `take_link` as well.

    Raises: Invalid for what is no copy of a journal.
    """
    found, reader, ended = CopyFindings(), ChainReader(), False
    for number, line in enumerate(lines, start=1):
        told = _read_line(number, line)
        if number == 1:
            found.chain = _read_heading(told)
        elif ended:
            raise Invalid(N_("Line %(line)s: there is something behind the end."), line=number)
        elif "entries" in told:
            ended = True
            if (told["entries"], told.get("head")) != (found.entries, reader.head):
                found.problems.append(Invalid(N_("The copy does not end where it says.")))
        else:
            link = _read_entry(number, found.chain, told)
            _follow_entry(link, reader, found)
            take_link(link)
    if not ended:
        found.problems.append(Invalid(N_("The copy has no end: a part of it is missing.")))
    found.head = reader.head
    return found


def find_numbers_by_hash(found: CopyFindings, start: str) -> list[int]:
    """The entries of a copy whose hash, or the receipt that they tell of, begins so."""
    return sorted({number for hash_, number in found.hashes.items() if hash_.startswith(start)})


def _follow_entry(link: ChainLink, reader: ChainReader, found: CopyFindings) -> None:
    """Take in the next entry."""
    found.entries += 1
    found.withheld += len(link.withheld)
    found.omitted += link.content is None
    found.hashes[link.hash] = link.number
    after = (link.content or {}).get("after")
    if isinstance(after, dict) and isinstance(after.get("receipt"), str):
        found.hashes.setdefault(after["receipt"], link.number)
    place = reader.find_break(link)
    if place is not None:
        message = FAULTS[place.fault]
        found.problems.append(Invalid(message, chain=place.chain, number=place.number))


def _read_line(number: int, line: str) -> dict[str, Any]:
    """The object of a line. Raises: Invalid."""
    try:
        told = json.loads(
            line,
            object_pairs_hook=_refuse_doubles,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Invalid(N_("Line %(line)s is not a line of a copy of a journal."), line=number)
    return told


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that is there twice, readers would take the one or the other."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key is there twice")
    return told


def _refuse_number(text: str) -> None:
    """The journal has whole numbers: of others, programs write different texts."""
    raise ValueError(f"no number of ours: {text}")


def _read_heading(told: dict[str, Any]) -> int:
    """The chain that the copy is of. Raises: Invalid."""
    chain = told.get("chain")
    if type(told.get(NAME)) is not int or type(chain) is not int:
        raise Invalid(N_("This is not a copy of a journal: “crrubric journal” writes one."))
    if told[NAME] > FORM:
        raise Invalid(N_("This copy was written by a newer crrubric: verify it with that version."))
    return chain


def _read_moment(text: str | None, *, withheld: bool) -> datetime | None:
    """When an entry was written; of one that is withheld it may be left out. Raises: ValueError."""
    if text is None:
        if withheld:
            return None
        raise ValueError("an entry without a moment")
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or write_moment(at) != text:
        raise ValueError("a moment in another form than it is covered in")
    return at


def _read_entry(number: int, chain: int, told: dict[str, Any]) -> ChainLink:
    """The entry of a line. Raises: Invalid."""
    try:
        if told.keys() != ENTRY.keys() or not all(
            isinstance(told[name], kind) and not isinstance(told[name], bool)
            for name, kind in ENTRY.items()
        ):
            raise ValueError("a field is missing, or is of another kind")
        texts = [*told["salts"].values(), *told["withheld"].values()]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a salt or a commitment is no text")
        if told["salts"].keys() & told["withheld"].keys():
            raise ValueError("a text has a salt, and is withheld")
        if told["content"] is None and texts:
            raise ValueError("there are texts of nothing")
        at = _read_moment(told["at"], withheld=told["content"] is None)
    except ValueError as error:
        raise Invalid(N_("Line %(line)s is not an entry of a journal."), line=number) from error
    return ChainLink(chain=chain, **{**told, "at": at})
