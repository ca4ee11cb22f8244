"""Reminders: who is late is told, once, and nobody else; by the clock and by the chair."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from crrubric.app import create_app
from crrubric.cli import mail as mail_commands
from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.config import settings_of
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    MailKind,
    MailState,
    NoticeKind,
    Phase,
    Role,
    Stakeholder,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import (
    District,
    Evaluation,
    JournalEntry,
    Member,
    Notice,
    OutgoingMail,
    User,
    UserSession,
)
from crrubric.queries.people.people import OPERATOR
from crrubric.services.mail.posting import send_due_mails
from crrubric.services.mail.reminders import remind_late_reviewers, write_due_reminders
from crrubric.services.people.district import set_district
from crrubric.services.setup import committee
from crrubric.services.setup.closing import move_closing_day
from crrubric.services.setup.vendors import VendorFacts, add_vendor
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import SETTINGS, set_settings
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit
from tests.integration.mail.test_mail import SITE, clear, mails, use, wait_no_more
from tests.integration.shared.test_blindness import CANARY, mark_all
from tests.mail_server import Post, serving
from tests.pages import words

CHICAGO = ZoneInfo("America/Chicago")
CLOSES = date(2027, 3, 19)


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with serving() as server:
        use(app, monkeypatch, server.port)
        yield server


def at(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=CHICAGO)


def scoring(make: Factory, *, reviewers: int = 3, closes: date | None = CLOSES) -> Made:
    """An evaluation in scoring since the beginning of 2027, in Chicago, with nothing mailed yet."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=reviewers)
    set_district(OPERATOR, name="Lakeside", time_zone="America/Chicago", seen_version=0)
    opened = datetime(2027, 1, 4, tzinfo=UTC)
    with unit_of_work() as session:
        session.execute(update(Evaluation).values(closes_on=closes, opened_at=opened))
    clear()
    return made


def reminders() -> list[OutgoingMail]:
    return mails(MailKind.REMINDER, MailKind.CHAIR_REMINDER)


def address(made: Made, reviewer: int) -> str:
    wanted = select(User.email).where(User.id == made.reviewers[reviewer].user_id)
    return db.session.scalars(wanted).one()


def company(made: Made, vendor: int) -> str:
    return made.vendors[vendor].company


def test_each_late_reviewer_gets_one_mail_with_their_own_open_ballots(make: Factory, post: Post):
    made = scoring(make)
    make.submit(made, 0, 0, "not seen")
    make.submit(made, 1, 0, "not seen")
    make.submit(made, 1, 1, "not seen")
    clear()

    assert write_due_reminders(at(14, 8)) == 2

    first, third = reminders()
    assert (first.to_address, third.to_address) == (address(made, 0), address(made, 2))
    assert first.subject == "Credit recovery: Please finish your ballot by Friday, March 19, 2027"
    assert f"- {company(made, 1)}" in first.body
    assert company(made, 0) not in first.body
    assert f"- {company(made, 0)}" in third.body
    assert f"- {company(made, 1)}" in third.body
    assert f"{SITE}/evaluations/{made.slug}/ballots/" in first.body
    names = [person.name for person in (*made.reviewers[1:], made.chair)]
    assert [name for name in names if name in first.body] == []


def test_hourly_runs_over_a_week_remind_three_times_and_skip_finished_reviewers(
    make: Factory, post: Post
):
    made = scoring(make, reviewers=2)
    now, seen = at(12, 0).astimezone(UTC), []
    while now < at(22, 0):
        if now == at(16, 12):
            make.submit(made, 1, 0, "not seen")
            make.submit(made, 1, 1, "not seen")
        write_due_reminders(now)
        now += timedelta(hours=1)
    seen = [(row.created_at.astimezone(CHICAGO), row.to_address) for row in reminders()]

    late, done = address(made, 0), address(made, 1)
    assert seen == [
        (at(14, 8), late), (at(14, 8), done), (at(17, 8), late), (at(19, 8), late)
    ]  # fmt: skip


