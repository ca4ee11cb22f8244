"""Review meetings of the evaluation plan: planned and held, told anew, with their decisions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.items import ItemSource
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.extensions import db
from crrubric.models import ActionItem, HeldReview
from crrubric.queries.planning.reviews import ReviewCalendar, load_review_calendar
from crrubric.services.planning import reviews
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.setup.committee import remove_member
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_workbook import member_of
from tests.pages import parse, words

PAGE = "plan/measures"
DAY = date(2023, 1, 15)
TEXT = reviews.ReviewText(held_on=DAY, minutes="Who finished.")
ROWS = [
    {"on": "2023-06-01", "about": "The year"},
    {"on": "2023-01-15", "about": "First semester"},
    {"about": "Some day"},
]


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    champions = [{"level": "school", "who": "The principals"}]
    answers = {"reviews": ROWS, "champions": champions}
    save_plan_answers(made.chair, made.slug, "success", answers)
    return made


def calendar_of(made: Made) -> ReviewCalendar:
    db.session.rollback()
    db.session.expire_all()
    return load_review_calendar(db.session(), made.evaluation.id)


def test_a_row_of_the_plan_is_planned_until_it_is_held(made: Made):
    planned = calendar_of(made).planned
    assert [one.about for one in planned] == ["First semester", "The year", "Some day"]
    db.session.rollback()

    text = replace(TEXT, next_on=date(2023, 3, 1))
    reviews.record_review(made.chair, made.slug, text, origin=planned[0].origin)

    later = calendar_of(made)
    assert [(one.on, one.about) for one in later.planned] == [
        (date(2023, 3, 1), ""), (date(2023, 6, 1), "The year"), (None, "Some day")
    ]  # fmt: skip
    assert [row.minutes for row in later.held] == ["Who finished."]
    with pytest.raises(Invalid):
        reviews.record_review(made.chair, made.slug, TEXT, origin=planned[0].origin)


def test_what_is_wrong_is_named_all_at_once(made: Made):
    wrong = reviews.ReviewText(held_on=None, minutes=" ", next_on=date(1, 1, 1))

    with pytest.raises(Invalid) as refusal:
        reviews.record_review(made.chair, made.slug, wrong)

    fields = [one.field for one in (refusal.value, *refusal.value.more)]
    assert fields == ["held_on", "minutes", "next_on"]
    with pytest.raises(Invalid):
        reviews.record_review(made.chair, made.slug, replace(TEXT, next_on=DAY))


def test_who_was_there_stays_when_they_leave_the_committee(made: Made):
    first = member_of(made, made.reviewers[0])
    review = reviews.record_review(made.chair, made.slug, replace(TEXT, present=[first]))
    remove_member(made.chair, made.slug, first)

    told = replace(TEXT, present=[first], minutes="Who finished, and why.")
    reviews.change_review(made.chair, made.slug, review.id, told)

    assert calendar_of(made).held[0].present == [first]
    with pytest.raises(NotFound):
        reviews.record_review(made.chair, made.slug, replace(TEXT, present=[first]))


def test_decisions_become_action_items_once(made: Made):
    text = replace(TEXT, decisions="Count again\n\nCall the registrar")
    review = reviews.record_review(made.chair, made.slug, text)
    more = replace(TEXT, decisions="Count again\nOrder seats")
    reviews.change_review(made.chair, made.slug, review.id, more)

    decided = calendar_of(made).items[review.id]

    assert [item.words for item in decided] == ["Count again", "Call the registrar", "Order seats"]
    assert {item.source for item in decided} == {ItemSource.REVIEW}


def test_nobody_overwrites_minutes_that_they_have_not_seen(made: Made):
    review = reviews.record_review(made.chair, made.slug, TEXT)
    seen = fingerprint_values(reviews.read_review_values(review))
    reviews.change_review(made.chair, made.slug, review.id, replace(TEXT, minutes="All."))

    other = replace(TEXT, minutes="Nobody.")
    with pytest.raises(Stale):
        reviews.change_review(made.chair, made.slug, review.id, other, seen=seen)


def test_who_fills_in_the_section_tells_and_only_chairs_decide(made: Made, visit: Visit):
    fills, other = made.reviewers
    asked = {member_of(made, fills): PlanAccess.FILL}
    assign_plan_section(made.chair, made.slug, "success", asked)

    review = reviews.record_review(fills, made.slug, TEXT)

    with pytest.raises(NotFound):
        reviews.record_review(fills, made.slug, replace(TEXT, decisions="Order seats"))
    with pytest.raises(NotFound):
        reviews.record_review(other, made.slug, TEXT)
    address = made.url(f"{PAGE}/reviews/{review.id}")
    assert "Decisions" not in visit(fills).get(address).text
    assert visit(other).get(address).status_code == 404


def test_all_of_it_in_the_browser(made: Made, visit: Visit):
    chair, first = visit(made.chair), member_of(made, made.reviewers[0])
    page = chair.page(made.url(PAGE))
    assert "school: The principals" in words(page.root)
    (address,) = [link.get("href", "") for link in page.all("a") if "January 15" in words(link)]
    row = address.partition("row=")[2]
    new = made.url(f"{PAGE}/reviews/new")
    sent = {"held_on": "2023-01-15", "row": row.replace("%3A", ":"), "present": str(first)}
    wrong = chair.edit(new, sent, page=address)
    assert wrong.status_code == 422
    assert "Write down what was said." in words(parse(422, wrong.text).root)
    done = chair.edit(
        new, {**sent, "minutes": "Who finished.", "decisions": "Count again"}, page=address
    )
    assert done.status_code == 303
    (review,) = db.session.scalars(select(HeldReview)).all()
    assert (review.present, review.origin) == ([first], sent["row"])
    assert db.session.scalars(select(ActionItem)).one().words == "Count again"
    shown = words(chair.page(made.url(PAGE)).root)
    assert "Who finished." in shown
    assert "Count again (open)" in shown
    own = made.url(f"{PAGE}/reviews/{review.id}")
    changed = {"held_on": "2023-01-16", "minutes": "All."}
    assert chair.edit(own, changed).status_code == 303
    db.session.expire_all()
    assert (review.held_on, review.present) == (date(2023, 1, 16), [])


def test_a_review_that_is_still_to_come_was_not_held(made: Made, visit: Visit):
    ahead = now_utc().date() + timedelta(days=9)
    rows = [{"on": ahead.isoformat(), "about": "The spring"}]
    save_plan_answers(made.chair, made.slug, "success", {"reviews": rows})
    (planned,) = calendar_of(made).planned
    db.session.rollback()
    new, chair = made.url(f"{PAGE}/reviews/new"), visit(made.chair)

    page = chair.page(f"{new}?row={planned.origin}")
    refused = chair.edit(new, {"held_on": ahead.isoformat(), "minutes": "All."})

    assert page.with_id("held_on").get("value", "") == ""
    assert page.with_id("about").get("value") == "The spring"
    assert refused.status_code == 422
    assert "This day is still to come." in refused.text
    assert ">All.</textarea>" in refused.text.replace("\r\n", "")
    assert calendar_of(made).held == []
