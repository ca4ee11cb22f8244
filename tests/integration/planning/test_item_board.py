"""The board of action items: the same items as the list, moved by the same act."""

from typing import Any

import pytest
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.domain.planning.items import ItemState
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import ActionItem, JournalEntry
from crrubric.services.planning import items
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_items import add, stored
from tests.integration.planning.test_workbook import member_of
from tests.pages import filled_form, parse, words

BOARD = "plan/items/board"
JSON = {"Accept": "application/json"}


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=2)


def columns_of(visitor: Visitor, address: str) -> dict[str, list[str]]:
    """The words on the cards by column."""
    page = visitor.page(address)
    return {
        column.get("data-state", ""): [
            words(line).strip()
            for line in column.iter("p")
            if line.get("class") == "item-words"
        ]
        for column in page.all("section")
        if column.get("data-state")
    }  # fmt: skip


def press(visitor: Visitor, made: Made, item: ActionItem, state: str, **more: Any) -> Any:
    """Press a button of the card, as the board shows it now, or as it was `shown`."""
    address = made.url(f"plan/items/{item.id}/state")
    shown = more.pop("shown", None) or filled_form(visitor.page(made.url(BOARD)), address)
    return visitor.post(address, {**shown, "state": state}, **more)


def test_the_board_has_a_column_for_each_state_and_the_filter_of_the_list(made: Made, visit: Visit):
    add(made, "First", owner="Dana")
    second = add(made, "Second", owner="Eli")
    items.move_action_item(made.chair, made.slug, second.id, ItemState.DROPPED, reason="Too dear.")
    chair = visit(made.chair)

    assert columns_of(chair, made.url(BOARD)) == {
        "OPEN": ["First"], "UNDER_WAY": [], "DONE": [], "DROPPED": ["Second"],
    }  # fmt: skip
    eli = made.url(f"{BOARD}?owner=Eli")
    assert columns_of(chair, eli)["OPEN"] == []
    assert "Dropped because: Too dear." in words(chair.page(eli).root)
    views = [each.get("href", "") for each in chair.page(eli).all("a")]
    assert made.url("plan/items/?owner=Eli") in views


def test_a_button_moves_the_card_and_leads_back_to_the_board_as_it_was(made: Made, visit: Visit):
    item, chair = add(made, owner="Dana"), visit(made.chair)
    address = made.url(f"plan/items/{item.id}/state")
    shown = filled_form(chair.page(made.url(f"{BOARD}?owner=Dana")), address)

    answer = press(chair, made, item, "DONE", shown=shown)

    assert (answer.status_code, answer.location) == (303, made.url(f"{BOARD}?owner=Dana"))
    assert stored(item.id).state is ItemState.DONE
    page = chair.page(answer.location)
    back = filled_form(page, f"{address}?undo=yes")
    assert chair.post(address, back).location == made.url(f"{BOARD}?owner=Dana")
    assert stored(item.id).state is ItemState.OPEN


def test_the_script_of_the_board_is_told_what_is_stored_now(made: Made, visit: Visit):
    item, chair = add(made), visit(made.chair)

    answer = press(chair, made, item, "UNDER_WAY", headers=JSON)

    assert answer.status_code == 200
    assert answer.json["message"] == "“Order headsets” is in the column “under way” now."
    shown = {"version": answer.json["version"], "seen": answer.json["seen"], "view": "board"}
    assert press(chair, made, item, "DONE", shown=shown, headers=JSON).status_code == 200
    events = select(JournalEntry).where(JournalEntry.event == Event.ITEM_MOVED)
    assert len(db.session.scalars(events).all()) == 2


def test_a_card_that_somebody_else_moved_meanwhile_is_not_moved(made: Made, visit: Visit):
    item, chair = add(made), visit(made.chair)
    address = made.url(f"plan/items/{item.id}/state")
    shown = filled_form(chair.page(made.url(BOARD)), address)
    items.move_action_item(made.chair, made.slug, item.id, ItemState.DROPPED, reason="Too dear.")

    assert press(chair, made, item, "DONE", shown=shown, headers=JSON).status_code == 409
    answer = press(chair, made, item, "DONE", shown=shown)

    assert answer.status_code == 409
    page = parse(409, answer.text)
    assert "Saved meanwhile: dropped" in words(page.root)
    assert filled_form(page, address)["state"] == ["DONE"]
    assert stored(item.id).dropped_reason == "Too dear."
    again = {**filled_form(page, address), "reason": ""}
    assert chair.post(address, again).location == made.url(BOARD)
    assert stored(item.id).state is ItemState.DONE


def test_dropping_a_card_asks_for_the_reason(made: Made, visit: Visit):
    item, chair = add(made), visit(made.chair)
    address = made.url(f"plan/items/{item.id}/state")

    refused = press(chair, made, item, "DROPPED")
    asked = filled_form(chair.page(f"{address}?state=DROPPED&view=board"), address)
    odd = filled_form(chair.page(f"{address}?state=LOST&view=lost"), address)

    assert refused.status_code == 422
    assert "Say why it is dropped." in refused.text
    assert (asked["state"], asked["view"], odd["state"]) == (["DROPPED"], ["board"], ["OPEN"])
    answer = chair.post(address, {**asked, "reason": "Too dear."})
    assert answer.location == made.url(BOARD)
    assert stored(item.id).dropped_reason == "Too dear."


def test_a_member_moves_their_own_cards_alone(made: Made, visit: Visit):
    own = add(made, "Mine", member_id=member_of(made, made.reviewers[0]))
    foreign = add(made, "Another's", member_id=member_of(made, made.reviewers[1]))
    member = visit(made.reviewers[0])

    forms = [each.get("action") for each in member.page(made.url(BOARD)).all("form")]

    assert made.url(f"plan/items/{own.id}/state") in forms
    assert made.url(f"plan/items/{foreign.id}/state") not in forms
    shown = {"version": "", "view": "board"}
    answer = press(member, made, foreign, "DONE", shown=shown, headers=JSON)
    assert answer.status_code == 404
    assert stored(foreign.id).state is ItemState.OPEN
