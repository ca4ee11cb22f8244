"""Which must-haves a journal entry lifts: told by their ids, by titles in older versions."""

from dataclasses import replace
from typing import Any

import pytest

from crrubric.domain.events import Event
from crrubric.domain.record.entries import ROW, Near, ToldEntry
from crrubric.domain.record.replay import replay_entry
from crrubric.domain.record.state import State
from crrubric.domain.record.texts import Withheld
from tests.unit.record.test_moments import AT

TITLES = {1: "Pace", 2: "Text, audio", 3: "Text", 4: "audio", 5: "Twin", 6: "Twin", 7: "Extra"}


def told_state() -> State:
    rows = {key: {"title": title, "must_have": key != 7} for key, title in TITLES.items()}
    return State(criteria=rows)


def entry(event: Event, after: dict[str, Any] | None = None) -> ToldEntry:
    return ToldEntry(
        number=2, at=Near(AT), actor_id=1, actor_name="Dana", event=event, subject="Acme",
        vendor_id=9, criterion_id=None, member_id=None, before=None, after=after, reason="Why",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "lifted"),
    [
        ({"does_not_meet": "whatever", ROW: {"criteria": [1, 3]}}, [1, 3]),
        ({"does_not_meet": "Pace"}, [1]),
        ({"does_not_meet": "Pace, Text"}, [1, 3]),
        ({"does_not_meet": "Text, audio, Pace"}, None),  # one must-have, or two
        ({"does_not_meet": "Twin"}, None),
        ({"does_not_meet": "Extra"}, None),  # no must-have
        ({"does_not_meet": Withheld("0" * 64)}, None),
    ],
)
def test_an_entry_says_which_must_haves_it_lifts(after: dict[str, Any], lifted: list[int] | None):
    state = told_state()

    assert replay_entry(state, entry(Event.REINSTATEMENT_RECORDED, after))

    assert state.reinstated == {(9, key): ("Why", "Dana") for key in lifted or ()}
    assert ("reinstated" in state.untold, state.untold_entries) == (lifted is None, lifted is None)
    assert replay_entry(state, entry(Event.REINSTATEMENT_WITHDRAWN))
    assert state.reinstated == {}


def test_nothing_is_lifted_twice_or_withdrawn_without_being_lifted():
    state, lift = told_state(), entry(Event.REINSTATEMENT_RECORDED, {ROW: {"criteria": [1]}})

    assert [replay_entry(state, lift), replay_entry(state, lift)] == [True, False]
    back = entry(Event.REINSTATEMENT_WITHDRAWN)
    assert [replay_entry(state, back), replay_entry(state, back)] == [True, False]


def test_an_entry_of_today_tells_them_by_their_ids():
    told = replace(entry(Event.REINSTATEMENT_RECORDED, {"does_not_meet": "Pace"}), at=AT)

    assert not replay_entry(told_state(), told)
