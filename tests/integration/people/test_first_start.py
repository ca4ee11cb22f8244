"""The first start asks for name and time zone of the district, and never waits for nobody."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from crrubric import config
from crrubric.app import create_app
from crrubric.cli import district, root_group, serving
from crrubric.extensions import db, prepare_migrations
from crrubric.models import JournalEntry
from crrubric.queries.people.district import find_district
from tests.conftest import SETTINGS
from tests.databases import write_empty_database
from tests.schemas import make_schema

Run = Callable[..., Result]
ADMINISTRATOR = ("user", "add", "--administrator", "--name", "Ada", "--email", "ada@x.example")
OPTIONS = ("--district", "Lakeside", "--timezone", "america/chicago")
NOT_SET = "Name and time zone of the district are not set: start the server once with"
ASKED = "Name of the district: "


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """Makes the app of one database."""
    return lambda settings=None: create_app(
        {**SETTINGS, "INSTANCE": str(tmp_path / "instance"), **(settings or {})}
    )


@pytest.fixture
def run(
    make_app: Callable[..., Flask],
    tmp_path: Path,
    sqlite_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs crrubric on an empty database; a server ends as soon as it would begin."""
    write_empty_database(sqlite_app, tmp_path / "instance" / "crrubric.db")
    monkeypatch.setattr(serving, "run_server", lambda *_words: None)
    monkeypatch.setattr(district, "find_machine_zone", lambda: None)

    def run(*words: str, typed: str | None = None) -> Result:
        monkeypatch.setattr(district, "is_on_terminal", lambda: typed is not None)
        return CliRunner().invoke(root_group, words, obj=make_app, input=typed)

    return run


@pytest.fixture
def stored(make_app: Callable[..., Flask]) -> Callable[[], tuple[str, str] | None]:
    """Name and zone, if somebody has set them."""

    def read() -> tuple[str, str] | None:
        with make_app().app_context():
            row = find_district(db.session())
            return (row.name, row.time_zone) if row and row.version else None

    return read


@pytest.mark.parametrize("words", [ADMINISTRATOR, ("serve",)])
def test_without_a_terminal_nothing_is_asked(run: Run, stored, words: tuple[str, ...]):
    done = run(*words)

    assert (done.exit_code, NOT_SET in done.stderr) == (0, True)
    assert stored() is None


@pytest.mark.parametrize("words", [ADMINISTRATOR, ("serve",)])
def test_options_answer_what_would_be_asked(run: Run, stored, words: tuple[str, ...]):
    done = run(*words, *OPTIONS)

    assert (done.exit_code, ASKED in done.stderr) == (0, False)
    assert stored() == ("Lakeside", "America/Chicago")


@pytest.mark.parametrize("words", [ADMINISTRATOR, ("serve",)])
def test_on_a_terminal_it_is_asked_until_there_is_an_answer(run: Run, stored, words):
    done = run(*words, typed="\nLakeside\nChcago\n\nchicago\n")

    assert done.exit_code == 0
    assert "use one such as America/Chicago" in done.stderr
    assert stored() == ("Lakeside", "America/Chicago")
    assert ASKED not in run("serve", typed="").stderr


