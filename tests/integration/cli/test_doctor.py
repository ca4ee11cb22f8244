"""crrubric doctor: what is wrong with an installation is said in words, with how to mend it."""

import json
import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.cli.doctor import addresses, databases, folders
from crrubric.cli.doctor.diagnosis import Verdict
from crrubric.queries.operations import health
from tests.conftest import SETTINGS
from tests.databases import write_empty_database
from tests.virus_scanner import running_scanner

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def instance(tmp_path: Path, sqlite_app: Flask) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    write_empty_database(sqlite_app, folder / "crrubric.db")
    (folder / "crrubric.db").chmod(0o600)
    return folder


@pytest.fixture
def ask(instance: Path) -> Ask:
    """Runs it with these settings. Returns: exit code and words."""

    def run(**settings: object) -> tuple[int, str]:
        def factory(given=None) -> Flask:
            own = {**SETTINGS, "INSTANCE": str(instance), "PROPAGATE_EXCEPTIONS": None}
            return create_app({**own, **settings, **(given or {})})

        done = CliRunner().invoke(root_group, ["doctor"], obj=factory, prog_name="crrubric")
        return done.exit_code, done.output

    return run


def test_where_nothing_is_wrong_it_says_so(ask: Ask):
    code, words = ask()

    assert (code, "Nothing is wrong." in words) == (0, True)
    assert "ok     The database is at schema" in words
    assert "look   Name and time zone of the district are not set" in words
    assert "look   Mail is off" in words
    assert "look   Files are not scanned for viruses" in words


@pytest.mark.parametrize(
    ("address", "encrypted", "count"),
    [("10.1.2.3", False, 1), ("10.1.2.3", True, 0), ("127.0.0.1", False, 0), (None, False, 0)],
)
def test_a_line_to_a_database_elsewhere_is_encrypted(
    address: str | None, encrypted: bool, count: int
):
    found = list(databases.describe_database_line(databases.DatabaseLine(address, encrypted)))

    assert [row.verdict for row in found] == [Verdict.WRONG] * count


def test_how_the_database_is_reached_is_read_from_it(postgresql_app: Flask):
    with postgresql_app.app_context():
        line = databases.read_database_line()

    assert line.local
    assert not line.encrypted


@pytest.mark.parametrize(
    ("address", "count"),
    [("redis://10.1.2.3:6379", 1), ("rediss://10.1.2.3:6379", 0), ("redis://localhost", 0)],
)
def test_a_line_to_redis_elsewhere_is_encrypted(address: str, count: int):
    found = list(databases.describe_counting_store(address))

    assert [row.verdict for row in found] == [Verdict.WRONG] * count


