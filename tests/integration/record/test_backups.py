"""Backups: whole while people work, private, and nothing half; bringing one back ends what must."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import sleep

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, select, update

from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.cli.serving import find_database_file, hold_server_lock
from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, DeclarationKind, Phase, Stakeholder, Standing
from crrubric.extensions import db, prepare_migrations
from crrubric.models import (
    AuthenticatorApp,
    Ballot,
    Declaration,
    Evaluation,
    ExternalIdentity,
    Mark,
    Member,
    Passkey,
    Redaction,
    User,
    Vendor,
)
from crrubric.queries.operations.health import find_newest_revision
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.people.administration import set_account_disabled
from crrubric.services.record import backups
from crrubric.services.record.sqlite_backups import copy_database
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import SETTINGS
from tests.databases import quick_folder, write_empty_database
from tests.factories import Factory, Made
from tests.schemas import make_schema

ROOT = Path(__file__).parents[3]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


@dataclass
class Site:
    """A site on a machine of its own: its folder, and its command line."""

    folder: Path
    apps: list[Flask] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "crrubric.db"

    def app(self, settings: Mapping[str, object] | None = None) -> Flask:
        """The app of the site, made once for all commands unless they need another one."""
        if settings is None and self.apps:
            return self.apps[0]
        own = {**SETTINGS, "INSTANCE": str(self.folder), "PROPAGATE_EXCEPTIONS": None}
        app = create_app({**own, **(settings or {})})
        self.apps += [] if settings else [app]
        return app

    def run(self, *words: str | Path) -> Result:
        """One command; what is wrong with the code stays an error."""
        with self.inside():  # connections end with the command, as with its process
            done = CliRunner().invoke(root_group, list(map(str, words)), obj=self.app)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """Inside the app of the site; its connections are closed at the end."""
        app = self.app()
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()

    def ask(self, wanted: str, file: Path | None = None) -> list[tuple[object, ...]]:
        """Rows of the database, or of a copy of it."""
        with closing(sqlite3.connect(file or self.database)) as connection:
            return connection.execute(wanted).fetchall()

    def change(self, statement: str) -> None:
        """Change a row behind the back of the services."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    def names(self) -> list[str]:
        """What lies in the folder, but for what every site has."""
        usual = {"crrubric.lock", "crrubric.db-journal"}  # an empty one, as the mode leaves it
        return sorted({file.name for file in self.folder.iterdir()} - usual)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, where the system has it: what is synced here need not outlive it."""
    with quick_folder() as folder:
        yield folder


@pytest.fixture
def place(tmp_path: Path, sqlite_app: Flask) -> Callable[[str], Site]:
    """place(name) is another machine with an empty site."""

    def make_site(name: str) -> Site:
        site = Site(tmp_path / name)
        write_empty_database(sqlite_app, site.database)
        return site

    return make_site


@pytest.fixture
def site(place: Callable[[str], Site]) -> Site:
    return place("site")


@pytest.fixture
def made(site: Site) -> Made:
    """An evaluation of the site that is being scored."""
    with site.inside() as app:
        return Factory(app, changed=lambda: True).evaluation(phase=Phase.SCORING)


def refused(done: Result) -> str:
    """Why a command was refused, in one line."""
    assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
    return done.stderr.removeprefix("crrubric: ").rstrip()


def add_people(site: Site, *names: str) -> None:
    for name in names:
        site.run("user", "add", "--name", name, "--email", f"{name}@x.example")


def list_addresses(site: Site, file: Path | None = None) -> list[object]:
    rows = site.ask("SELECT email FROM user_account ORDER BY email", file)
    return [address for (address,) in rows]


def read_marks() -> dict[tuple[int, int], int]:
    """The version of each mark of the current app."""
    wanted = select(Mark.ballot_id, Mark.criterion_id, Mark.version)
    return {
        (ballot, criterion): version for ballot, criterion, version in db.session.execute(wanted)
    }


# Backing up


def test_a_backup_is_whole_private_and_says_what_it_is(site: Site, tmp_path: Path):
    add_people(site, "ada")
    site.run("evaluation", "create", "Credit recovery")

    done = site.run("backup", tmp_path / "copy.db")

    file = tmp_path / "copy.db"
    wrote, holds, fingerprint = done.output.splitlines()
    assert wrote == f"wrote {file}"
    assert holds.startswith("evaluations: 1, journal entries: 4 (newest of 20")
    assert fingerprint == f"SHA-256 {sha256(file.read_bytes()).hexdigest()}"
    assert list_addresses(site, file) == ["ada@x.example"]
    assert site.ask("PRAGMA journal_mode", file) == [("delete",)]
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["copy.db"]
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600


def test_in_a_folder_it_is_named_after_the_moment(site: Site, tmp_path: Path):
    folder = tmp_path / "backups"
    folder.mkdir()

    site.run("backup", folder)

    (file,) = folder.iterdir()
    assert file.match("crrubric-20[0-9][0-9]-[01][0-9]-[0-3][0-9]-*.db")


def test_nothing_is_overwritten_unless_that_is_said(site: Site, tmp_path: Path):
    file = tmp_path / "copy.db"
    file.write_text("precious", "utf-8")

    assert refused(site.run("backup", file)) == (
        f"{file} is there already: name another file, or say --replace to overwrite it."
    )
    assert file.read_text("utf-8") == "precious"
    assert site.run("backup", file, "--replace").exit_code == 0
    assert file.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("name", ["crrubric.db", "crrubric.db-journal", "crrubric.lock"])
def test_the_database_itself_is_no_place_for_a_backup(site: Site, name: str):
    before = site.database.read_bytes()

    assert "belongs to the database itself" in refused(
        site.run("backup", site.folder / name, "--replace")
    )
    assert site.database.read_bytes() == before


def test_a_disk_without_room_is_told_before_anything_is_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usage = type("Usage", (), {"free": 100_000})
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _folder: usage)

    said = refused(site.run("backup", tmp_path / "copy.db"))

    needs, rest = said.split(" MB, ", 1)
    assert int(needs.removeprefix("The backup needs ")) in {1, 2, 3}  # an empty site's database
    assert rest == f"and 0 MB are free in {tmp_path}. Nothing was written."
    assert not (tmp_path / "copy.db").exists()


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A system that refuses to let a file grow beyond this, as a full disk does."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@posix
def test_a_write_that_fails_leaves_nothing(site: Site, tmp_path: Path):
    folder = tmp_path / "backups"
    folder.mkdir()

    with files_of_at_most(200_000):
        said = refused(site.run("backup", folder / "copy.db"))

    assert "There is not enough room, or no right to write, for" in said
    assert list(folder.iterdir()) == []


def damage(file: Path) -> None:
    """Spoil pages in the middle of a database."""
    with file.open("r+b") as opened:
        opened.seek(4096 * 20)
        opened.write(b"\xff" * 4096 * 40)


def test_a_damaged_database_gives_no_backup(site: Site, tmp_path: Path):
    damage(site.database)

    assert refused(site.run("backup", tmp_path / "copy.db")).startswith(
        f"{site.database} is damaged: "
    )
    assert not (tmp_path / "copy.db").exists()


def test_where_there_is_no_database_there_is_no_backup(tmp_path: Path):
    site = Site(tmp_path / "empty")

    said = refused(site.run("backup", tmp_path / "copy.db"))

    assert said.startswith("There is no site at")
    assert not site.database.exists()


def test_rows_that_point_nowhere_are_told_and_the_backup_is_kept(site: Site, tmp_path: Path):
    site.change("INSERT INTO item_reminder VALUES (1, 7, 7, '2027-03-02', 1, 7)")

    done = site.run("backup", tmp_path / "copy.db")

    assert done.exit_code == 0
    assert done.stderr.startswith("crrubric: 3 rows point at rows that are not there")
    assert (tmp_path / "copy.db").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from crrubric.services.record.whole_files import write_whole_file

with write_whole_file(Path(sys.argv[1]), replace=True) as draft:
    draft.write_bytes(b"half of a backup")
    draft.with_name(draft.name + "-wal").write_bytes(b"and its log")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_a_backup_that_is_killed_leaves_nothing_half(site: Site, tmp_path: Path):
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "copy.db"
    file.write_text("the backup of yesterday", "utf-8")

    killed = subprocess.run([sys.executable, "-c", KILLED, file], cwd=ROOT, check=False)

    assert killed.returncode < 0
    assert file.read_text("utf-8") == "the backup of yesterday"
    assert len(list(folder.iterdir())) == 3
    assert site.run("backup", file, "--replace").exit_code == 0
    assert [each.name for each in folder.iterdir()] == ["copy.db"]


@posix
def test_a_draft_that_somebody_writes_is_left_alone(site: Site, tmp_path: Path):
    file = tmp_path / "copy.db"
    with backups.write_whole_file(file, replace=False) as draft:
        assert site.run("backup", file).exit_code == 0
        assert draft.exists()
        file.unlink()


# A drill: under load, and on another machine


def save_marks(app: Flask, actor: Actor, slug: str, saved: dict[tuple[int, int], int], stop: Flag):
    """Save marks of one reviewer until told to stop; each is noted once it is acknowledged."""
    with app.app_context():
        ballots = db.session.scalars(
            select(Ballot).where(Ballot.member.has(user_id=actor.user_id))
        ).all()
        cells = [(ballot.id, ballot.vendor_id, key) for ballot in ballots for key in (1, 2, 3)]
        number = 0
        while not stop.is_set():
            ballot, vendor, criterion = cells[number % len(cells)]
            seen = saved.get((ballot, criterion), 0)
            text = MarkText(answer=Answer.YES, note=f"note {number}")
            mark = record_mark(actor, slug, vendor, criterion, text, seen_version=seen)
            saved[ballot, criterion] = mark.version
            number += 1
        db.session.remove()


def test_a_drill_brings_every_mark_back_that_was_saved_before_the_backup(
    site: Site, made: Made, place: Callable[[str], Site], tmp_path: Path
):
    saved: dict[tuple[int, int], int] = {}
    stop = Flag()
    with site.inside() as app:
        writers = [
            Thread(target=save_marks, args=(app, actor, made.slug, saved, stop))
            for actor in made.reviewers
        ]
        for writer in writers:
            writer.start()
        try:
            while len(saved) < 12:
                sleep(0.001)
            before = dict(saved)
            with app.app_context():
                done = backups.write_backup_file(tmp_path / "copy.db")
        finally:
            stop.set()
            for writer in writers:
                writer.join()
    other = place("other")

    restored = other.run("restore", done.path)
    verified = other.run("verify")

    assert restored.exit_code == 0, restored.stderr
    assert (verified.exit_code, verified.stderr) == (0, "")
    assert "note: the site was restored from a backup on 20" in verified.output
    with other.inside():
        there = read_marks()
    assert {cell: there.get(cell, 0) for cell in before if there.get(cell, 0) < before[cell]} == {}
    assert sum(there.values()) <= sum(saved.values())


def test_who_writes_all_the_time_does_not_keep_a_copy_from_its_end(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A copy in steps begins anew whenever somebody wrote: after some, it is made in one go."""
    monkeypatch.setattr("crrubric.services.record.sqlite_backups.STEP", 10)
    target = tmp_path / "copy.db"
    target.touch()
    stop, written = Flag(), []

    def write() -> None:
        with closing(sqlite3.connect(site.database, timeout=10)) as connection:
            while not stop.is_set():
                with connection:
                    connection.execute("UPDATE alembic_version SET version_num = version_num")
                written.append(1)

    writer = Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            sleep(0.001)
        copy_database(site.database, target)
    finally:
        stop.set()
        writer.join()

    assert site.ask("PRAGMA integrity_check", target) == [("ok",)]
    assert site.ask("SELECT version_num FROM alembic_version", target) == site.ask(
        "SELECT version_num FROM alembic_version"
    )