def test_morning_is_where_the_administrator_says_that_the_district_is(
    make: Factory, post: Post, visit: Visit
):
    scoring(make, reviewers=1)  # in Chicago; clocks go forward on March 14, 2027
    eight_in_chicago = datetime(2027, 3, 14, 13, 0, tzinfo=UTC)
    form = {"name": "Lakeside", "time_zone": "America/Denver", "version": "1"}
    answer = visit(make.actor(standing=Standing.ADMINISTRATOR)).post("/district", form)
    assert answer.status_code == 303

    assert write_due_reminders(eight_in_chicago) == 0
    assert write_due_reminders(eight_in_chicago + timedelta(minutes=59)) == 0
    assert write_due_reminders(eight_in_chicago + timedelta(hours=1)) == 1


def test_morning_is_in_utc_where_nobody_has_said_where_the_district_is(make: Factory, post: Post):
    make.evaluation(phase=Phase.SCORING, reviewers=1)
    with unit_of_work() as session:
        opened = datetime(2027, 1, 4, tzinfo=UTC)
        session.execute(update(Evaluation).values(closes_on=CLOSES, opened_at=opened))
    clear()

    assert write_due_reminders(datetime(2027, 3, 14, 7, 59, tzinfo=UTC)) == 0
    assert write_due_reminders(datetime(2027, 3, 14, 8, 0, tzinfo=UTC)) == 1


def test_after_an_outage_only_the_newest_reminder_goes_out(make: Factory, post: Post):
    made = scoring(make, reviewers=1)

    for day in (14, 17, 19):  # five days before, two days before, the day: nothing is sent
        assert write_due_reminders(at(day, 8)) == 1

    assert [row.state for row in reminders()] == [
        MailState.SET_ASIDE, MailState.SET_ASIDE, MailState.WAITING
    ]  # fmt: skip
    assert "Please finish your ballots today" in reminders()[-1].subject
    assert made.slug in reminders()[-1].body


def test_reminders_of_missed_runs_are_not_sent_later(make: Factory, post: Post):
    scoring(make, reviewers=1)

    assert (write_due_reminders(at(19, 9)), write_due_reminders(at(19, 10))) == (1, 0)


def test_who_can_not_or_need_not_is_not_reminded(make: Factory, post: Post):
    made = scoring(make, reviewers=4)
    for vendor in (0, 1):
        make.conflict(made, 1, vendor, "My brother works there")
    committee.remove_member(made.chair, made.slug, ballot_of(made, 2, 0).member_id)
    with unit_of_work() as session:
        session.execute(
            update(Member).where(Member.user_id == made.reviewers[3].user_id).values(user_id=None)
        )
    make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    clear()

    assert write_due_reminders(at(14, 8)) == 1
    assert [row.to_address for row in reminders()] == [address(made, 0)]


def test_who_never_came_in_is_told_how_and_nobody_else(make: Factory, post: Post):
    made = scoring(make, reviewers=1)
    invited = committee.invite_member(
        made.chair, made.slug, name="Ina New", email="ina@lake.example",
        roles=frozenset({Role.REVIEWER}), stakeholder=Stakeholder.PARENT,
    )  # fmt: skip
    assert invited.token
    clear()

    assert write_due_reminders(at(14, 8)) == 2

    told = {row.to_address: "not chosen a password yet" in row.body for row in reminders()}
    assert told == {address(made, 0): False, "ina@lake.example": True}


@pytest.mark.parametrize("phase", [Phase.PRACTICE, Phase.SETUP, Phase.MEETING])
def test_nobody_is_reminded_outside_scoring(make: Factory, post: Post, phase: Phase):
    make.evaluation(phase=phase)
    with unit_of_work() as session:
        session.execute(
            update(Evaluation).values(closes_on=CLOSES, opened_at=datetime(2027, 1, 4, tzinfo=UTC))
        )

    assert write_due_reminders(at(14, 9)) == 0


