"""How a server starts: alone on its file, and again at once after it was killed."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.databases import quick_folder, write_empty_database
from tests.web_server import Client, find_free_port, wait_for_port

PATIENCE = 30


@pytest.fixture
def folder(sqlite_app: Flask) -> Iterator[Path]:
    with quick_folder() as found:
        write_empty_database(sqlite_app, found / "crrubric.db")
        yield found


@contextmanager
def start_server(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`crrubric serve` on this folder, until the end."""
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    command += ["--district", "Lakeside", "--timezone", "America/Chicago"]
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(folder), **settings}
    with subprocess.Popen(
        command,
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on this folder that answers, and its port."""
    port = find_free_port()
    with start_server(folder, port) as process:
        wait_for_port(port)
        yield process, port


def test_a_second_server_on_the_same_file_is_refused(folder: Path):
    with serving(folder) as (_first, port), start_server(folder, find_free_port()) as second:
        _out, said = second.communicate(timeout=PATIENCE)

        assert second.returncode == 1
        assert f"Another crrubric serves {folder / 'crrubric.db'} already" in said
        assert Client(port).ask("GET", "/health").status == 200


def test_a_log_of_objects_has_nothing_else_in_it(folder: Path):
    """A program reads it: what a person would read beside it breaks that."""
    with serving(folder):
        pass  # the district is set now, which is said once
    port = find_free_port()
    with start_server(folder, port, CRRUBRIC_LOG_FORMAT="json") as process:
        wait_for_port(port)
        process.terminate()
        lines = "".join(process.communicate(timeout=PATIENCE)).splitlines()

    messages = [json.loads(line)["message"] for line in lines]
    assert f"Serving on http://127.0.0.1:{port}" in messages


@pytest.mark.skipif(sys.platform == "win32", reason="systemd is of Linux")
@pytest.mark.parametrize("named", [True, False], ids=["in a folder", "in none"])
def test_systemd_is_told_when_the_server_answers(folder: Path, named: bool):
    """Else `systemctl start crrubric && crrubric doctor` finds nobody at home."""
    port = find_free_port()
    name = str(folder / "notify") if named else f"\0crrubric-tests-{port}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(name)
        line.settimeout(PATIENCE)
        with start_server(folder, port, NOTIFY_SOCKET=name.replace("\0", "@")):
            said = line.recv(100)
            answer = Client(port).ask("GET", "/health/live")

    assert (said, answer.status) == (b"READY=1", 200)


def test_a_server_that_was_killed_starts_again(folder: Path):
    with serving(folder) as (first, _port):
        first.kill()
        first.wait(PATIENCE)

    with serving(folder) as (_second, port):
        assert Client(port).ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("revision", "says"),
    [("0001", "Run: crrubric db upgrade"), ("9999", "of a newer crrubric (9999)")],
)
def test_a_server_refuses_a_schema_that_is_not_its_own(folder: Path, revision: str, says: str):
    with closing(sqlite3.connect(folder / "crrubric.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    with start_server(folder, find_free_port()) as process:
        _out, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, says in said) == (1, True)