# Bringing back


def test_the_present_database_is_kept_and_can_come_back(site: Site, tmp_path: Path):
    add_people(site, "ada", "bob")
    site.run("backup", tmp_path / "copy.db")
    add_people(site, "cy")

    done = site.run("restore", tmp_path / "copy.db")

    (kept,) = site.folder.glob("crrubric-before-restore-*.db")
    assert list_addresses(site) == ["ada@x.example", "bob@x.example"]
    assert list_addresses(site, kept) == ["ada@x.example", "bob@x.example", "cy@x.example"]
    assert f"What was there before is kept as {kept}" in done.output
    assert "It had 2 journal entries more, the newest of 20" in done.output
    assert site.names() == [kept.name, "crrubric.db"]
    assert site.run("restore", kept).exit_code == 0
    assert list_addresses(site) == ["ada@x.example", "bob@x.example", "cy@x.example"]
    assert site.run("verify").exit_code == 0


def test_it_is_told_who_could_not_sign_in_and_can_again(site: Site, tmp_path: Path):
    add_people(site, "ada", "bob")
    site.run("backup", tmp_path / "copy.db")
    with site.inside():
        (number,) = site.ask("SELECT id FROM user_account WHERE email LIKE 'bob%'")[0]
        set_account_disabled(OPERATOR, int(str(number)), disabled=True)

    done = site.run("restore", tmp_path / "copy.db")

    back = [line for line in done.output.splitlines() if line.startswith("Can sign in again")]
    assert back == ["Can sign in again, and could not before: bob@x.example"]


