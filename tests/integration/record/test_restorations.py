"""What lived when a backup was made must not live again, on either database; and PostgreSQL's own
backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, func, insert, make_url, select

from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.vocabulary import MailKind, MailState, Phase, Standing
from crrubric.extensions import db
from crrubric.models import (
    CalendarFeed,
    ImportDraft,
    Invite,
    JournalEntry,
    Mark,
    OutgoingMail,
    UserSession,
)
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.backups import BackupFacts
from crrubric.queries.record.verification import verify_record
from crrubric.services.mail.item_reminders import write_due_item_reminders
from crrubric.services.mail.posting import send_due_mails
from crrubric.services.mail.reminders import write_due_reminders
from crrubric.services.people.calendar_feeds import make_calendar_link
from crrubric.services.people.district import set_district
from crrubric.services.people.links import request_password_link
from crrubric.services.planning import items
from crrubric.services.record import postgresql_backups
from crrubric.services.record.backups import write_backup_file
from crrubric.services.record.restores import finish_restoration
from crrubric.services.setup.closing import move_closing_day
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import SETTINGS
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.mail.test_mail import mails, use
from tests.integration.people.test_links import invite
from tests.integration.planning.test_workbook import member_of
from tests.mail_server import Post, serving
from tests.pages import words

pytestmark = pytest.mark.both_databases
CHICAGO = ZoneInfo("America/Chicago")
MORNING = datetime(2127, 3, 17, 9, tzinfo=CHICAGO)  # two days before the closing day
CLOSES = date(2127, 3, 19)
BACKUP = BackupFacts(revision="0001", evaluations=1, entries=3, newest=MORNING)
DIGEST = "ab" * 32


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with serving() as server:
        use(app, monkeypatch, server.port)
        yield server


def told_restorations() -> list[JournalEntry]:
    db.session.rollback()
    wanted = select(JournalEntry).where(JournalEntry.event == Event.SITE_RESTORED)
    return list(db.session.scalars(wanted))


def test_sessions_links_and_calendars_end(make: Factory, visit: Visit, mailing: None):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    secret = invite(made).token
    make_calendar_link(made.reviewers[0])
    owner, kind = made.chair.user_id, DraftKind.MARKS
    draft = {"evaluation_id": made.evaluation.id, "user_id": owner, "kind": kind, "key": "k" * 32,
             "name": "marks.csv", "body": b"x"}  # fmt: skip
    db.session.execute(insert(ImportDraft).values(draft))
    db.session.commit()

    ended = finish_restoration(BACKUP, DIGEST)

    assert (ended.sessions, ended.links, ended.calendars) == (1, 2, 1)
    assert person.get("/").status_code == 303
    assert visit().get(f"/invitations/{secret}").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(CalendarFeed)) == 0
    assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0
    assert db.session.scalars(select(Invite.id).where(Invite.used_at.is_(None))).all() == []
    assert db.session.scalars(select(UserSession.ended_at)).all() != [None]


def test_the_record_tells_of_it_and_holds(make: Factory, visit: Visit):
    make.evaluation(phase=Phase.SCORING)
    boss = make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)
    set_district(boss, name="Lakeside", time_zone="America/Chicago", seen_version=0)

    finish_restoration(BACKUP, DIGEST)

    (entry,) = told_restorations()
    assert (entry.chain, entry.actor_name) == (0, OPERATOR.name)
    assert entry.after == {"newest": MORNING.isoformat(), "sha256": DIGEST}
    assert verify_record(db.session()).problems == ()
    page = visit(boss).page("/district")
    told = [words(row) for row in page.all("li") if "restored" in words(row)]
    assert len(told) == 1
    assert "newest entry of the backup: March 17, 2127, 9:00 AM" in told[0]


@pytest.mark.parametrize("told", [{}, {"newest": None}, {"newest": "x", "sha256": DIGEST}])
def test_a_restoration_that_does_not_say_which_backup_is_a_problem(
    app: Flask, told: dict[str, str]
):
    from crrubric.services.shared.journal import note_event

    with unit_of_work() as session:
        note_event(session, OPERATOR, Event.SITE_RESTORED, after=told)

    assert ["does not fit" in str(each) for each in verify_record(db.session()).problems] == [True]


def states(*kinds: MailKind) -> list[MailState]:
    return [mail.state for mail in mails(*kinds)]


def test_a_mail_that_waited_is_not_sent_again(make: Factory, post: Post):
    made = make.evaluation(phase=Phase.SCORING)
    invite(made)
    request_password_link("person2@school.example")
    find_later_queue().settle()
    later = mails()[-1]
    with unit_of_work() as session:
        session.add(
            OutgoingMail(
                dedup_key="later", kind=MailKind.REMINDER, to_name="Ann",
                to_address="ann@x.example", subject="Later", body="x", last_error="",
                vendors=[], due_at=now_utc() + timedelta(days=1),
                next_try_at=now_utc() + timedelta(days=1),
            )
        )  # fmt: skip
    waiting = states().count(MailState.WAITING)
    assert later.state is MailState.WAITING

    ended = finish_restoration(BACKUP, DIGEST)
    send_due_mails()

    assert (ended.mails, states().count(MailState.WAITING)) == (waiting - 1, 1)
    assert [mail.subject for mail in mails() if mail.state is MailState.WAITING] == ["Later"]
    assert post.mails == []
    assert {mail.body for mail in mails(MailKind.INVITATION, MailKind.PASSWORD_LINK)} == {""}


@pytest.fixture
def closing(make: Factory, post: Post) -> Made:
    """An evaluation that closes in two days, with an action item that is due then."""
    made = make.evaluation(phase=Phase.SCORING)
    boss = make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)
    set_district(boss, name="Lakeside", time_zone="America/Chicago", seen_version=0)
    move_closing_day(made.chair, made.slug, closes_on=CLOSES, seen=None)
    text = items.ItemText(
        words="Order headsets", member_id=member_of(made, made.reviewers[0]), due_on=CLOSES
    )
    items.add_action_item(made.chair, made.slug, text)
    with unit_of_work() as session:
        for mail in session.scalars(select(OutgoingMail)):
            session.delete(mail)
    return made


def test_a_reminder_that_had_fallen_due_is_not_written_again(closing: Made):
    ended = finish_restoration(BACKUP, DIGEST, now=MORNING)

    assert ended.mails == 3  # two reviewers, and the owner of the item
    assert (write_due_reminders(MORNING), write_due_item_reminders(MORNING)) == (0, 0)
    assert set(states()) == {MailState.SET_ASIDE}
    tomorrow = MORNING + timedelta(days=2)
    assert (write_due_reminders(tomorrow), write_due_item_reminders(tomorrow)) == (2, 1)
    entries = select(JournalEntry).where(JournalEntry.event == Event.REMINDED)
    assert len(db.session.scalars(entries).all()) == 1  # of the day on which mails were written


# PostgreSQL


@contextmanager
def empty_database(server: str, name: str, how: str = "") -> Iterator[str]:
    """The address of a new database on the server; it is dropped at the end."""
    engine = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" {how}')
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    engine.dispose()


def run_on(url: str, folder: Path, *arguments: str | Path) -> Result:
    """One command of a site on this database."""
    apps = []

    def factory(settings=None) -> Flask:
        own = {**SETTINGS, "INSTANCE": str(folder), "DATABASE_URL": url}
        apps.append(create_app({**own, **(settings or {})}))
        return apps[-1]

    done = CliRunner().invoke(root_group, list(map(str, arguments)), obj=factory)
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_lacks_letters_is_never_filled(
    dumped: Path, postgresql: str, tmp_path: Path, encoding: str
):
    """Debian makes such databases on a machine without a language; SQL_ASCII was a traceback."""
    how = f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
    with empty_database(postgresql, "lacks_letters", how) as url:
        add = ("user", "add", "--name", "Ann Lee", "--email", "ann@district.example")
        commands = (("db", "upgrade"), ("restore", dumped), add, ("doctor",))
        done = [run_on(url, tmp_path, *words) for words in commands]

    said = [words.output for words in done]
    assert [words.exit_code for words in done] == [1, 1, 1, 1]
    assert f"keeps texts as {encoding}" in said[0]
    assert "createdb --encoding UTF8" in said[2]
    assert f"WRONG  The database keeps texts as {encoding}" in said[3]


@pytest.fixture
def dumped(postgresql_app: Flask, tools: None, tmp_path: Path) -> Iterator[Path]:
    """A dump of a PostgreSQL database with an evaluation and its marks."""
    from tests.databases import wipe

    with postgresql_app.app_context():
        wipe()
        make = Factory(postgresql_app, changed=lambda: True)
        make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YNY", (1, 0): "YYN"})
        done = write_backup_file(tmp_path)
        assert (done.facts.evaluations, done.path.suffix) == (1, ".dump")
        assert done.path.stat().st_mode & 0o777 == 0o600
        yield done.path
        wipe()
        db.session.remove()


def test_a_dump_is_brought_back_into_an_empty_database(
    dumped: Path, postgresql: str, postgresql_app: Flask, tmp_path: Path
):
    with empty_database(postgresql, "restored") as url:
        done = run_on(url, tmp_path / "new", "restore", dumped)
        verified = run_on(url, tmp_path / "new", "verify")
        again = run_on(url, tmp_path / "new", "restore", dumped)
        with create_engine(
            make_url(url).set(drivername="postgresql+psycopg")
        ).connect() as connection:
            marks = connection.execute(select(func.count()).select_from(Mark)).scalar()
        connection.engine.dispose()

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.output.startswith("restored the database “restored”\nevaluations: 1, journal")
    assert (verified.exit_code, verified.stderr, marks) == (0, "", 6)
    assert "The database “restored” is not empty, and what it holds stays as it is." in again.stderr


def test_what_the_former_database_had_no_more_is_told(
    dumped: Path, postgresql: str, tmp_path: Path
):
    new = tmp_path / "new"
    with empty_database(postgresql, "former") as former, empty_database(postgresql, "back") as url:
        told = run_on(former, new, "restore", dumped)
        email = "person1@school.example"
        assert run_on(former, new, "user", "disable", "--email", email).exit_code == 0

        gone = run_on(url, new, "restore", dumped, "--former", f"{former}_gone")
        done = run_on(url, new, "restore", dumped, "--former", former)

    nothing = "What was removed or taken from somebody since the backup can’t be told"
    assert (nothing in told.output, nothing in done.output) == (True, False)
    assert (gone.exit_code, "--former names the database" in gone.stderr) == (1, True)
    assert f"Can sign in again, and could not before: {email}\n" in done.output


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.write_text("Dear board,", "utf-8"), "is no database of crrubric."),
        (lambda file: file.write_bytes(file.read_bytes()[:3000]), "pg_restore: "),
        (lambda file: file.write_bytes(b"SQLite format 3\0"), "is a backup of SQLite, and"),
    ],
)
def test_what_is_no_dump_changes_nothing(
    dumped: Path, postgresql: str, tmp_path: Path, spoil, says: str
):
    spoil(dumped)
    with empty_database(postgresql, "untouched") as url:
        done = run_on(url, tmp_path / "new", "restore", dumped)
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            tables = connection.exec_driver_sql("SELECT 1 FROM pg_tables WHERE schemaname='public'")
            assert tables.all() == []
        engine.dispose()

    assert done.exit_code == 1
    assert says in done.stderr


def test_without_the_tools_it_says_what_to_do(
    postgresql_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with postgresql_app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)

    done = run_on(url, tmp_path / "i", "backup", tmp_path / "copy.dump")

    assert done.exit_code == 1
    assert done.stderr.startswith("crrubric: pg_dump is not there: install PostgreSQL’s own tools")
    assert [file.name for file in tmp_path.iterdir()] == ["i"]


def test_a_password_is_in_no_command_line(monkeypatch: pytest.MonkeyPatch):
    engine = create_engine(
        "postgresql+psycopg://ann:s%40cret%20word@db.x:5433/site?sslmode=require"
    )
    ran = []
    monkeypatch.setattr(postgresql_backups.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        postgresql_backups.subprocess,
        "run",
        lambda words, **told: ran.append((words, told["env"])) or type("Done", (), {
            "returncode": 0, "stdout": "", "stderr": ""
        }),
    )  # fmt: skip

    server, password = postgresql_backups.name_server(engine)
    postgresql_backups.run_tool("pg_dump", [f"--dbname={server}"], password=password)

    ((said, environment),) = ran
    assert sorted(server.split()) == [
        "dbname=site", "host=db.x", "port=5433", "sslmode=require", "user=ann",
    ]  # fmt: skip
    assert "s@cret" not in " ".join(said)
    assert environment["PGPASSWORD"] == "s@cret word"


def test_the_tools_are_told_of_every_host_of_a_database():
    engine = create_engine(
        "postgresql+psycopg://u:p@/site?host=a:5001&host=b:5002&target_session_attrs=read-write"
    )

    server, password = postgresql_backups.name_server(engine)

    assert sorted(server.split()) == [
        "dbname=site", "host=a,b", "port=5001,5002", "target_session_attrs=read-write", "user=u",
    ]  # fmt: skip
    assert password == "p"


def test_an_upgrade_without_the_tools_goes_on_and_says_so(
    bare_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))

    done = run_on(bare_url, tmp_path / "i", "db", "upgrade")

    assert done.output.endswith("The database is ready.\n")
    assert done.stderr.startswith("crrubric: No backup was made: pg_dump is not there.")


@pytest.fixture
def bare_url(postgresql: str, tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL database with the very first schema."""
    from flask_migrate import upgrade

    from crrubric.extensions import prepare_migrations
    from crrubric.queries.operations.health import find_newest_revision

    with empty_database(postgresql, "bare") as url:
        app = create_app({**SETTINGS, "INSTANCE": str(tmp_path / "bare"), "DATABASE_URL": url})
        with app.app_context():
            prepare_migrations(app)
            upgrade(revision=f"{int(find_newest_revision()) - 1:04d}")
            db.session.remove()
            db.engine.dispose()
        yield url
