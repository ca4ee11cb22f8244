"""Commitments to typed texts: what is withheld still verifies, and nothing else does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from crrubric.domain.record.chain import (
    COMMITTED,
    NAMELESS,
    START,
    TIMED,
    WORD_BY_WORD,
    ChainBreak,
    ChainLink,
    ChainReader,
    Fault,
    hash_of,
    hash_text,
)
from crrubric.domain.record.copies import withhold_chosen
from crrubric.domain.record.texts import (
    ACCOUNTS,
    Withheld,
    commit_text,
    draw_salts,
    is_as_told,
    mark_withheld,
)

AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)
SALT = "000102030405060708090a0b0c0d0e0f"
NOTE = "/after/note"
CONTENT: Mapping[str, Any] = {
    "event": "E", "actor_name": "Ann", "reason": "", "before": None,
    "after": {"note": "Núñez said so.", "answer": "NO", "row": {"a/b": [{"c~d": "Deep"}]}},
}  # fmt: skip


def link_of(number: int = 1, previous: str = START, **changed: Any) -> ChainLink:
    """An entry with its hash as the journal writes it; `changed` before it is hashed."""
    salts = draw_salts(CONTENT, lambda name: name not in {"event", "answer"})
    bare = ChainLink(chain=7, number=number, at=AT, content=CONTENT, version=COMMITTED, salts=salts)
    bare = replace(bare, **changed)
    return replace(bare, hash=hash_of(bare, previous))


def withhold(link: ChainLink, pointer: str = NOTE, *, keep_salt: bool = False) -> ChainLink:
    content = dict(link.content or {})
    text = content["after"]["note"]
    content["after"] = {**content["after"], "note": None}
    salts = {key: salt for key, salt in link.salts.items() if keep_salt or key != pointer}
    withheld = {pointer: commit_text(link.salts[pointer], text)}
    return replace(link, content=content, salts=salts, withheld=withheld)


def faults(*links: ChainLink) -> list[ChainBreak]:
    reader = ChainReader()
    return [place for link in links if (place := reader.find_break(link)) is not None]


def test_every_typed_text_has_a_salt_of_its_own():
    salts = draw_salts(CONTENT, lambda name: name not in {"event", "answer"})

    assert sorted(salts) == ["/actor_name", "/after/note", "/after/row/a~1b/0/c~0d"]
    assert {len(salt) for salt in salts.values()} == {32}
    assert len({*salts.values(), *draw_salts(CONTENT, bool).values()}) > len(salts)


def test_the_hash_is_that_of_the_documented_text():
    content = {"event": "E", "reason": "é"}
    link = ChainLink(
        chain=1, number=1, at=AT, content=content, version=COMMITTED, salts={"/reason": SALT}
    )
    covered = b"crrubric journal text\n" + bytes(range(16)) + b"\xc3\xa9"
    commitment = sha256(covered).hexdigest()
    text = (
        '{"at":"2027-03-02T10:42:00.000000+00:00","chain":1,"event":"E","number":1,"previous":"",'
        '"reason":null,"texts":{"/reason":"' + commitment + '"},"version":2}'
    )

    assert commit_text(SALT, "é") == commitment
    assert hash_of(link, START) == hash_text(text)


def test_an_entry_verifies_whole_and_with_a_text_withheld():
    link = link_of()

    assert faults(link) == []
    assert faults(withhold(link)) == []
    assert faults(withhold(link, keep_salt=True)) == []


def with_note(link: ChainLink, note: object) -> Mapping[str, Any]:
    content = dict(link.content or {})
    content["after"] = {**content["after"], "note": note}
    return content


FORGERIES: dict[str, Callable[[ChainLink], ChainLink]] = {
    "another text": lambda link: replace(link, content=with_note(link, "Nobody said so.")),
    "another salt": lambda link: replace(link, salts={**link.salts, NOTE: SALT}),
    "a salt too long": lambda link: replace(link, salts={**link.salts, NOTE: SALT + "ff"}),
    "no salt": lambda link: replace(
        link, salts={key: salt for key, salt in link.salts.items() if key != NOTE}
    ),
    "two salts that changed places": lambda link: replace(
        link, salts={**link.salts, NOTE: link.salts["/actor_name"]}
    ),
    "a text that is gone, without its commitment": lambda link: replace(
        withhold(link), withheld={}
    ),
    "another commitment": lambda link: replace(
        withhold(link), withheld={NOTE: commit_text(SALT, "Núñez said so.")}
    ),
    "a commitment that changed its place": lambda link: replace(
        withhold(link), withheld={"/actor_name": withhold(link).withheld[NOTE]}
    ),
    "a commitment beside the text": lambda link: replace(
        link, withheld=withhold(link).withheld
    ),
    "another text over the commitment": lambda link: replace(
        withhold(link), content=with_note(link, "Nobody said so.")
    ),
    "a commitment as the text": lambda link: replace(
        withhold(link), content=with_note(link, withhold(link).withheld[NOTE]), withheld={}
    ),
    "a salt for nothing": lambda link: replace(link, salts={**link.salts, "/after/none": SALT}),
    "a salt for a number": lambda link: replace(
        link, content={**(link.content or {}), "reason": 7}, salts={**link.salts, "/reason": SALT}
    ),
    "what no version of ours is": lambda link: replace(link, version=9),
    "a later version": lambda link: replace(link, version=NAMELESS),
    "an older version": lambda link: replace(link, version=WORD_BY_WORD),
    "an older version without salts": lambda link: replace(
        link, version=WORD_BY_WORD, salts={}
    ),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_is_not_what_was_written_is_named(forge: Callable[[ChainLink], ChainLink]):
    first = link_of()
    second = link_of(2, first.hash)

    assert faults(forge(first), second) == [ChainBreak(7, 1, Fault.CHANGED)]
    assert faults(first, forge(second))[0] == ChainBreak(7, 2, Fault.CHANGED)


def test_from_the_fourth_version_on_an_id_of_an_account_is_committed_to():
    content = {
        **CONTENT,
        "event": "MARK_RECORDED",
        "actor_id": 12,
        "vendor_id": 3,
        "after": {"row": {"user_id": 7}},
    }
    salts = draw_salts(content, lambda name: name == "reason")
    link = link_of(content=content, salts=salts, version=NAMELESS)
    covered = b"crrubric journal number\n" + bytes.fromhex(salts["/actor_id"]) + b"12"

    gone = withhold_chosen(link, lambda *_text: False, numbers=ACCOUNTS)

    assert salts.keys() == {"/actor_id", "/after/row/user_id"}
    assert commit_text(salts["/actor_id"], 12) == sha256(covered).hexdigest()
    assert faults(link) == faults(gone) == []
    assert gone.content == {**content, "actor_id": None, "after": {"row": {"user_id": None}}}
    for other in ("12", 13, True, 12.0, None):
        assert faults(replace(link, content={**content, "actor_id": other}))
    with pytest.raises(ValueError, match="no text"):
        hash_of(replace(link, version=TIMED), START)


def test_a_chain_goes_from_the_first_version_to_the_second_and_not_back():
    old = link_of(version=WORD_BY_WORD, salts={})
    new = link_of(2, old.hash)
    back = link_of(3, new.hash, version=WORD_BY_WORD, salts={})

    assert faults(old, new) == []
    assert faults(old, new, back) == [ChainBreak(7, 3, Fault.OLDER)]


def test_an_entry_that_is_withheld_as_a_whole_is_held_by_the_next():
    first = link_of()
    second = link_of(2, first.hash)
    gone = replace(first, content=None, salts={}, withheld={})

    assert faults(gone, second) == []
    assert faults(replace(gone, hash="0" * 64), second) == [ChainBreak(7, 2, Fault.CHANGED)]


def test_a_withheld_text_is_compared_by_its_commitment_while_the_salt_is_there():
    known, unknown = Withheld(commit_text(SALT, "Ann"), SALT), Withheld(commit_text(SALT, "Ann"))

    assert (is_as_told(known, "Ann"), is_as_told(known, "Ben")) == (True, False)
    assert (is_as_told(unknown, "Ann"), is_as_told(unknown, "Ben")) == (True, True)
    assert (is_as_told(unknown, ""), is_as_told(unknown, None)) == (False, False)
    assert is_as_told({"a": [known, 1]}, {"a": ("Ann", 1)})
    assert not is_as_told({"a": [known, 1]}, {"a": ["Ann", 2]})
    assert not is_as_told({"a": known}, {"a": "Ann", "b": 1})


def test_what_is_withheld_stands_where_the_text_was():
    told = mark_withheld(CONTENT, {NOTE: SALT}, {NOTE: "c"})

    assert told["after"] == {**CONTENT["after"], "note": Withheld("c", SALT)}