def test_it_is_told_what_lets_somebody_in_again_that_was_ended_since(site: Site, tmp_path: Path):
    add_people(site, "ada", "bob")
    with site.inside(), unit_of_work() as session:
        ada, bob = session.scalars(select(User).order_by(User.email))
        bob.standing = Standing.ADMINISTRATOR
        for number in (1, 2):
            session.add(
                Passkey(
                    user_id=bob.id, name="Key", credential_id=f"key{number}", handle="h",
                    public_key=b"k", host="localhost",
                )
            )  # fmt: skip
        session.add(ExternalIdentity(user_id=ada.id, issuer="https://id", subject="1", email="e"))
    site.run("backup", tmp_path / "copy.db")
    with site.inside(), unit_of_work() as session:
        session.execute(delete(Passkey).where(Passkey.credential_id == "key1"))
        session.execute(delete(ExternalIdentity))
        session.execute(update(User).values(standing=Standing.MEMBER))
        ada = session.scalars(select(User.id).where(User.name == "ada")).one()
        session.add(AuthenticatorApp(user_id=ada, secret="s", confirmed_at=now_utc()))

    done = site.run("restore", tmp_path / "copy.db")

    assert [line for line in done.output.splitlines() if " again" in line] == [
        "Administers the site again, and did not before: bob@x.example",
        "Signs in again with a passkey that was ended: bob@x.example, “Key”",
        "Signs in again with an account that was disconnected: ada@x.example, https://id",
        "Signs in with one step again, and had two: ada@x.example",
    ]


