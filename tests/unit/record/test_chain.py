"""The hash chain: what was written is what stands there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.ballots.receipts import FIRST_SCHEMA, group_receipt, has_same_marks
from crrubric.domain.record.chain import (
    START,
    ChainBreak,
    ChainLink,
    ChainReader,
    Fault,
    hash_of,
    hash_text,
    to_canonical_json,
)

AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)


def chain(size: int) -> list[ChainLink]:
    """A sound chain of so many entries."""
    links: list[ChainLink] = []
    for number in range(1, size + 1):
        bare = ChainLink(
            chain=7,
            number=number,
            at=AT + timedelta(minutes=number),
            content={"event": f"e{number}"},
        )
        previous = links[-1].hash if links else START
        links.append(replace(bare, hash=hash_of(bare, previous)))
    return links


def find_chain_breaks(links: list[ChainLink]) -> list[ChainBreak]:
    """Every place where the chain is not what was written."""
    reader = ChainReader()
    return [place for link in links if (place := reader.find_break(link)) is not None]


def test_an_unchanged_chain_has_no_break():
    assert find_chain_breaks(chain(5)) == []
    assert find_chain_breaks([]) == []


def test_the_hash_is_the_sha256_of_the_documented_text():
    link = ChainLink(chain=1, number=1, at=AT, content={"event": "E", "reason": "é"})
    text = (
        '{"at":"2027-03-02T10:42:00.000000+00:00","chain":1,"event":"E","number":1,'
        '"previous":"","reason":"\\u00e9"}'
    )

    assert hash_of(link, START) == hash_text(text)


@given(st.integers(1, 8), st.data())
def test_a_changed_entry_is_one_break(size, data):
    links = chain(size)
    place = data.draw(st.integers(0, size - 1))
    links[place] = replace(links[place], content={"event": "something else"})

    assert find_chain_breaks(links) == [ChainBreak(7, place + 1, Fault.CHANGED)]


@given(st.integers(2, 8), st.data())
def test_a_removed_entry_is_noticed(size, data):
    links = chain(size)
    place = data.draw(st.integers(0, size - 2))
    del links[place]

    assert find_chain_breaks(links)[0] == ChainBreak(7, place + 1, Fault.MISSING)


def test_a_changed_entry_with_its_own_hash_made_anew_breaks_the_next_one():
    links = chain(4)
    forged = replace(links[1], content={"event": "something else"})
    links[1] = replace(forged, hash=hash_of(forged, links[0].hash))

    assert find_chain_breaks(links) == [ChainBreak(7, 3, Fault.CHANGED)]


def test_a_moment_is_the_same_in_every_zone():
    here = ChainLink(chain=1, number=1, at=AT, content={})
    there = ChainLink(
        chain=1, number=1, at=AT.astimezone(timezone(timedelta(hours=-5))), content={}
    )

    assert hash_of(here, START) == hash_of(there, START)


def test_the_seal_does_not_depend_on_key_order_and_spaces():
    content = to_canonical_json(
        {"marks": {"b": {"x": 1, "a": 2}, "a": {}}, "gaps": {"c": "é"}, "n": 1}
    )

    assert has_same_marks(content, {"a": {}, "b": {"a": 2, "x": 1}}, {"c": "é"})
    assert not has_same_marks(content, {"a": {}, "b": {"a": 2, "x": 3}}, {"c": "é"})


def test_marks_sealed_in_the_first_format_are_compared_correctly():
    first = {"answer": "NO", "evidence_on": "2027-03-12"}
    content = to_canonical_json({"schema": FIRST_SCHEMA, "marks": {"ada": first}, "gaps": {}})
    now = {**first, "evidence_until": None, "files": []}

    assert has_same_marks(content, {"ada": now}, {})
    assert not has_same_marks(content, {"ada": {**now, "evidence_until": "2027-05-03"}}, {})
    assert not has_same_marks(content, {"ada": {**now, "files": [{"name": "late.pdf"}]}}, {})
    assert not has_same_marks(content, {"ada": {**now, "answer": "YES"}}, {})


def test_a_receipt_is_shown_in_groups():
    assert group_receipt("0123456789abcdef") == "01234567 89abcdef"