def test_a_renewal_of_the_secret_that_was_interrupted_is_told(ask: Ask, instance: Path):
    (instance / "secret-key.former").write_text("the secret before")
    (instance / "secret-key.former").chmod(0o600)

    assert "give “crrubric settings renew-secret” again" in ask()[1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SITE_URL": "https://score.district.invalid", "PROXY_COUNT": 1}, "Set BEHIND_TLS = true"),
        ({"SITE_URL": "http://127.0.0.1:9", "BEHIND_TLS": True}, "Let it begin with https"),
        ({"SITE_URL": "http://score.district.invalid"}, "would send their passwords"),
        ({"SITE_URL": "https://score.district.invalid", "BEHIND_TLS": True}, "Set PROXY_COUNT = 1"),
        (
            {"SITE_URL": "http://127.0.0.1:9", "TRUSTED_HOSTS": ["score.district.org"]},
            "is not among TRUSTED_HOSTS",
        ),
        ({"DATABASE_URL": "postgresql://127.0.0.1:9/none"}, "The database does not answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_together_is_named_with_the_setting(ask: Ask, settings, said: str):
    code, words = ask(**settings)

    line = next(line for line in words.splitlines() if said in line)
    assert (code, line.startswith("WRONG")) == (1, True)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_files_that_others_may_read_are_named(ask: Ask, instance: Path):
    (instance / "crrubric.db").chmod(0o644)

    code, words = ask()

    assert code == 1
    assert f"WRONG  Other accounts of this machine may read {instance / 'crrubric.db'}" in words


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_database_that_is_made_is_read_by_its_own_account_alone(tmp_path: Path):
    app = create_app({**SETTINGS, "INSTANCE": str(tmp_path / "new")})
    with app.app_context():
        from crrubric.extensions import db

        db.engine.connect().close()
        db.engine.dispose()

    assert (tmp_path / "new" / "crrubric.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / "secret-key").exists() is False  # the settings have one


@pytest.mark.parametrize(
    ("revision", "said"),
    [("0001", "crrubric db upgrade"), ("9999", "install the newer crrubric")],
)
def test_a_database_of_another_version_is_told(ask: Ask, instance: Path, revision: str, said: str):
    with closing(sqlite3.connect(instance / "crrubric.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    code, words = ask()

    assert (code, said in words) == (1, True)


def test_a_disk_that_is_almost_full_and_one_in_the_network_are_told(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n", "utf-8")
    monkeypatch.setattr(folders, "MOUNTS", mounts)
    monkeypatch.setattr(folders, "LEAST_FREE", 2**62)

    code, words = ask()

    assert code == 1
    assert "make room, or saves will fail" in words
    assert "lies on a network disk (nfs4)" in words


def test_a_mail_server_that_does_not_answer_is_told(ask: Ask):
    with closing(socket.socket()) as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        code, words = ask(
            MAIL_HOST="127.0.0.1",
            MAIL_PORT=taken.getsockname()[1],
            MAIL_SECURITY="none",
            MAIL_SENDER="score@district.example",
            SITE_URL="http://127.0.0.1:5000",
        )

    assert code == 1
    assert "WRONG  The mail server 127.0.0.1 does not take us" in words


def test_a_certificate_that_ends_soon_and_a_clock_that_is_off_are_told():
    now = datetime.now(UTC)
    days = (timedelta(days=3, hours=1), timedelta(days=80, hours=1))
    ends = [(now + left).strftime("%b %d %H:%M:%S %Y GMT") for left in days]
    soon, late = (addresses.examine_certificate({"notAfter": at}) for at in ends)
    off = list(addresses.compare_clocks(format_datetime(now - timedelta(hours=3), usegmt=True)))

    assert (soon.verdict, late.verdict) == (Verdict.LOOK, Verdict.FINE)
    assert "another 3 days: renew it" in soon.words
    assert [one.verdict for one in off] == [Verdict.WRONG]
    assert list(addresses.compare_clocks(format_datetime(now, usegmt=True))) == []
    endless = f"Tue, 01 Dec {'9' * 20} 17:00:00 GMT"
    for none in (None, "", "yesterday", "Tue, 01 Dec 2026 17:00:00 -0000", endless):
        assert list(addresses.compare_clocks(none)) == []


def test_no_secret_is_shown(ask: Ask):
    _code, words = ask(
        DATABASE_URL="postgresql://crrubric:very-secret@127.0.0.1:9/none",
        MAIL_HOST="127.0.0.1",
        MAIL_PORT=9,
        MAIL_SENDER="score@district.example",
        MAIL_USER="score",
        MAIL_PASSWORD="very-secret",
        SITE_URL="http://127.0.0.1:5000",
    )

    assert "does not answer" in words
    assert "very-secret" not in words
    assert json.dumps(SETTINGS["SECRET_KEY"])[1:-1] not in words
    assert health.find_newest_revision().isdecimal()


def test_a_virus_scanner_is_greeted(ask: Ask):
    with running_scanner() as scanner:
        fine = ask(VIRUS_SCANNER=scanner.where)
        scanner.says = b"SSH-2.0"
        odd = ask(VIRUS_SCANNER=scanner.where)
    gone = ask(VIRUS_SCANNER=scanner.where)

    assert (fine[0], "ok     The virus scanner answers: ClamAV 1.4.6." in fine[1]) == (0, True)
    for code, words in (odd, gone):
        assert (code, f"WRONG  The virus scanner at {scanner.where} gives no" in words) == (1, True)