def test_it_is_told_who_is_let_into_a_room_again_and_what_hides_nothing_any_more(
    site: Site, tmp_path: Path
):
    add_people(site, "ada", "bob")
    site.run("evaluation", "create", "Algebra")
    with site.inside(), unit_of_work() as session:
        own = session.scalars(select(Evaluation)).one()
        for user in session.scalars(select(User).order_by(User.email)):
            session.add(
                Member(
                    evaluation_id=own.id, user_id=user.id, name=user.name, is_chair=True,
                    stakeholder=Stakeholder.TEACHER,
                )
            )  # fmt: skip
        session.execute(update(User).values(password_hash="old"))
        session.add(Vendor(evaluation_id=own.id, company="Ace", code="ace", position=0))
        own.prices_sealed = False
    site.run("backup", tmp_path / "copy.db")
    with site.inside(), unit_of_work() as session:
        own, vendor = (
            session.scalars(select(Evaluation)).one(),
            session.scalars(select(Vendor)).one(),
        )
        ada, bob = session.scalars(select(Member).order_by(Member.name))
        ada.removed_at, bob.is_chair = now_utc(), False
        own.names_people, own.prices_sealed = False, True
        conflict = DeclarationKind.CONFLICT
        session.add(Declaration(member_id=bob.id, vendor_id=vendor.id, kind=conflict, words="Kin."))
        place = {"entry": 1, "pointer": "/reason", "reason": "A student.", "chosen_by": "ada"}
        session.add(Redaction(evaluation_id=own.id, **place))
        session.execute(update(User).where(User.name == "bob").values(password_hash="new"))

    done = site.run("restore", tmp_path / "copy.db")

    assert [line for line in done.output.splitlines() if re.search(" again| no more", line)] == [
        "Chairs a committee again, and did not before: ada, “Algebra”",
        "Chairs a committee again, and did not before: bob, “Algebra”",
        "Has its prices sealed no more, and had: “Algebra”",
        "Has roles for names in its memo no more, and had: “Algebra”",
        "Is blacked out no more in copies for the public, and was: a text of entry 1, “Algebra”",
        "Signs in again with a former password: bob@x.example",
        "Sits on a committee again, and was removed from it: ada, “Algebra”",
        "Stays away from a vendor no more, and did: bob, Ace, “Algebra”",
    ]


