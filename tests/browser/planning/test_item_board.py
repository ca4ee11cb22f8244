"""The board of action items in a browser: dragged, by keys, without a script, on a phone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from crrubric.domain.planning.items import ItemState
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import ActionItem, User
from crrubric.services.planning import items
from tests.browser.conftest import Browse
from tests.browser.looks import overflow, violations
from tests.browser.sites import Site
from tests.browser.visitor import PHONE, Visitor
from tests.factories import PASSWORD, Factory, Made

pytestmark = pytest.mark.xdist_group("browser, plan")
SAID = "[data-said]"


def make_board(site: Site) -> tuple[Made, str, int]:
    """An evaluation with two items of which one is overdue, its chair's address, that item."""
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP)
        email = db.session.get_one(User, made.chair.user_id).email
        late = items.ItemText(words="Order headsets", owner="Dana", due_on=date(2026, 1, 5))
        item = items.add_action_item(made.chair, made.slug, late).id
        items.add_action_item(made.chair, made.slug, items.ItemText(words="Call", owner="Eli"))
        db.session.remove()
    return made, email, item


def column(visitor: Visitor, state: ItemState):
    return visitor.page.locator(f".board-column[data-state={state.value}]")


def test_a_card_is_dragged_and_moved_by_keys(site: Site, browse: Browse):
    made, email, item = make_board(site)
    chair = browse(site).sign_in(email, PASSWORD)
    chair.page.goto(made.url("plan/items/board"))
    card = chair.page.locator(f"#item-{item}")
    expect(card).to_contain_text("overdue")
    assert violations(chair.page) == []

    card.drag_to(column(chair, ItemState.DONE))

    expect(column(chair, ItemState.DONE).locator(f"#item-{item}")).to_be_visible()
    expect(chair.page.locator(SAID)).to_have_text("“Order headsets” is in the column “done” now.")
    expect(card.get_by_text("overdue")).to_be_hidden()
    grip = card.locator("[data-grip]")
    grip.focus()
    chair.page.keyboard.press("ArrowLeft")
    expect(column(chair, ItemState.UNDER_WAY).locator(f"#item-{item}")).to_be_visible()
    chair.page.keyboard.press("ArrowLeft")
    expect(column(chair, ItemState.OPEN).get_by_role("listitem")).to_have_count(2)
    expect(grip).to_be_focused()
    expect(column(chair, ItemState.OPEN).locator(".item-words").first).to_have_text(
        "Order headsets"
    )
    chair.page.keyboard.press("ArrowDown")
    expect(chair.page.locator("[data-grip]").nth(1)).to_be_focused()
    assert violations(chair.page) == []
    chair.snap("board")
    with site.app.app_context():
        assert db.session.get_one(ActionItem, item).version == 4
        db.session.remove()


def test_dropping_asks_for_the_reason_and_a_conflict_is_shown(site: Site, browse: Browse):
    made, email, item = make_board(site)
    chair = browse(site).sign_in(email, PASSWORD)
    chair.page.goto(made.url("plan/items/board?owner=Dana"))
    card = chair.page.locator(f"#item-{item}")
    with chair.page.expect_navigation():
        card.drag_to(column(chair, ItemState.DROPPED))
    expect(chair.page.get_by_label("dropped", exact=True)).to_be_checked()
    chair.page.get_by_label("Why is it dropped?").fill("Too dear.")
    chair.press("Save")
    expect(column(chair, ItemState.DROPPED)).to_contain_text("Too dear.")
    assert chair.page.url.endswith("?owner=Dana")

    with site.app.app_context():
        items.move_action_item(made.chair, made.slug, item, ItemState.DONE)
        db.session.remove()
    chair.expected.append("409")
    sent = chair.count_posts()
    card.get_by_role("button", name="under way").click()
    expect(chair.page.get_by_text("Saved meanwhile: done")).to_be_visible()
    expect(chair.page.get_by_label("under way")).to_be_checked()
    assert (len(sent), violations(chair.page)) == (1, [])
    chair.page.get_by_role("button", name="Save").click()
    expect(column(chair, ItemState.UNDER_WAY)).to_contain_text("Order headsets")


def test_without_a_script_the_buttons_move_a_card_on_a_phone(site: Site, browse: Browse):
    made, email, item = make_board(site)
    chair = browse(site, width=PHONE, script=False).sign_in(email, PASSWORD)
    chair.page.goto(made.url("plan/items/board"))
    assert overflow(chair.page) == []
    expect(chair.page.locator("[data-grip]").first).to_be_hidden()

    with chair.page.expect_navigation():
        chair.page.locator(f"#item-{item}").get_by_role("button", name="done").click()

    expect(column(chair, ItemState.DONE)).to_contain_text("Order headsets")
    chair.snap("board on a phone")