def test_the_journal_records_how_many_automatic_reminders_were_sent(make: Factory, post: Post):
    scoring(make, reviewers=2)

    write_due_reminders(at(14, 8))

    wanted = select(JournalEntry).where(JournalEntry.event == Event.REMINDED)
    (entry,) = db.session.scalars(wanted)
    assert (entry.actor_id, entry.actor_name, entry.subject) == (None, "crrubric", "2")


def test_a_reviewer_who_finished_before_sending_gets_no_reminder(make: Factory, post: Post):
    made = scoring(make, reviewers=2, closes=None)
    remind_late_reviewers(made.chair, made.slug)
    for vendor in (0, 1):
        make.submit(made, 0, vendor, "not seen")

    done = send_due_mails()

    assert (done.sent, done.set_aside) == (1, 1)
    assert post.addresses == [address(made, 1)]
    assert [row.state for row in reminders()] == [MailState.SET_ASIDE, MailState.SENT]


def test_a_reminder_of_a_closing_day_that_is_over_is_not_sent(make: Factory, post: Post):
    now = now_utc()
    scoring(make, reviewers=1, closes=(now - timedelta(days=2)).astimezone(CHICAGO).date())
    with unit_of_work() as session:
        session.execute(update(Evaluation).values(opened_at=now - timedelta(days=30)))
    write_due_reminders(now - timedelta(days=2, hours=12))
    wait_no_more()

    assert [row.kind for row in reminders()] == [MailKind.REMINDER]
    assert (send_due_mails().sent, reminders()[0].state) == (0, MailState.SET_ASIDE)


@pytest.mark.parametrize(("written", "sent"), [("the day before", 0), ("today", 1)])
def test_a_reminder_by_the_chair_that_names_a_past_day_is_not_sent(
    make: Factory, post: Post, written: str, sent: int
):
    yesterday = now_utc().astimezone(CHICAGO).date() - timedelta(days=1)
    made = scoring(make, reviewers=1, closes=yesterday)
    remind_late_reviewers(made.chair, made.slug)
    if written == "the day before":
        with unit_of_work() as session:
            earlier = now_utc() - timedelta(days=1)
            session.execute(update(OutgoingMail).values(created_at=earlier))

    assert send_due_mails().sent == sent


def test_a_reminder_that_waited_until_the_hard_end_is_not_sent(make: Factory, post: Post):
    made = scoring(make, reviewers=2, closes=None)
    remind_late_reviewers(made.chair, made.slug)
    with unit_of_work() as session:
        session.execute(update(Evaluation).values(ends_at=now_utc() - timedelta(minutes=1)))

    assert (send_due_mails().sent, post.addresses) == (0, [])
    assert [row.state for row in reminders()] == [MailState.SET_ASIDE] * 2


# Another closing day


def told(made: Made) -> list[tuple[int, str]]:
    """Who was told of another closing day, and which."""
    wanted = select(Notice).where(Notice.kind == NoticeKind.CLOSING_DAY_MOVED)
    rows = db.session.scalars(wanted.order_by(Notice.member_id)).all()
    return [(row.member.user_id, row.facts["day"]) for row in rows]


def test_a_moved_closing_day_is_announced_to_reviewers_with_open_ballots(make: Factory, post: Post):
    made = scoring(make, reviewers=2, closes=now_utc().date() + timedelta(days=2))
    for vendor in (0, 1):
        make.submit(made, 0, vendor, "not seen")
    clear()
    later = now_utc().date() + timedelta(days=30)

    move_closing_day(made.chair, made.slug, later)

    assert told(made) == [(made.reviewers[1].user_id, later.isoformat())]
    (mail,) = mails(MailKind.NOTICE)
    assert mail.to_address == address(made, 1)
    assert mail.subject.startswith("Credit recovery: Scoring now closes on ")
    assert f"{later.day}, {later.year}" in mail.subject
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert (entry.event, entry.after) == (
        Event.EVALUATION_CHANGED,
        {"closes_on": later.isoformat()},
    )