def test_it_is_told_which_removed_evaluation_is_there_again(site: Site, tmp_path: Path):
    site.run("backup", tmp_path / "without.db")
    site.run("evaluation", "create", "Old courseware")
    site.run("backup", tmp_path / "copy.db")
    site.run("restore", tmp_path / "without.db")

    done = site.run("restore", tmp_path / "copy.db")

    back = [line for line in done.output.splitlines() if " again" in line]
    assert back == ["Is there again, and was not: “Old courseware”"]


def test_nothing_is_brought_back_while_a_server_runs(site: Site, tmp_path: Path):
    site.run("backup", tmp_path / "copy.db")
    before = site.database.read_bytes()

    with hold_server_lock(site.app()):
        said = [
            refused(site.run("restore", tmp_path / "copy.db")),
            refused(site.run("db", "upgrade")),
        ]

    assert said == [f"A server of crrubric uses {site.database}: stop it first."] * 2
    assert site.database.read_bytes() == before


def test_nothing_is_brought_back_while_somebody_writes(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crrubric.services.record.sqlite_restores.WAIT", 0.01)
    site.run("backup", tmp_path / "copy.db")

    with closing(sqlite3.connect(site.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        said = refused(site.run("restore", tmp_path / "copy.db"))

    assert said.startswith(f"Somebody uses {site.database}: stop the server")
    assert site.names() == ["crrubric.db"]


def write_other_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100_000])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.write_text("Dear board,", "utf-8"), "is no database of crrubric."),
        (lambda file: file.write_bytes(b""), "is no database of crrubric."),
        (
            lambda file: file.write_bytes(b"PGDMP\1"),
            " is a backup of PostgreSQL, ",
        ),
        (lambda file: (file.unlink(), write_other_database(file)), "is no database of crrubric."),
        (make_newer, "The database is of a newer crrubric (9999): install that version."),
        (damage, " is damaged: "),
        (cut_short, " is damaged: "),
    ],
)
def test_what_is_no_backup_of_ours_changes_nothing(
    site: Site, tmp_path: Path, spoil: Callable[[Path], object], says: str
):
    file = tmp_path / "copy.db"
    site.run("backup", file)
    spoil(file)
    before = site.database.read_bytes()

    assert says in refused(site.run("restore", file))
    assert site.names() == ["crrubric.db"]
    assert site.database.read_bytes() == before


def test_the_database_is_no_backup_of_itself(site: Site):
    assert refused(site.run("restore", site.database)) == (
        f"{site.database} is the database itself: name a backup of it."
    )


