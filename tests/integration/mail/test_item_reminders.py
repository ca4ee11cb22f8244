"""Reminders of action items: each owner is told once a step, of their own and readable ones."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from crrubric.cli import mail as mail_commands
from crrubric.clock import now_utc
from crrubric.domain.planning.items import ItemState
from crrubric.domain.vocabulary import DeclarationKind, MailKind, MailState, Phase, Standing
from crrubric.extensions import db
from crrubric.models import ActionItem, ItemReminder, OutgoingMail, User
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots import declarations
from crrubric.services.mail.item_reminders import write_due_item_reminders
from crrubric.services.mail.posting import send_due_mails
from crrubric.services.people import administration
from crrubric.services.people.accounts import choose_language
from crrubric.services.people.district import set_district
from crrubric.services.planning import items
from crrubric.services.setup import committee
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.mail.test_mail import clear, mails, use
from tests.integration.people.test_links import invite
from tests.integration.planning.test_workbook import member_of
from tests.integration.shared.test_queries import statements
from tests.mail_server import Post, serving
from tests.pages import words

CHICAGO = ZoneInfo("America/Chicago")
DUE = date(2127, 3, 19)
CANARY = "Zanzibarmeadow"


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with serving() as server:
        use(app, monkeypatch, server.port)
        yield server


@pytest.fixture
def made(make: Factory, post: Post) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    set_district(OPERATOR, name="Lakeside", time_zone="America/Chicago", seen_version=0)
    clear()
    return made


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHICAGO)


def before(days: int, hour: int = 9) -> datetime:
    return at(DUE - timedelta(days=days), hour)


def give(made: Made, actor: Actor, text: str = "Order headsets", due: date | None = DUE) -> int:
    wanted = items.ItemText(words=text, member_id=member_of(made, actor), due_on=due)
    return items.add_action_item(made.chair, made.slug, wanted).id


def reminders() -> list[OutgoingMail]:
    return mails(MailKind.ITEM_REMINDER)


def test_one_mail_a_step_lists_everything_of_the_person(made: Made):
    own, other = made.reviewers
    for text in ("Order headsets", "Call the\nregistrar"):
        give(made, own, text)
    give(made, other, "Train the mentors", DUE + timedelta(days=1))
    give(made, own, "Later", DUE + timedelta(days=30))
    give(made, own, "No day", None)

    assert write_due_item_reminders(before(7, 7)) == 0
    assert [write_due_item_reminders(before(7, hour)) for hour in (8, 9, 23)] == [1, 0, 0]

    (mail,) = reminders()
    assert mail.user_id == own.user_id
    assert mail.subject == "Lakeside: 2 action items of yours are due"
    assert (
        "Due soon:\n"
        f"- Order headsets (Wednesday, March 19, 2127; {made.evaluation.title})\n"
        f"- Call the registrar (Wednesday, March 19, 2127; {made.evaluation.title})\n\n"
        in mail.body
    )
    assert "Later" not in mail.body
    assert "mentors" not in mail.body


def test_it_is_told_before_the_day_on_it_and_once_after_it(made: Made):
    give(made, made.reviewers[0])
    days = [*range(8, -12, -1)]

    found = {day: write_due_item_reminders(before(day)) for day in days}

    assert [day for day, count in found.items() if count] == [7, 0, -1]
    assert ["Due soon:" in each.body for each in reminders()] == [True, False, False]
    assert "Due today:" in reminders()[1].body
    assert "Overdue:" in reminders()[2].body


def test_what_is_overdue_for_long_is_told_no_more(made: Made):
    give(made, made.reviewers[0])

    assert write_due_item_reminders(before(-8)) == 0
    assert write_due_item_reminders(before(-7)) == 1


def test_another_day_is_told_anew_and_to_another_owner(made: Made):
    own, other = made.reviewers
    item = give(made, own)
    write_due_item_reminders(before(7))
    later = items.ItemText(
        words="Order headsets", member_id=member_of(made, own), due_on=DUE + timedelta(days=20)
    )
    items.change_action_item(made.chair, made.slug, item, later)
    assert write_due_item_reminders(before(5)) == 0
    assert write_due_item_reminders(before(-13)) == 1

    passed_on = items.ItemText(
        words="Order headsets", member_id=member_of(made, other), due_on=DUE + timedelta(days=20)
    )
    items.change_action_item(made.chair, made.slug, item, passed_on)
    assert write_due_item_reminders(before(-13, 10)) == 1
    assert reminders()[-1].user_id == other.user_id


def finish(made: Made, item: int, _make: Factory) -> None:
    items.move_action_item(made.chair, made.slug, item, ItemState.DONE)


def drop(made: Made, item: int, _make: Factory) -> None:
    items.move_action_item(made.chair, made.slug, item, ItemState.DROPPED, reason="No money.")


def leave(made: Made, _item: int, _make: Factory) -> None:
    committee.remove_member(made.chair, made.slug, member_of(made, made.reviewers[0]))


def disable(made: Made, _item: int, make: Factory) -> None:
    boss = make.actor("Ada Boss", standing=Standing.ADMINISTRATOR)
    administration.set_account_disabled(boss, made.reviewers[0].user_id or 0, disabled=True)


def put_off(made: Made, item: int, _make: Factory) -> None:
    text = items.ItemText(words="x", member_id=member_of(made, made.reviewers[0]), due_on=None)
    items.change_action_item(made.chair, made.slug, item, text)


HINDRANCES = [finish, drop, leave, disable, put_off]


@pytest.mark.parametrize("hinder", HINDRANCES)
def test_nobody_is_told_of_what_is_not_theirs_to_do(made: Made, make: Factory, hinder: Any):
    item = give(made, made.reviewers[0])

    hinder(made, item, make)

    assert write_due_item_reminders(before(7)) == 0


@pytest.mark.parametrize("hinder", HINDRANCES)
def test_a_mail_that_waits_is_dropped_when_something_holds_no_more(
    made: Made, make: Factory, post: Post, hinder: Any
):
    item = give(made, made.reviewers[0])
    other = give(made, made.reviewers[0], "Call")
    write_due_item_reminders(before(7))
    release()

    hinder(made, item, make)
    send_due_mails()

    told = [mail for _to, mail in post.mails if "action item" in (mail["Subject"] or "")]
    assert told == []
    assert reminders()[0].state is MailState.SET_ASIDE
    if hinder in (leave, disable):
        return
    assert write_due_item_reminders(before(7, 10)) == 1
    assert "Order headsets" not in reminders()[1].body
    rows = db.session.scalars(select(ItemReminder.item_id)).all()
    assert rows == [other]


def release() -> None:
    """Mails that were written in another year are due now."""
    with unit_of_work() as session:
        for mail in session.scalars(select(OutgoingMail)):
            mail.created_at = mail.due_at = mail.next_try_at = now_utc()


def test_mails_go_out_by_the_round_of_the_clock(
    made: Made, post: Post, monkeypatch: pytest.MonkeyPatch
):
    give(made, made.reviewers[0])
    with unit_of_work() as session:
        session.scalars(select(ActionItem)).one().recorded_at = before(30)
    monkeypatch.setattr(
        mail_commands, "write_due_item_reminders", lambda: write_due_item_reminders(before(7))
    )
    written, _sent = mail_commands.run_mail_round()
    release()

    assert written == 1
    assert mail_commands.run_mail_round()[1].sent == 1
    (mail,) = [mail for _to, mail in post.mails if "action item" in mail["Subject"]]
    assert "Order headsets" in mail.get_content()


def test_who_turned_them_off_gets_none(made: Made, visit: Visit):
    give(made, made.reviewers[0])
    person = visit(made.reviewers[0])
    assert person.post("/account/reminders", {"wanted": "no"}).status_code == 303
    assert "You get no e-mail before your action items are due." in person.get("/account").text
    assert write_due_item_reminders(before(7)) == 0

    person.post("/account/reminders", {"wanted": "yes"})

    assert write_due_item_reminders(before(7)) == 1


def test_who_stays_away_from_a_vendor_is_told_nothing_about_it(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=2)
    set_district(OPERATOR, name="Lakeside", time_zone="America/Chicago", seen_version=0)
    own, vendor = made.reviewers[0], made.vendors[0].id
    conflict = {"kind": DeclarationKind.CONFLICT, "words": "A cousin works there."}
    declarations.declare_interest(own, made.slug, vendor, **conflict)
    make.forward(made, Phase.MEETING, {})
    for who in made.reviewers:
        item = give(made, who, CANARY)
        with unit_of_work() as session:
            session.get_one(ActionItem, item).vendor_id = vendor
    clear()

    assert write_due_item_reminders(before(7)) == 1

    assert reminders()[0].user_id == made.reviewers[1].user_id


def test_it_is_in_the_person_s_language_and_of_all_committees(made: Made, make: Factory):
    own = made.reviewers[0]
    user = db.session.get_one(User, own.user_id)
    choose_language(own, "es")
    give(made, own)
    other = make.evaluation(title="Another committee")
    text = items.ItemText(
        words="Call", member_id=invite(other, user.email, user.name).member.id, due_on=DUE
    )
    items.add_action_item(other.chair, other.slug, text)

    assert write_due_item_reminders(before(0)) == 1

    (mail,) = reminders()
    assert "Vencen hoy:" in mail.body
    assert "Another committee" in mail.body
    assert made.evaluation.title in mail.body


def test_a_chair_sees_what_was_sent_and_of_their_own_evaluation_alone(
    make: Factory, post: Post, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    other = make.evaluation(phase=Phase.SCORING, title="Another committee")
    set_district(OPERATOR, name="Lakeside", time_zone="America/Chicago", seen_version=0)
    give(made, made.reviewers[0])
    write_due_item_reminders(before(7))

    page = words(visit(made.chair).page(made.url("progress")).root)

    assert "One reminder, the newest first" in page
    assert "action items" in page
    assert "reminder, the newest" not in visit(other.chair).get(other.url("progress")).text


def test_the_number_of_queries_does_not_grow(made: Made):
    own = made.reviewers[0]
    give(made, own)
    with statements() as few:
        write_due_item_reminders(before(7))
    for number in range(6):
        give(made, own, f"Item {number}", DUE + timedelta(days=1))
    with statements() as many:
        write_due_item_reminders(before(6))

    reading = [each for each in many if each == "SELECT"]
    assert len(reading) == len([each for each in few if each == "SELECT"])
    assert db.session.scalar(select(func.count(ItemReminder.id))) == 7
