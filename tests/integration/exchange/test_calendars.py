"""Calendar files and the secret link: own dates only, no names in the link, ended with the
password."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from crrubric.domain.events import Event
from crrubric.domain.people import throttling
from crrubric.domain.planning.items import ItemState
from crrubric.domain.vocabulary import DeclarationKind, Phase, PlanAccess, Standing
from crrubric.extensions import db, limiter
from crrubric.models import CalendarFeed, JournalEntry, User
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots import declarations
from crrubric.services.meeting import meetings
from crrubric.services.people import accounts, administration, links, own_account
from crrubric.services.people.calendar_feeds import end_calendar_link, make_calendar_link
from crrubric.services.planning import items
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.setup.evaluations import change_evaluation
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit
from tests.integration.people.test_links import invite
from tests.integration.planning.test_workbook import member_of
from tests.integration.shared.test_queries import statements
from tests.integration.shared.test_races import together
from tests.unit.exchange.calendar_reader import Component, read_calendar, read_events

DAY, CLOSES, REVIEW = date(2126, 9, 1), date(2126, 10, 2), date(2127, 1, 15)
CANARY = "Zanzibarmeadow"


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=2, title=CANARY)
    change_evaluation(
        made.chair, made.slug, title=CANARY, purpose="", closes_on=CLOSES, in_place=False
    )
    rows = [{"on": REVIEW.isoformat(), "about": CANARY}, {"about": "no day yet"}]
    save_plan_answers(made.chair, made.slug, "success", {"reviews": rows})
    return made


def give(made: Made, actor: Actor, words: str = CANARY, **more: Any) -> int:
    """An action item of a member."""
    more = {"due_on": DAY, **more}
    text = items.ItemText(words=words, member_id=member_of(made, actor), **more)
    return items.add_action_item(made.chair, made.slug, text).id


def read(app: Flask, token: str) -> TestResponse:
    """A calendar program asks, which knows no cookie."""
    db.session.rollback()
    return app.test_client().get(f"/calendar/{token}.ics")


def dates(answer: TestResponse) -> list[tuple[str, Any]]:
    assert answer.status_code == 200
    return [(each.text("SUMMARY"), each.starts) for each in events(answer.data)]


def events(body: bytes) -> list[Component]:
    return read_events(read_calendar(body))


def site_events() -> list[Event]:
    db.session.rollback()
    wanted = select(JournalEntry.event).where(JournalEntry.evaluation_id.is_(None))
    kinds = [
        Event.ACCOUNT_CALENDAR_MADE, Event.ACCOUNT_CALENDAR_REPLACED, Event.ACCOUNT_CALENDAR_ENDED,
    ]  # fmt: skip
    rows = db.session.scalars(wanted.order_by(JournalEntry.number))
    return [each for each in rows if each in kinds]


def test_the_link_has_days_and_no_names(app: Flask, made: Made):
    own = made.reviewers[0]
    give(made, own)
    give(made, own, "no day", due_on=None)
    give(made, made.reviewers[1])
    done = give(made, own)
    items.move_action_item(own, made.slug, done, ItemState.DONE)

    answer = read(app, make_calendar_link(own))

    assert dates(answer) == [
        ("Action item due – crrubric", DAY), ("Scoring closes – crrubric", CLOSES),
    ]  # fmt: skip
    assert CANARY not in answer.text
    assert not any(each.values("DESCRIPTION") for each in events(answer.data))
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_review_days_are_for_who_reads_that_section(app: Flask, made: Made):
    review = ("Review meeting – crrubric", REVIEW)
    reader, other = made.reviewers
    wanted = {member_of(made, reader): PlanAccess.READ}
    assign_plan_section(made.chair, made.slug, "success", wanted)

    found = [dates(read(app, make_calendar_link(who))) for who in (made.chair, reader, other)]

    assert [review in each for each in found] == [True, True, False]


def test_an_entry_keeps_its_name_and_counts_its_changes(app: Flask, made: Made):
    item, token = give(made, made.chair), make_calendar_link(made.chair)
    first = events(read(app, token).data)[0]
    text = items.ItemText(words="Other", member_id=member_of(made, made.chair), due_on=CLOSES)
    items.change_action_item(made.chair, made.slug, item, text)

    later = events(read(app, token).data)[0]

    assert (later.one("UID"), later.starts) == (first.one("UID"), CLOSES)
    assert (first.one("SEQUENCE"), later.one("SEQUENCE")) == ("0", "1")


def test_who_stays_away_from_a_vendor_gets_no_day_about_it(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=2)
    own, vendor = made.reviewers[0], made.vendors[0].id
    conflict = {"kind": DeclarationKind.CONFLICT, "words": "A cousin works there."}
    declarations.declare_interest(own, made.slug, vendor, **conflict)
    make.forward(made, Phase.MEETING, {})
    about = items.ItemText(words=CANARY, member_id=member_of(made, own), due_on=DAY)
    item = items.add_action_item(made.chair, made.slug, about)
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE action_item SET vendor_id = {vendor} WHERE id = {item.id}"
        )

    assert dates(read(app, make_calendar_link(own))) == []
    assert events(visit(own).get("/account/calendar.ics").data) == []
    assert len(events(visit(made.chair).get(made.url("calendar.ics")).data)) == 0


def test_only_the_hash_of_the_newest_link_is_kept(app: Flask, made: Made):
    first, second = make_calendar_link(made.chair), make_calendar_link(made.chair)

    rows = db.session.scalars(select(CalendarFeed)).all()

    assert [row.token_hash for row in rows] == [accounts.hash_token(second)]
    assert (read(app, first).status_code, read(app, second).status_code) == (404, 200)
    end_calendar_link(made.chair)
    end_calendar_link(made.chair)
    assert read(app, second).status_code == 404
    assert site_events() == [
        Event.ACCOUNT_CALENDAR_MADE, Event.ACCOUNT_CALENDAR_REPLACED, Event.ACCOUNT_CALENDAR_ENDED,
    ]  # fmt: skip


@pytest.mark.both_databases
def test_of_links_made_at_the_same_moment_the_last_works(app: Flask, made: Made):
    found = together(app, made, *[lambda: make_calendar_link(made.chair)] * 3)

    assert sorted(read(app, str(token)).status_code for token in found) == [200, 404, 404]
    assert sorted(site_events()) == [
        Event.ACCOUNT_CALENDAR_MADE, *[Event.ACCOUNT_CALENDAR_REPLACED] * 2,
    ]  # fmt: skip


def disable(make: Factory, actor: Actor) -> None:
    boss = make.actor("Ada Boss", standing=Standing.ADMINISTRATOR)
    administration.set_account_disabled(boss, actor.user_id or 0, disabled=True)
    administration.set_account_disabled(boss, actor.user_id or 0, disabled=False)


def change_password(_make: Factory, actor: Actor) -> None:
    own_account.change_own_password(actor, present=PASSWORD, password="seven green bottles on it")


def use_a_link(_make: Factory, actor: Actor) -> None:
    token = links.make_operator_link(OPERATOR, db.session.get_one(User, actor.user_id))
    links.accept_invite(token, password="seven green bottles on it")


@pytest.mark.parametrize("end", [disable, change_password, use_a_link])
def test_the_link_ends_with_the_password_and_the_account(
    app: Flask, made: Made, make: Factory, end: Any
):
    token = make_calendar_link(made.chair)

    end(make, made.chair)

    assert read(app, token).status_code == 404
    assert db.session.scalar(select(func.count(CalendarFeed.user_id))) == 0


def test_a_link_that_leads_nowhere_says_the_same_to_everybody(
    app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch
):
    limiter.reset()
    old, token = make_calendar_link(made.chair), make_calendar_link(made.chair)
    answers = [read(app, lost) for lost in (old, "x", "x" * 500, "é")]

    assert {(each.status_code, each.text, each.mimetype) for each in answers} == {
        (404, "not found\n", "text/plain")
    }
    assert not any("Set-Cookie" in each.headers for each in answers)
    monkeypatch.setattr("crrubric.services.people.attempts.LOST_LINKS", 5)
    assert [read(app, "x").status_code for _ in range(2)] == [404, 429]
    assert int(read(app, "x").headers["Retry-After"]) > 0
    assert read(app, token).status_code == 200
    assert throttling.LOST_LINKS > 100


def seat_reader(made: Made, member: int) -> None:
    """A member has something to do, and reads the review days."""
    assign_plan_section(made.chair, made.slug, "success", {member: PlanAccess.READ})
    text = items.ItemText(words="Call", member_id=member, due_on=DAY)
    items.add_action_item(made.chair, made.slug, text)


def test_the_number_of_queries_does_not_grow(app: Flask, made: Made, make: Factory):
    own = made.reviewers[0]
    user = db.session.get_one(User, own.user_id)
    token = make_calendar_link(own)
    seat_reader(made, member_of(made, own))
    with statements() as few:
        read(app, token)
    for number in range(4):
        other = make.evaluation(phase=Phase.SETUP, title=f"Other {number}")
        rows = [{"on": REVIEW.isoformat(), "about": "x"}]
        save_plan_answers(other.chair, other.slug, "success", {"reviews": rows * 3})
        seat_reader(other, invite(other, user.email, user.name).member.id)
    with statements() as many:
        answer = read(app, token)

    assert len(dates(answer)) > 15
    assert len(many) == len(few) == 6  # what to speak to somebody who chose nothing is one


def test_the_page_shows_the_link_once(app: Flask, made: Made, visit: Visit):
    person = visit(made.chair)
    assert "There is no link now." in person.get("/account/calendar").text

    answer = person.post("/account/calendar")

    assert (answer.status_code, answer.location) == (303, "/account/calendar")
    page = person.page("/account/calendar")
    link = page.with_id("link").get("value", "")
    token = link.rsplit("/", 1)[1].removesuffix(".ics")
    assert read(app, token).status_code == 200
    assert token not in person.get("/account/calendar").text
    assert person.post("/account/calendar/end").status_code == 303
    assert "The link works no more." in person.get("/account/calendar").text
    assert read(app, token).status_code == 404


def test_the_own_file_has_the_words_and_the_evaluation_s_what_one_may_see(
    made: Made, make: Factory, visit: Visit
):
    own = made.reviewers[0]
    give(made, own, "Order headsets; forty, say")
    (entry,) = events(visit(own).get("/account/calendar.ics").data)
    assert entry.text("SUMMARY") == "Action item due: Order headsets; forty, say"
    assert entry.text("DESCRIPTION") == CANARY

    address = made.url("calendar.ics")
    chair = events(visit(made.chair).get(address).data)
    assert [(each.text("SUMMARY"), each.starts) for each in chair] == [
        (f"Scoring closes: {CANARY}", CLOSES), (f"Review meeting: {CANARY}", REVIEW),
    ]  # fmt: skip
    assert chair[1].text("DESCRIPTION") == CANARY
    assert len(events(visit(own).get(address).data)) == 1
    assert visit(make.actor()).get(address).status_code == 404


def test_meetings_stand_in_the_file_of_the_evaluation(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, reviewers=2)
    meetings.start_meeting(made.chair, made.slug)

    (entry,) = events(visit(made.reviewers[0]).get(made.url("calendar.ics")).data)

    assert entry.text("SUMMARY").startswith("Committee meeting: ")
    assert entry.values("DTEND") == []


def test_the_titles_are_in_the_person_s_language(app: Flask, made: Made):
    accounts.choose_language(made.chair, "es")

    found = dates(read(app, make_calendar_link(made.chair)))

    assert [title for title, _day in found] == [
        "Cierre de la calificación – crrubric", "Reunión de revisión – crrubric",
    ]  # fmt: skip
