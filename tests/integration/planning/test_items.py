"""Action items: who may do what, nothing is lost, nobody reads of a vendor from which they stay
away."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import ActionItem
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.services.ballots import declarations
from crrubric.services.meeting import decisions, positions
from crrubric.services.planning import items
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.setup.evaluations import change_evaluation
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_workbook import member_of
from tests.pages import parse, words

DAY = date(2026, 9, 1)
CANARY = "Zanzibarmeadow"
LIST = "plan/items/"


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=2)


def add(made: Made, words: str = "Order headsets", **more: Any) -> ActionItem:
    return items.add_action_item(made.chair, made.slug, items.ItemText(words=words, **more))


def stored(item_id: int) -> ActionItem:
    db.session.expire_all()
    return db.session.get_one(ActionItem, item_id)


def seat_of(made: Made, actor: Actor) -> Seat:
    session = db.session()
    return require(actor, Action.VIEW_ITEMS, find_evaluation(session, made.slug), session)


def proposed(made: Made) -> list[tuple[ItemSource, str]]:
    found = list_item_proposals(db.session(), seat_of(made, made.chair))
    return [(each.source, each.words) for each in found]


def test_an_item_has_one_owner_and_words(made: Made):
    own = member_of(made, made.reviewers[0])

    with pytest.raises(Invalid) as refusal:
        add(made, "", owner="Dana", member_id=own, due_on=date(1, 1, 1))

    assert [each.field for each in (refusal.value, *refusal.value.more)] == [
        "words", "owner", "due_on",
    ]  # fmt: skip
    with pytest.raises(Invalid):
        add(made, member_id=10**9)


def test_the_owner_says_how_far_it_is_and_others_do_not(made: Made):
    owner, other = made.reviewers
    item = add(made, member_id=member_of(made, owner))

    items.move_action_item(owner, made.slug, item.id, ItemState.DONE)

    assert stored(item.id).state is ItemState.DONE
    with pytest.raises(NotFound):
        items.move_action_item(other, made.slug, item.id, ItemState.OPEN)
    with pytest.raises(NotFound):
        items.change_action_item(owner, made.slug, item.id, items.ItemText(words="Less"))


def test_who_drops_an_item_says_why(made: Made):
    item = add(made)

    with pytest.raises(Invalid):
        items.move_action_item(made.chair, made.slug, item.id, ItemState.DROPPED)
    with pytest.raises(Invalid):
        items.move_action_item(made.chair, made.slug, item.id, ItemState.DONE, reason="So.")
    items.move_action_item(made.chair, made.slug, item.id, ItemState.DROPPED, reason="Too dear.")

    assert stored(item.id).dropped_reason == "Too dear."


def test_nobody_overwrites_what_they_have_not_seen(made: Made):
    item = add(made)
    seen = fingerprint_values(items.read_item_values(item))
    progress = fingerprint_values(items.read_item_progress(item))
    items.change_action_item(made.chair, made.slug, item.id, items.ItemText(words="Order 40"))
    items.move_action_item(made.chair, made.slug, item.id, ItemState.DONE)

    other = items.ItemText(words="Order 20")
    with pytest.raises(Stale):
        items.change_action_item(made.chair, made.slug, item.id, other, seen=seen)
    with pytest.raises(Stale):
        items.move_action_item(made.chair, made.slug, item.id, ItemState.UNDER_WAY, seen=progress)

    assert stored(item.id).words == "Order 40"


def test_the_plan_suggests_items_once(made: Made):
    save_plan_answers(made.chair, made.slug, "goal", {"today": "Call"})
    rows = [{"course": "Algebra 1", "solution": "A lab"}]
    save_plan_answers(made.chair, made.slug, "causes", {"causes": rows})
    step = {"down": "year1", "across": "early", "step": "Seniors", "owner": made.chair.name}
    save_plan_answers(made.chair, made.slug, "rollout", {"plan": [step]})
    found = list_item_proposals(db.session(), seat_of(made, made.chair))
    assert [each.words for each in found] == ["Call", "Algebra 1: A lab", "Seniors"]
    db.session.rollback()

    taken = items.take_proposed_items(made.chair, made.slug, [each.origin for each in found[1:]])

    assert [row.source for row in taken] == [ItemSource.CAUSE, ItemSource.STEP]
    assert stored(taken[1].id).member_id == member_of(made, made.chair)
    assert proposed(made) == [(ItemSource.GOAL, "Call")]
    db.session.rollback()
    with pytest.raises(Stale):
        items.take_proposed_items(made.chair, made.slug, [found[1].origin])
    with pytest.raises(Invalid):
        items.take_proposed_items(made.chair, made.slug, [])


@pytest.fixture
def decided(make: Factory) -> Made:
    """The first vendor is recommended although it does not meet a criterion; the second reviewer
    stays away from it."""
    made = make.evaluation(reviewers=2, vendors=2)
    make.forward(made, Phase.SCORING, {})
    declarations.declare_interest(
        made.reviewers[1],
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="A cousin works there.",
    )
    make.forward(made, Phase.MEETING, {(0, 0): "YNY", (0, 1): "YYY", (1, 1): "YYY"})
    cell = made.vendors[0].id, made.criteria[1].id
    finding = decisions.FindingText(value=Outcome.NOT_MET, reason=CANARY)
    in_meeting.record_finding(made.chair, made.slug, *cell, finding, seen_version=0)
    text = decisions.DecisionText(
        vendor_id=made.vendors[0].id, reason="It fits.", conditions="Captions by June"
    )
    decisions.record_decision(made.chair, made.slug, text)
    promise = positions.CommitmentText(words="Training", owner="Dana", due_on=DAY)
    positions.record_commitment(made.chair, made.slug, made.vendors[0].id, promise)
    return made


def take_everything(made: Made) -> list[ActionItem]:
    origins = [each.origin for each in list_item_proposals(db.session(), seat_of(made, made.chair))]
    db.session.rollback()
    return items.take_proposed_items(made.chair, made.slug, origins)


def test_the_decision_suggests_needs_conditions_and_commitments(decided: Made):
    found = proposed(decided)

    assert (ItemSource.NEED, f"{decided.criteria[1].title}: {CANARY}") in found
    assert found[-2:] == [
        (ItemSource.PROMISE, "Captions by June"),
        (ItemSource.PROMISE, "Training"),
    ]


def test_who_stays_away_from_the_vendor_reads_no_item_about_it(decided: Made, visit: Visit):
    taken = take_everything(decided)
    away = decided.reviewers[1]
    for item in taken:
        items.change_action_item(
            decided.chair,
            decided.slug,
            item.id,
            items.ItemText(words=item.words, member_id=member_of(decided, away)),
        )

    person, other = visit(away), visit(decided.reviewers[0])

    for path in (LIST, f"{LIST}board"):
        assert CANARY in other.get(decided.url(path)).text
        assert CANARY not in person.get(decided.url(path)).text
    assert CANARY not in person.get("/").text
    assert person.get(decided.url(f"{LIST}{taken[0].id}/state")).status_code == 404
    with pytest.raises(NotFound):
        items.move_action_item(away, decided.slug, taken[0].id, ItemState.DONE)


def test_the_needs_of_the_curriculum_in_place_are_suggested(make: Factory):
    made = make.evaluation(vendors=1)
    title = made.evaluation.title
    change_evaluation(made.chair, made.slug, title=title, purpose="", closes_on=None, in_place=True)
    make.forward(made, Phase.MEETING, {(0, 0): "NYY", (1, 0): "NNY"})

    assert (ItemSource.NEED, made.criteria[0].title) in proposed(made)


def test_the_list_is_filtered_by_owner_and_state(made: Made, visit: Visit):
    add(made, "First", owner="Dana", due_on=DAY)
    second = add(made, "Second", owner="Eli")
    items.move_action_item(made.chair, made.slug, second.id, ItemState.DONE)
    chair = visit(made.chair)

    everything = words(chair.page(made.url(LIST)).root)
    dana = words(chair.page(made.url(f"{LIST}?owner=Dana")).root)
    done = words(chair.page(made.url(f"{LIST}?state=DONE")).root)

    assert "One of 2 items is still to be done" in everything
    assert "overdue" in dana
    assert "First" in dana
    assert "Second" not in dana
    assert "Second" in done
    assert "First" not in done


def test_a_chair_adds_changes_and_takes_in_the_browser(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "goal", {"today": "Call"})
    chair, owner = visit(made.chair), member_of(made, made.reviewers[0])

    sent = {"words": "Order headsets", "member": str(owner), "owner": "", "due_on": "2026-09-01"}
    assert chair.edit(made.url(f"{LIST}new"), sent).status_code == 303
    (item,) = db.session.scalars(select(ActionItem)).all()
    assert (item.words, item.member_id, item.due_on) == ("Order headsets", owner, DAY)
    assert chair.edit(made.url(f"{LIST}{item.id}"), sent | {"words": "Order 40"}).status_code == 303
    assert stored(item.id).words == "Order 40"
    both = chair.edit(made.url(f"{LIST}{item.id}"), sent | {"owner": "Dana"})
    assert both.status_code == 422
    assert "an item has one owner" in words(parse(422, both.text).root)
    page = made.url(f"{LIST}proposals")
    assert chair.post(page).status_code == 422
    shown = chair.page(page)
    assert "needs that the curriculum in place does not meet" in words(shown.root)
    (box,) = (each for each in shown.all("input") if each.get("name") == "origin")
    assert chair.post(page, {"origin": box.get("value")}).status_code == 303
    assert len(db.session.scalars(select(ActionItem)).all()) == 2


def test_home_shows_my_open_items_and_i_finish_one(made: Made, visit: Visit):
    owner = visit(made.reviewers[0])
    item = add(made, CANARY, member_id=member_of(made, made.reviewers[0]))
    assert CANARY in owner.get("/").text
    assert CANARY not in visit(made.reviewers[1]).get("/").text

    answer = owner.edit(made.url(f"{LIST}{item.id}/state"), {"state": "DONE"})

    assert answer.status_code == 303
    assert CANARY not in owner.get("/").text


def test_members_read_and_only_chairs_change(made: Made, make: Factory, visit: Visit):
    item = add(made)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))

    for who in (observer, made.reviewers[0]):
        person = visit(who)
        assert "Order headsets" in person.get(made.url(LIST)).text
        for path in ("new", "proposals", f"{item.id}", f"{item.id}/state"):
            assert person.get(made.url(f"{LIST}{path}")).status_code == 404


def test_an_item_of_another_evaluation_is_not_found(made: Made, make: Factory, visit: Visit):
    foreign = add(make.evaluation(title="Another"))

    for path in (f"{foreign.id}", f"{foreign.id}/state"):
        assert visit(made.chair).get(made.url(f"{LIST}{path}")).status_code == 404