def test_reminders_that_wait_and_name_the_old_day_are_not_sent(make: Factory, post: Post):
    made = scoring(make, reviewers=1, closes=now_utc().date() + timedelta(days=3))
    remind_late_reviewers(made.chair, made.slug)
    before = [row.state for row in reminders()]

    move_closing_day(made.chair, made.slug, now_utc().date() + timedelta(days=30))
    wait_no_more()
    send_due_mails()

    assert before == [MailState.WAITING]
    assert [row.state for row in reminders()] == [MailState.SET_ASIDE]
    assert len(post.addresses) == 1  # of the new day


def test_saving_the_same_closing_day_again_informs_nobody(make: Factory, post: Post):
    day = now_utc().date() + timedelta(days=30)
    made = scoring(make, reviewers=1, closes=day)

    move_closing_day(made.chair, made.slug, day)

    assert (told(made), mails(MailKind.NOTICE)) == ([], [])


def test_a_chair_moves_the_closing_day_from_the_progress_page(
    make: Factory, post: Post, visit: Visit
):
    made = scoring(make, reviewers=1)
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    url = made.url("progress/closing-day")
    yesterday = (now_utc() - timedelta(days=2)).date().isoformat()
    later = (now_utc() + timedelta(days=40)).date()

    assert "Move the closing day" in words(chair.page(made.url("progress")).root)
    over = chair.edit(url, {"closes_on": yesterday})
    missing = chair.edit(url, {"closes_on": ""})
    moved = chair.edit(url, {"closes_on": later.isoformat()})

    assert (over.status_code, missing.status_code, moved.status_code) == (422, 422, 303)
    assert "This day is over: choose today or a later day." in over.text
    assert f'value="{yesterday}"' in over.text
    assert "Enter a date, like 2027-03-12." in missing.text
    home = words(reviewer.page(made.url("")).root)
    assert f"Scoring now closes on {later:%B} {later.day}, {later.year}." in home
    assert "Scoring closes" in words(chair.page(made.url("progress")).root)


def test_the_chair_reminds_once_in_twelve_hours(make: Factory, post: Post):
    made = scoring(make, reviewers=2, closes=None)

    assert remind_late_reviewers(made.chair, made.slug, words="Call me if you are stuck.") == 2
    with pytest.raises(Invalid, match="nobody to remind"):
        remind_late_reviewers(made.chair, made.slug)

    first = reminders()[0]
    assert f"{made.chair.name} adds:\nCall me if you are stuck." in first.body
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(created_at=now_utc() - timedelta(hours=13)))
    assert remind_late_reviewers(made.chair, made.slug) == 2


def test_automatic_reminders_skip_reviewers_whom_the_chair_just_reminded(make: Factory, post: Post):
    made = scoring(make, reviewers=1)
    remind_late_reviewers(made.chair, made.slug)
    with unit_of_work() as session:
        session.execute(update(OutgoingMail).values(created_at=at(14, 7)))

    assert write_due_reminders(at(14, 8)) == 0
    assert write_due_reminders(at(14, 20)) == 1


def test_only_the_chair_can_send_reminders(make: Factory, post: Post):
    made = scoring(make)

    with pytest.raises(NotFound):
        remind_late_reviewers(made.reviewers[0], made.slug)