def test_a_damaged_database_makes_room_for_a_backup(site: Site, tmp_path: Path):
    add_people(site, "ada")
    site.run("backup", tmp_path / "copy.db")
    damage(site.database)
    log = site.folder / "crrubric.db-wal"
    log.write_bytes(b"what no longer fits")

    done = site.run("restore", tmp_path / "copy.db")

    assert done.exit_code == 0, done.stderr
    assert not log.exists()
    assert list_addresses(site) == ["ada@x.example"]
    assert site.run("verify").exit_code == 0
    (kept,) = site.folder.glob("crrubric-before-restore-*.db")
    assert b"\xff" * 4096 in kept.read_bytes()


@posix
def test_whoever_the_database_belongs_to_has_what_is_brought_back(site: Site, tmp_path: Path):
    site.run("backup", tmp_path / "copy.db")
    site.database.chmod(0o640)

    site.run("restore", tmp_path / "copy.db")

    assert site.database.stat().st_mode & 0o777 == 0o640


def test_a_site_that_has_no_database_yet_gets_one(site: Site, tmp_path: Path):
    add_people(site, "ada")
    site.run("backup", tmp_path / "copy.db")
    new = Site(tmp_path / "new")

    done = new.run("restore", tmp_path / "copy.db")

    assert done.exit_code == 0
    assert "kept as" not in done.output
    assert list_addresses(new) == ["ada@x.example"]


# Upgrading


@pytest.fixture(scope="module")
def older_database() -> Iterator[Path]:
    """A database with the schema of the version before."""
    with quick_folder() as folder, Site(folder).inside() as app:
        prepare_migrations(app)
        make_schema(f"{int(find_newest_revision()) - 1:04d}")
        yield folder / "crrubric.db"


@pytest.fixture
def older(tmp_path: Path, older_database: Path) -> Site:
    """A site that was not upgraded yet."""
    site = Site(tmp_path / "older")
    site.folder.mkdir()
    shutil.copy(older_database, site.database)
    return site


REVISION = "SELECT version_num FROM alembic_version"


def test_an_upgrade_backs_up_first_and_a_restoration_upgrades(older: Site, tmp_path: Path):
    ((revision,),) = older.ask(REVISION)

    done = older.run("db", "upgrade")
    again = older.run("db", "upgrade")

    ((newest,),) = older.ask(REVISION)
    (kept,) = older.folder.glob(f"crrubric-before-upgrade-from-{revision}-*.db")
    assert done.output == (
        f"Backed up to {kept}: delete it once all is well.\nThe database is ready.\n"
    )
    assert again.output == "The database is ready.\n"
    assert (older.ask(REVISION, kept), newest > revision) == ([(revision,)], True)

    restored = older.run("restore", kept)

    assert f"schema {revision}\nIt was upgraded to schema {newest}." in restored.output
    assert older.ask(REVISION) == [(newest,)]
    assert older.ask(REVISION, kept) == [(revision,)]
    assert older.run("verify").exit_code == 0


@posix
def test_an_upgrade_without_room_for_its_backup_does_not_begin(older: Site):
    before = older.database.read_bytes()

    with files_of_at_most(200_000):
        said = refused(older.run("db", "upgrade"))

    assert said.startswith("Nothing was upgraded, because no backup could be made: There is not")
    assert said.endswith("To upgrade without one, say --no-backup.")
    assert older.database.read_bytes() == before
    assert older.run("db", "upgrade", "--no-backup").output == "The database is ready.\n"
    assert older.names() == ["crrubric.db"]


def test_a_newer_database_is_not_upgraded(site: Site):
    make_newer(site.database)

    assert "of a newer crrubric (9999)" in refused(site.run("db", "upgrade"))


def test_a_database_is_where_the_settings_say_whatever_the_current_folder_is(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A lock in the current folder would let a second server in that begins in another one."""
    monkeypatch.chdir(tmp_path)
    app = site.app({"DATABASE_URL": "sqlite:///crrubric.db"})

    assert find_database_file(app) == site.database
    with hold_server_lock(app):
        assert (site.folder / "crrubric.lock").exists()
