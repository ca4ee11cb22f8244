"""A journal that crrubric wrote before texts were committed to verifies exactly as before."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crrubric.domain.event_fields import PEOPLE
from crrubric.domain.events import Event
from crrubric.domain.record.chain import COMMITTED, ChainBreak, ChainLink, ChainReader, Fault
from crrubric.domain.record.copies import verify_copy, withhold_texts, write_copy
from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.replay import replay_entries
from tests.independent_verifier import verify_copy_independently

# written by the revision before commitments: sixteen entries, from the creation to a finding
FIXTURE = Path(__file__).parents[2] / "data" / "journal" / "first_version.jsonl"
HEAD = json.loads(FIXTURE.read_text("utf-8").splitlines()[-1])["head"]
CHAIN = 1


def read_entries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FIXTURE.read_text("utf-8").splitlines()[1:-1]]


def read_links() -> list[ChainLink]:
    return [
        ChainLink(chain=CHAIN, **{**row, "at": datetime.fromisoformat(row["at"])})
        for row in read_entries()
    ]


def faults(links: list[ChainLink]) -> list[ChainBreak]:
    reader = ChainReader()
    return [place for link in links if (place := reader.find_break(link)) is not None]


def test_it_verifies_and_fits():
    told = [
        ToldEntry(
            number=link.number,
            at=link.at,
            **{**(link.content or {}), "event": Event((link.content or {})["event"])},
        )
        for link in read_links()
    ]

    state, unfit = replay_entries(told)

    assert faults(read_links()) == []
    assert (unfit, state.untold) == ([], set())
    assert (len(state.marks), len(state.findings), len(state.sealed)) == (3, 1, 1)
    assert verify_copy_independently(FIXTURE.read_text("utf-8")) == HEAD


@pytest.mark.parametrize(
    "changed",
    [
        {"content": {"event": "MARK_RECORDED"}},
        {"version": COMMITTED},
        {"salts": {"/actor_name": "0" * 32}},
        {"withheld": {"/actor_name": "0" * 64}},
    ],
)
def test_whatever_is_changed_is_named(changed: dict[str, Any]):
    links = read_links()
    links[7] = replace(links[7], **changed)

    assert faults(links) == [ChainBreak(CHAIN, 8, Fault.CHANGED)]


def test_a_copy_leaves_out_whole_entries_and_keeps_their_hashes():
    links = [withhold_texts(link, PEOPLE) for link in read_links()]

    copy = "\n".join(write_copy(CHAIN, links))
    found = verify_copy(copy.splitlines())

    assert "Dana Chair" not in copy
    assert (found.problems, found.head, found.omitted) == ([], HEAD, len(links))
    assert verify_copy_independently(copy) == HEAD