def test_reminders_reveal_nothing_of_a_vendor_to_a_chair_with_a_conflict(
    make: Factory, post: Post, visit: Visit
):
    made = scoring(make, reviewers=2, closes=None)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    make.no_conflicts(made)
    make.submit(made, 0, 0, "not seen")  # late only with the second vendor
    away = Made(made.evaluation, made.chair, [other], made.vendors, made.criteria)
    make.conflict(away, 0, 1, "I own a part of it")
    with unit_of_work() as session:
        session.execute(update(Evaluation).values(closes_on=CLOSES))
    clear()
    assert write_due_reminders(at(14, 8)) == 3
    chair, conflicted = visit(made.chair), visit(other)

    everything = chair.get(made.url("progress/remind")).text
    less = conflicted.get(made.url("progress/remind")).text
    listed = conflicted.get(made.url("progress")).text.split("Reminders</h2>")[1]

    hidden, name = company(made, 1), made.reviewers[0].name
    assert hidden in everything or name in everything
    assert hidden not in less
    assert name not in less
    assert name not in listed
    assert made.reviewers[1].name in listed


def test_the_reminder_page_shows_recipients_and_text_and_then_sends(
    make: Factory, post: Post, visit: Visit
):
    made = scoring(make, reviewers=2, closes=None)
    chair = visit(made.chair)

    shown = chair.get(made.url("progress/remind"))
    assert made.reviewers[0].name in shown.text
    assert "These ballots of yours are still open:" in shown.text
    assert reminders() == []

    answer = chair.post(made.url("progress/remind"), {"words": "Thank you!"}, follow_redirects=True)

    assert "2 reminders are on their way." in answer.text
    assert "waiting" in answer.text
    assert [row.kind for row in reminders()] == [MailKind.CHAIR_REMINDER] * 2
    again = chair.post(made.url("progress/remind"), {"words": "And again"})
    assert (again.status_code, "There is nobody to remind now." in again.text) == (422, True)
    assert "Already reminded in the last 12 hours" in again.text


def test_two_products_of_one_company_are_told_apart_before_reminding(
    make: Factory, post: Post, visit: Visit
):
    made = make.evaluation(reviewers=1, vendors=1)
    company = made.vendors[0].company
    add_vendor(made.chair, made.slug, VendorFacts(company=company, product="Second product"))
    make.forward(made, Phase.SCORING, {})

    page = words(visit(made.chair).page(made.url("progress/remind")).root)

    assert f"{company} – Second product" in page.partition("What the e-mail says")[0]


def test_a_refused_reminder_keeps_the_typed_text(make: Factory, post: Post, visit: Visit):
    made = scoring(make, reviewers=1, closes=None)

    answer = visit(made.chair).post(made.url("progress/remind"), {"words": "x" * 5001})

    assert (answer.status_code, "x" * 5001 in answer.text, reminders()) == (422, True, [])


def test_where_mail_is_off_the_text_and_the_addresses_can_be_copied(make: Factory, visit: Visit):
    made = scoring(make, reviewers=2, closes=None)
    chair = visit(made.chair)

    page = chair.page(made.url("progress/remind"))

    both = "; ".join([address(made, 0), address(made, 1)])
    assert words(page.with_id("addresses")) == both
    assert "Some of your ballots are still open." in words(page.with_id("letter"))
    assert company(made, 0) not in words(page.with_id("letter"))
    assert chair.post(made.url("progress/remind")).status_code == 422
    assert reminders() == []


def test_nothing_in_reminders_depends_on_a_mark(make: Factory, post: Post, visit: Visit):
    made = scoring(make, reviewers=2)
    mark_all(made, "YES", seen_version=0)
    visit(made.reviewers[0])
    chair = visit(made.chair)
    write_due_reminders(at(14, 8))
    before = [
        (row.subject, row.body, chair.get(made.url("progress/remind")).text.split("csrf")[0])
        for row in reminders()
    ]
    clear()

    mark_all(made, "NO", seen_version=1)
    write_due_reminders(at(14, 8))
    after = [
        (row.subject, row.body, chair.get(made.url("progress/remind")).text.split("csrf")[0])
        for row in reminders()
    ]

    assert (len(before), before) == (2, after)
    assert CANARY not in str(after)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (None, "never signed in"),
        (timedelta(0), "today"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=40), "20"),
    ],
)
def test_progress_shows_when_a_reviewer_was_last_signed_in(
    make: Factory, visit: Visit, ago: timedelta | None, said: str
):
    made = scoring(make, reviewers=1)
    if ago is not None:
        visit(made.reviewers[0])
        with unit_of_work() as session:
            session.execute(update(UserSession).values(seen_at=now_utc() - ago))

    page = visit(made.chair).page(made.url("progress"))

    cells = [words(cell) for cell in page.all("td")]
    assert said in cells[0]


