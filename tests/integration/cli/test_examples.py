"""The examples in docs/examples: programs that are there start with them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from flask import Flask

from crrubric.settings.model import Settings
from tests.databases import write_empty_database
from tests.web_server import (
    CERTIFICATE,
    KEY,
    PATIENCE,
    Client,
    find_free_port,
    running_nginx_servers,
    running_server,
    wait_for_port,
)

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"


@contextmanager
def running_gunicorn(instance: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """gunicorn with our configuration, and its port; killed at the end if it still runs."""
    port = find_free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(EXAMPLES / "gunicorn.conf.py")]
    command += ["--bind", f"127.0.0.1:{port}", *options, "crrubric.wsgi:app"]
    variables = {**os.environ, "CRRUBRIC_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=variables, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield process, port
        finally:
            process.kill()


def test_gunicorn_serves_with_our_configuration_and_stops_when_told(
    tmp_path: Path, sqlite_app: Flask
):
    write_empty_database(sqlite_app, tmp_path / "crrubric.db")
    with running_gunicorn(tmp_path) as (process, port):
        wait_for_port(port)
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=PATIENCE) as answer:
            assert answer.status == 200
            assert answer.headers["X-Request-Id"]
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) == 0


def test_two_workers_on_one_database_file_are_refused(tmp_path: Path, sqlite_app: Flask):
    write_empty_database(sqlite_app, tmp_path / "crrubric.db")

    with running_gunicorn(tmp_path, "--workers", "2") as (process, _port):
        assert process.stderr
        said = ""
        deadline = time.monotonic() + PATIENCE
        while "serves" not in said and time.monotonic() < deadline:
            said += process.stderr.readline()

    assert "Another crrubric serves" in said


def test_keep_alive_outlasts_the_pause_between_two_saves():
    text = (EXAMPLES / "gunicorn.conf.py").read_text("utf-8")

    assert re.search(r"^keepalive = 75$", text, re.MULTILINE)


def test_the_example_speaks_no_old_tls():
    text = (EXAMPLES / "nginx.conf").read_text("utf-8")

    assert re.findall(r"^ *ssl_protocols (.+);$", text, re.MULTILINE) == ["TLSv1.2 TLSv1.3"]


def test_nginx_serves_with_our_configuration(tmp_path: Path, sqlite_app: Flask):
    server = (EXAMPLES / "nginx.conf").read_text("utf-8")
    with running_server(sqlite_app) as behind:
        port = find_free_port()
        replaced = {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "/etc/ssl/score.district.org.pem": str(CERTIFICATE),
            "/etc/ssl/score.district.org.key": str(KEY),
            "http://127.0.0.1:5000": f"http://127.0.0.1:{behind.port}",
        }
        for old, new in replaced.items():
            assert old in server
            server = server.replace(old, new)
        with running_nginx_servers(tmp_path, server, port):
            client = Client(port, tls=True)
            assert client.ask("GET", "/health").status == 200
            assert client.ask("GET", "/metrics").status == 403


def test_the_unit_gives_the_server_time_to_stop():
    unit = (EXAMPLES / "crrubric.service").read_text("utf-8")
    given = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)

    assert given
    assert int(given[1]) > Settings(INSTANCE=ROOT).SERVER_STOP_SECONDS
    assert "\nExecStart=/srv/crrubric/venv/bin/crrubric serve\n" in unit


def list_complaints(folder: Path, units: dict[str, str]) -> list[str]:
    """What systemd has to say of these units; nothing where there is no systemd to ask."""
    if shutil.which("systemd-analyze") is None:
        return []
    for name, text in units.items():
        (folder / name).write_text(text.replace("/srv/crrubric/venv/bin/crrubric", "/bin/true"))
    files = [str(folder / name) for name in units]
    done = subprocess.run(
        ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False
    )
    return [line for line in done.stderr.splitlines() if "crrubric" in line]


def test_systemd_understands_the_units(tmp_path: Path):
    names = ("crrubric.service", "crrubric-backup.service", "crrubric-backup.timer")
    units = {name: (EXAMPLES / name).read_text("utf-8") for name in names}

    assert list_complaints(tmp_path, units) == []