def test_the_zone_of_the_machine_is_taken_with_one_key(
    run: Run, stored, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(district, "find_machine_zone", lambda: "America/Boise")

    done = run("serve", typed="Lakeside\n\n")

    assert "America/Los_Angeles [America/Boise]: " in done.stderr
    assert stored() == ("Lakeside", "America/Boise")


def test_one_option_is_completed_on_a_terminal(run: Run, stored):
    done = run("serve", "--district", "Lakeside", typed="utc\n")

    assert (done.exit_code, ASKED in done.stderr) == (0, False)
    assert stored() == ("Lakeside", "UTC")


@pytest.mark.parametrize("part", [OPTIONS[:2], OPTIONS[2:]])
def test_one_option_alone_is_refused_without_a_terminal(run: Run, stored, part):
    done = run(*ADMINISTRATOR, *part)

    assert (done.exit_code, "Give both --district and --timezone." in done.stderr) == (2, True)
    assert stored() is None


def test_a_zone_that_is_none_is_refused_before_anything_is_done(run: Run, stored):
    done = run(*ADMINISTRATOR, "--district", "Lakeside", "--timezone", "Middle")

    assert (done.exit_code, done.stderr) == (
        1,
        "crrubric: There is no time zone “Middle”: use one such as America/New_York,"
        " America/Chicago, America/Denver, America/Los_Angeles.\n",
    )
    assert stored() is None
    assert run(*ADMINISTRATOR).exit_code == 0  # the account was not made


def test_options_of_a_later_start_change_nothing(run: Run, stored):
    run("serve", *OPTIONS)

    same, other = run("serve", *OPTIONS), run("serve", "--district", "Hill", "--timezone", "UTC")

    assert "The district" not in same.stderr
    assert "The district is already Lakeside, in the time zone America/Chicago" in other.stderr
    assert stored() == ("Lakeside", "America/Chicago")


def test_the_first_organizer_is_not_asked(run: Run, stored):
    words = [word for word in ADMINISTRATOR if word != "--administrator"]

    done = run(*words, typed="")

    assert (done.exit_code, done.stderr, stored()) == (0, "", None)


def test_what_the_operator_set_is_in_the_journal(run: Run, make_app: Callable[..., Flask]):
    run("serve", *OPTIONS)

    with make_app().app_context():
        (entry,) = db.session.query(JournalEntry).all()
        assert (entry.actor_name, entry.chain, entry.before) == ("operator", 0, None)
        assert entry.after == {"name": "Lakeside", "time_zone": "America/Chicago"}


def test_a_real_terminal_is_asked(tmp_path: Path):
    import pty

    keyboard, screen = pty.openpty()
    os.write(keyboard, b"Lakeside\nchicago\n")
    done = subprocess.run(
        [sys.executable, "-m", "crrubric", *ADMINISTRATOR],
        env={**os.environ, "CRRUBRIC_INSTANCE": str(tmp_path)},
        stdin=screen,
        stdout=subprocess.PIPE,
        stderr=screen,
        timeout=60,
        check=True,
    )
    shown = os.read(keyboard, 10_000).decode()

    assert ASKED in shown
    assert "The district is Lakeside, in the time zone America/Chicago" in shown
    assert done.stdout.decode().startswith("Ada is added.")  # the link alone can be piped on


@pytest.mark.parametrize(
    ("name", "zone", "version"),
    [("Our district", "UTC", 0), ("Lakeside", "UTC", 1), ("Our district", "America/Chicago", 1)],
)
def test_an_upgrade_knows_whether_somebody_had_named_the_district(
    make_app: Callable[..., Flask], name: str, zone: str, version: int
):
    from flask_migrate import upgrade

    app = make_app()
    prepare_migrations(app)
    with app.app_context():
        make_schema("0011")
        row = {"name": name, "zone": zone}
        insert = text("INSERT INTO district (name, time_zone) VALUES (:name, :zone)")
        db.session.execute(insert, row)
        db.session.commit()
        upgrade()

        found = find_district(db.session())
        assert found is not None
        assert (found.name, found.time_zone, found.version) == (name, zone, version)
        db.engine.dispose()


# Runs `crrubric user add …` and ends at once, as if killed, before the statement of this number.
KILLED = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from crrubric import config
from crrubric.app import create_app
from crrubric.cli import root_group

left = [int(sys.argv.pop(1))]

@event.listens_for(Engine, "before_cursor_execute")
def count(*_words):
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)

root_group(obj=create_app, prog_name="crrubric")
"""


@pytest.mark.parametrize(
    "statements",
    [40, 400, *(pytest.param(count, marks=pytest.mark.long) for count in (1, 12, 150))],
)
def test_a_first_start_that_is_killed_heals_at_the_next_one(tmp_path: Path, statements: int):
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(tmp_path)}

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words, *ADMINISTRATOR, *OPTIONS]
        return subprocess.run(command, env=told, capture_output=True, text=True, check=False)

    killed = start("-c", KILLED, str(statements))
    again = start("-m", "crrubric")

    assert killed.returncode == 9
    assert (again.returncode, again.stderr.count("older")) == (0, 0), again.stderr
    assert again.stdout.startswith("Ada is added.")


def test_a_secret_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(config.os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        config.kept_secret(tmp_path / "secret-key")
    monkeypatch.undo()

    assert list(tmp_path.iterdir()) == []
    assert len(config.kept_secret(tmp_path / "secret-key")) == 64
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]
