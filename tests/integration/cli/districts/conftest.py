"""A server with two districts, each on a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.test import Client, TestResponse

from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.cli.serving import open_site
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.hosts import serve_districts
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people.accounts import add_user
from tests.conftest import SETTINGS
from tests.databases import write_empty_database
from tests.factories import PASSWORD
from tests.integration.conftest import FORM_TOKEN

FIRST, SECOND = "http://score.example", "http://riverton.example"
Run = Callable[..., Result]
Serve = Callable[[], Client]


@pytest.fixture
def place(tmp_path: Path, sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the first site, with its address."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("CRRUBRIC_INSTANCE", str(folder))
    write_empty_database(sqlite_app, folder / "crrubric.db")
    (folder / "settings.toml").write_text(f'SITE_URL = "{FIRST}"\n', encoding="utf-8")
    return folder


@pytest.fixture
def second(place: Path, sqlite_app: Flask) -> Path:
    """The folder of a further district."""
    folder = place / "districts" / "riverton"
    write_empty_database(sqlite_app, folder / "crrubric.db")
    (folder / "settings.toml").write_text(f'SITE_URL = "{SECOND}"\n', encoding="utf-8")
    return folder


APPS: list[Flask] = []


def make_app(given: Any = None) -> Flask:
    """An app as the commands make it, with what all tests set."""
    APPS.append(create_app({**SETTINGS, "PROPAGATE_EXCEPTIONS": None, **(given or {})}))
    return APPS[-1]


@pytest.fixture(autouse=True)
def close_connections() -> Iterator[None]:
    """No database stays open after a test."""
    yield
    while APPS:
        with APPS.pop().app_context():
            db.session.remove()
            db.engine.dispose()


def run_command(*words: object) -> Result:
    """Runs crrubric on the server that the environment names."""
    return CliRunner().invoke(root_group, list(map(str, words)), obj=make_app, prog_name="crrubric")


@pytest.fixture
def run(place: Path) -> Run:
    """Runs crrubric on this server."""
    return run_command


@pytest.fixture
def serve(place: Path) -> Iterator[Serve]:
    """Starts the server as `crrubric serve` does, and gives a browser with which to ask it."""
    with ExitStack() as held:

        def start() -> Client:
            answering = serve_districts(make_app(), partial(open_site, make_app, held))
            return Client(answering)

        yield start


def add_person(folder: Path, email: str, *, name: str = "Rosa Reyes") -> None:
    """An account in the site of this folder."""
    with make_app({"INSTANCE": str(folder)}).app_context():
        add_user(OPERATOR, name=name, email=email, standing=Standing.ADMINISTRATOR,
                 password=PASSWORD)  # fmt: skip
        db.session.remove()
        db.engine.dispose()


def sign_in(browser: Client, site: str, email: str, password: str = PASSWORD) -> TestResponse:
    """Fill in the form of a site."""
    page = browser.get("/sign-in", base_url=site)
    assert page.status_code == HTTPStatus.OK
    token = FORM_TOKEN.search(page.text)
    assert token is not None
    form = {"csrf_token": token[1], "email": email, "password": password}
    return browser.post("/sign-in", data=form, base_url=site, headers={"Origin": site})
