"""The examples in docs/examples: programs that are there start with them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from flask import Flask

from crrubric.cli import root_group
from crrubric.settings.model import Settings
from crrubric.settings.reading import read_settings
from tests.databases import write_empty_database
from tests.web_server import (
    CERTIFICATE,
    KEY,
    NGINX,
    PATIENCE,
    Client,
    find_free_port,
    running_nginx_servers,
    running_server,
    wait_for_port,
)

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
SERVICES = ("crrubric", "crrubric-backup")
SITE = "https://score.district.org"


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
        port, plain = find_free_port(), find_free_port()
        replaced = {
            "listen 80": f"listen 127.0.0.1:{plain}",
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
            without_tls = Client(plain).ask("GET", "/x?y=1")
            assert without_tls.status == 301
            assert without_tls.headers["Location"] == "https://score.district.org/x?y=1"


def test_the_example_says_what_the_nginx_of_the_other_tests_says_of_a_request():
    """They try it with forged headers, and with one and two of them (test_proxies.py)."""
    told = NGINX.format(port=0, tls="", behind=0, host="$http_host", scheme="$scheme")
    wanted, said = (
        set(re.findall(r"^ +(proxy_(?:set_header|http_version) .*;)$", text, re.M))
        for text in (told, (EXAMPLES / "nginx.conf").read_text("utf-8"))
    )

    assert wanted <= said


def test_what_watches_reads_the_figures_through_nginx_once_it_is_named(
    tmp_path: Path, sqlite_app: Flask
):
    server = (EXAMPLES / "nginx.conf").read_text("utf-8")
    port, plain = find_free_port(), find_free_port()
    with running_server(sqlite_app) as behind:
        for old, new in {
            "listen 80": f"listen 127.0.0.1:{plain}",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "/etc/ssl/score.district.org.pem": str(CERTIFICATE),
            "/etc/ssl/score.district.org.key": str(KEY),
            "http://127.0.0.1:5000": f"http://127.0.0.1:{behind.port}",
            "# allow 192.0.2.7;": "allow 127.0.0.1;",
        }.items():
            assert old in server
            server = server.replace(old, new)
        with running_nginx_servers(tmp_path, server, port):
            answer = Client(port, tls=True).ask("GET", "/metrics")

    assert (answer.status, "crrubric" in answer.text) == (404, True)  # ours: it wants a token


def test_the_unit_gives_the_server_time_to_stop():
    unit = (EXAMPLES / "crrubric.service").read_text("utf-8")
    given = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)

    assert given
    assert int(given[1]) > Settings(INSTANCE=ROOT).SERVER_STOP_SECONDS
    assert "\nExecStart=/srv/crrubric/venv/bin/crrubric serve\n" in unit
    assert "\nType=notify\n" in unit  # the start is over when the server answers


def test_the_settings_can_be_used_as_they_stand_and_with_all_that_is_commented_out(tmp_path: Path):
    text = (EXAMPLES / "settings.toml").read_text("utf-8")
    whole = re.sub(r"^# (?=[A-Za-z_]+ = |\[)", "", text, flags=re.M)
    assert whole.count("\n#") < text.count("\n#") - 10
    found = []
    for written in (text, whole):
        (tmp_path / "settings.toml").write_text(written, "utf-8")
        found.append(read_settings(tmp_path, {}))

    few, many = found
    assert (few.SITE_URL, few.PROXY_COUNT, few.DATABASE_URL) == (SITE, 1, "")
    assert many.DATABASE_URL.startswith("postgresql+psycopg:///crrubric?host=")
    assert (many.MAIL_THREAD, list(many.SSO_PROVIDERS)) == (True, ["google"])


def test_the_command_of_root_runs_as_the_account_of_the_server(tmp_path: Path):
    """With `runuser` and the program in the place of those of the machine."""
    (tmp_path / "runuser").write_text('#!/bin/sh\necho "$1 $2"; shift 3; exec "$@"\n')
    (tmp_path / "program").write_text('#!/bin/sh\necho "$CRRUBRIC_INSTANCE $*"\n')
    for name in ("runuser", "program"):
        (tmp_path / name).chmod(0o755)
    text = (EXAMPLES / "crrubric.sh").read_text("utf-8")
    assert "/srv/crrubric/venv/bin/crrubric" in text
    script = tmp_path / "crrubric"
    script.write_text(text.replace("/srv/crrubric/venv/bin/crrubric", str(tmp_path / "program")))
    variables = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    said = [
        subprocess.check_output(["/bin/sh", script, "backup", "a b"], env=env, text=True)
        for env in (variables, {**variables, "CRRUBRIC_INSTANCE": "/tmp/drill"})
    ]

    assert said == [
        "-u crrubric\n/srv/crrubric/instance backup a b\n",
        "-u crrubric\n/tmp/drill backup a b\n",
    ]


def read_path() -> str:
    """The way from an empty machine to a running site, of docs/running.md."""
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    return text.split("## From an empty machine", 1)[1].split("\n## ", 1)[0]


def test_the_examples_and_the_way_to_a_running_site_name_the_same_places():
    lines = re.findall(r"^ {4}(.*)$", read_path(), re.M)
    copied = set(re.findall(r"docs/examples/(\S+)", "\n".join(lines)))
    units = "".join((EXAMPLES / f"{name}.service").read_text("utf-8") for name in SERVICES)
    places = set(re.findall(r"/srv/crrubric/[a-z]+", units))

    assert {"*.service", "*.timer", "settings.toml", "crrubric.sh", "nginx.conf"} == copied
    assert places == {f"/srv/crrubric/{name}" for name in ("venv", "instance", "backups")}
    for place in places:
        assert any(place in line for line in lines), place
    assert "install -d -o crrubric -g crrubric -m 700" in "\n".join(lines)  # before they are used


def read_containerfile() -> list[tuple[str, str]]:
    """(instruction, what it says) of each, in order, with its continued lines."""
    text = (EXAMPLES / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def test_a_container_is_made_of_just_what_its_file_copies(tmp_path: Path):
    """What pip installs there is made here of the same files, and nothing else of the checkout."""
    copied = [words.split() for name, words in read_containerfile() if name == "COPY"]
    source = tmp_path / "build"
    source.mkdir()
    for *files, target in copied:
        assert target.startswith("/build/")
        for file in files:
            if (ROOT / file).is_dir():
                shutil.copytree(ROOT / file, tmp_path / target.lstrip("/"))
            else:
                shutil.copy(ROOT / file, source)
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as made:
        names = set(made.namelist())

    pages = list((ROOT / "templates").rglob("*.html"))
    assert {f"crrubric/{page.relative_to(ROOT).as_posix()}" for page in pages} <= names
    assert "crrubric/static/css/base.css" in names
    assert "all.txt" in {path.name for path in source.iterdir()}
    assert any("-r /build/all.txt" in words for _name, words in read_containerfile())


def test_a_container_starts_with_words_that_the_program_knows_and_looks_after_itself(
    tmp_path: Path, sqlite_app: Flask
):
    said = dict(read_containerfile())
    program, *words = json.loads(said["CMD"])
    assert program == "crrubric"
    context = root_group.make_context("crrubric", words[:1])
    name, command, _rest = root_group.resolve_command(context, words)
    assert (name, "/instance" in said["ENV"], said["VOLUME"]) == ("serve", True, "/instance")
    assert command is not None
    host = command.make_context("serve", words[1:]).params["host"]
    assert host == "0.0.0.0"

    check = json.loads(said["HEALTHCHECK"].removeprefix("CMD "))
    sqlite_app.config["TRUSTED_HOSTS"] = ["score.district.org"]
    try:
        with running_server(sqlite_app) as server:
            code = check[-1].replace(":5000", f":{server.port}")
            alive = subprocess.run([sys.executable, "-c", code], check=False).returncode
            dead = subprocess.run(
                [sys.executable, "-c", code.replace("/health", "/none")],
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
    finally:
        sqlite_app.config["TRUSTED_HOSTS"] = None

    assert (check[:2], alive, dead) == (["python", "-c"], 0, 1)


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
