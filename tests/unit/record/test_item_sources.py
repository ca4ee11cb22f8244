"""Where an action item comes from, as its journal entry tells it."""

import pytest

from crrubric.domain.events import Event
from crrubric.domain.record.entries import ROW
from crrubric.domain.record.replay import replay_entry
from crrubric.domain.record.state import State
from tests.unit.record.test_reinstatements import entry


@pytest.mark.parametrize(
    ("told", "origin", "source"),
    [
        ("REVIEW", "review:3:1", "REVIEW"),
        ("OWN", "review:3:1", "REVIEW"),  # before items of reviews had a source of their own
        ("OWN", None, "OWN"),
        ("STEP", "step:0123456789ab", "STEP"),
    ],
)
def test_an_item_of_a_review_comes_from_it_whenever_it_was_recorded(
    told: str, origin: str | None, source: str
):
    state = State()
    after = {
        "words": "Order seats", "owner": "", "due on": None, "state": "OPEN", "comes from": told,
        ROW: {"id": 1, "member": None, "origin": origin},
    }  # fmt: skip

    assert replay_entry(state, entry(Event.ITEM_RECORDED, after))

    assert state.action_items[1]["source"] == source