def test_progress_shows_the_state_of_reminders(make: Factory, post: Post, visit: Visit):
    made = scoring(make, reviewers=2, closes=None)
    remind_late_reviewers(made.chair, made.slug)
    post.to_recipient[address(made, 0)] = ["550 no such person"]
    send_due_mails()

    page = visit(made.chair).get(made.url("progress")).text

    assert "failed: 550 no such person" in page
    assert "sent " in page


Run = Callable[..., object]


def test_the_commands_send_list_and_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with serving() as server:
        settings = {
            **SETTINGS, "INSTANCE": str(tmp_path), "MAIL_HOST": "localhost",
            "MAIL_PORT": server.port, "MAIL_SECURITY": "none",
            "MAIL_SENDER": "score@district.example", "SITE_URL": SITE,
        }  # fmt: skip

        def run(*words: str, **more: object):
            app = create_app({**settings, **more})
            return CliRunner().invoke(root_group, words, obj=lambda _settings: app)

        run("db", "upgrade")
        tested = run("mail", "test", "ada@x.example")
        sent = run("mail", "send")
        listed = run("mail", "list")
        down = run("mail", "test", "ada@x.example", MAIL_PORT=1)
        off = run("mail", "send", MAIL_HOST="")

    assert (tested.exit_code, server.addresses) == (0, ["ada@x.example"])
    assert (sent.exit_code, sent.output.split(";")[0]) == (0, "reminders written: 0")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert (down.exit_code, down.stderr.startswith("crrubric: The mail was not taken:")) == (
        1,
        True,
    )
    assert (off.exit_code, off.stderr.startswith("crrubric: Mail is off:")) == (1, True)


def test_an_unreachable_mail_server_is_reported_on_stderr(
    app: Flask, make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    made = scoring(make, reviewers=1, closes=None)
    remind_late_reviewers(made.chair, made.slug)
    set_settings(app, monkeypatch, MAIL_PORT=1)
    db.session.rollback()

    done = CliRunner().invoke(root_group, ["mail", "send"], obj=lambda _settings: app)
    listed = CliRunner().invoke(root_group, ["mail", "list"], obj=lambda _settings: app)

    assert done.exit_code == 1
    assert done.stderr.startswith("crrubric: The mail server can’t be used:")
    assert "tried 1 times" in listed.output
    assert address(made, 0) in listed.output


class Twice(Flag):
    """Two rounds, then the end, without waiting."""

    rounds = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.rounds += 1
        return self.rounds > 2


def test_the_mail_thread_continues_after_any_error(
    app: Flask, make: Factory, post: Post, monkeypatch: pytest.MonkeyPatch
):
    made = scoring(make, reviewers=1, closes=None)
    remind_late_reviewers(made.chair, made.slug)
    real, tried = mail_commands.run_mail_round, []

    def fails_first(*_words: object):
        tried.append(1)
        if len(tried) == 1:
            raise OSError("the disk is full")
        return real()

    monkeypatch.setattr(mail_commands, "run_mail_round", fails_first)
    db.session.rollback()
    stop = Twice()
    mail_commands.keep_sending_mail(app, stop)

    assert (len(tried), post.addresses) == (2, [address(made, 0)])


def test_the_thread_runs_only_where_the_settings_say_so(app: Flask):
    assert settings_of(app).MAIL_THREAD is False
    assert mail_commands.start_mail_thread(app) is None
    assert db.session.scalar(select(District.id)) is None
