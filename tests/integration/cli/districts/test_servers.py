"""Real servers with two districts, asked over real sockets."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.integration.cli.test_examples import ROOT, running_gunicorn
from tests.web_server import PATIENCE, find_free_port, wait_for_port

Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], int]]]


@contextmanager
def running_own_server(instance: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`crrubric serve`, and its port; killed at the end if it still runs."""
    port = find_free_port()
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    variables = {**os.environ, "CRRUBRIC_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process, port
        finally:
            process.kill()


def ask(port: int, host: str) -> tuple[int, str]:
    """Status and kind of the answer to whoever asks this host for its sign-in page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/sign-in", headers={"Host": host})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get_content_type()


@pytest.mark.parametrize("running", [running_own_server, running_gunicorn])
def test_a_server_answers_for_each_of_its_districts(place: Path, second: Path, running: Running):
    with running(place) as (process, port):
        wait_for_port(port)
        found = [ask(port, f"{name}.example") for name in ("score", "riverton", "pine")]
        locks = [path.with_name("crrubric.lock").exists() for path in (place / "x", second / "x")]
        process.send_signal(signal.SIGTERM)
        ended = process.wait(PATIENCE)

    assert found == [(200, "text/html"), (200, "text/html"), (404, "text/plain")]
    assert (locks, ended) == ([True, True], 0)
