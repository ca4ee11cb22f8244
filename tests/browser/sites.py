"""Served apps, the cookies of those who have signed in there, and what workers share."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from waitress import create_server
from waitress.wasyncore import close_all

from crrubric.cli.server import server_options
from crrubric.config import settings_of
from crrubric.extensions import db
from crrubric.services.demo.district import DEMO_PASSWORD
from tests.pages import parse

PATIENCE = 120  # seconds that a worker waits for another one


@dataclass(frozen=True)
class Site:
    """A served app. Where nobody changes anything, whoever signs in does so once for all tests."""

    app: Flask
    url: str
    lasting: bool = False
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie_name(self) -> str:
        return str(self.app.config["SESSION_COOKIE_NAME"])

    def cookie_of(self, email: str, password: str) -> str:
        """The cookie of somebody who has signed in."""
        if self.lasting and email in self.cookies:
            return self.cookies[email]
        client = self.app.test_client()
        sign_in(client, email, password)
        cookie = client.get_cookie(self.cookie_name)
        assert cookie is not None
        self.cookies[email] = cookie.value
        return cookie.value


def sign_in(client: FlaskClient, email: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in without a browser."""
    form = parse(200, client.get("/sign-in").text)
    token = next(n.get("value") for n in form.all("input") if n.get("name") == "csrf_token")
    data = {"csrf_token": token, "email": email, "password": password}
    assert client.post("/sign-in", data=data).status_code == 303


def serve(app: Flask, *, lasting: bool = False) -> Iterator[Site]:
    """Serve the app from a thread, on a free port of this machine, until the tests are done."""
    options = server_options(settings_of(app))
    server: Any = create_server(app, host="127.0.0.1", port=0, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.effective_port}", lasting)
    # its sockets are closed by its own thread, which ends when there is none left
    server.trigger.pull_trigger(lambda: close_connections(server))
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    with app.app_context():
        db.engine.dispose()


def close_connections(server: Any) -> None:
    """Close every connection with what it buffers, as if the browser had; then the server's own."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    close_all(server._map)


def made_once(done: Path, make: Callable[[Path], None]) -> Path:
    """The file or folder `done`, made by the first worker that asks; the others wait for it."""
    lock, half = done.with_suffix(".lock"), done.with_suffix(".half")
    deadline = time.monotonic() + PATIENCE
    while not done.exists():
        assert time.monotonic() < deadline, f"another worker has not made {done} in time"
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            time.sleep(0.05)
            continue
        try:
            if not done.exists():
                make(half)
                half.rename(done)
        finally:
            lock.unlink()
    return done
