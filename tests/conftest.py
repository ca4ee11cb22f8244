"""Fixtures that several kinds of tests share: databases, app, factories."""

import os
import stat
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import create_engine, event

from crrubric.app import create_app
from crrubric.config import KEY, settings_of
from crrubric.domain.errors import CrrubricError
from crrubric.domain.event_fields import is_declared
from crrubric.domain.record.texts import iterate_strings
from crrubric.extensions import db
from crrubric.models import Criterion, JournalEntry, Section, Tension
from crrubric.queries.record.journal import link_of, list_told_fields
from crrubric.services.shared import queues
from crrubric.services.shared.later import KEY as KEY_OF_LATER
from crrubric.web.record.journal_words import FIELDS, IN_LANGUAGE, OF_ANSWERS
from crrubric.web.shared import templates
from tests.databases import note_empty, postgresql_server, quick_folder, wipe
from tests.factories import Factory
from tests.schemas import make_schema
from tests.statements import Planner, plan_statements
from tests.workers import begin_with_own_part, share_kept

pytest_plugins = ["tests.runs.no_skips", "tests.runs.selection", "tests.runs.linters"]

os.environ.pop("CRRUBRIC_DATABASE_URL", None)

RUBRIC_TEXTS = {"title", "question", "look_for", "practice", "why"}
SETTINGS = {
    "TESTING": True,
    "SECRET_KEY": "a secret of the tests, long enough to be one",
    "PASSWORD_METHOD": "scrypt:256:1:1",  # as cheap as can be: tests hash often
    "RATELIMIT_ENABLED": True,
    "RATELIMIT_STORAGE_URI": "memory://",  # also with PostgreSQL: its rows are the test's own
    "PROPAGATE_EXCEPTIONS": False,
}


def pytest_configure(config: pytest.Config) -> None:
    """Let the workers share what one of them has made or compiled."""
    share_kept(config)
    begin_with_own_part(config)


@event.listens_for(JournalEntry, "before_insert")
def refuse_undeclared_fields(_mapper: Any, _connection: Any, entry: JournalEntry) -> None:
    """Fail where an entry tells a text in a field of which nobody has said whether it is typed, or
    a field that the page of the journal has no words for.

    Whatever a test does is looked at, so that every field of every event is.
    """
    for pointer, name, _text in iterate_strings(link_of(entry).content):
        if not is_declared(entry.event, name):
            raise AssertionError(f"{entry.event}{pointer} is in no list of domain/event_fields.py")
    for name in [] if entry.event in OF_ANSWERS else list_told_fields(entry):
        if name not in FIELDS and not IN_LANGUAGE.fullmatch(name):
            raise AssertionError(f"{entry.event} {name} has no words in journal_words.py")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server, started once for this worker."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Where this worker's databases lie."""
    with quick_folder() as folder:
        yield folder


def set_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Let the app run with other settings, and queues of their sizes, until the test ends."""
    changed = settings_of(app).model_copy(update=values)
    monkeypatch.setitem(app.extensions, KEY, changed)
    renew_queues(app, monkeypatch)


def renew_queues(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app make its queues anew, and take those back that it has when the test ends."""
    monkeypatch.setitem(app.extensions, queues.SERVER, {})


def pretend_to_be_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be root, and every file another account's, until the test ends."""
    found = Path.stat

    def tell_other(path: Path, **more: bool) -> os.stat_result:
        row = list(found(path, **more))
        row[stat.ST_UID] = 65_534
        return os.stat_result(row)

    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(Path, "stat", tell_other)


def fresh_app(url: str, folder: Path, **settings: Any) -> Flask:
    """The app on an empty database, made by the migrations as on a real machine."""
    from crrubric.extensions import prepare_migrations

    app = create_app({**SETTINGS, "INSTANCE": str(folder), "DATABASE_URL": url, **settings})
    refuse_untranslated_texts(app)
    app.jinja_env.bytecode_cache = CompiledTemplates()  # compiled once for all apps
    prepare_migrations(app)
    with app.app_context():
        make_schema()
        note_empty()
    return app


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates as they were compiled for a language, until they, it or how it is done changes."""

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """What is kept of the template in the environment's language."""
        language = getattr(environment, "language", None)
        return super().get_bucket(
            environment, f"{language} {name}", filename, source + digest_texts(language)
        )


@cache
def digest_texts(language: str | None) -> str:
    """What stands for the texts of a language, and for how they get into templates."""
    package = Path(templates.__file__).parents[2]
    found = sorted(package.glob(f"translations/{language}/*/*.po"))
    return sha256(b"".join(map(Path.read_bytes, [Path(templates.__file__), *found]))).hexdigest()


def refuse_untranslated_texts(app: Flask) -> None:
    """Fail where a template reads a text of the rubric as it was written, whatever the language.

    A template says `criterion | translated("title")`; `criterion.title` would be English on a
    Spanish page, and nobody would see it on an English one.
    """
    read = app.jinja_env.getattr

    def read_strictly(row: object, name: str) -> object:
        if name in RUBRIC_TEXTS and isinstance(row, Criterion | Section | Tension):
            raise AssertionError(f'say `| translated("{name}")` instead of .{name}')
        return read(row, name)

    app.jinja_env.getattr = read_strictly


def served(app: Flask) -> Iterator[Flask]:
    """The app; its connections are closed at the end."""
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def refusals_are_raised_anew() -> Iterator[None]:
    """No refusal that a module keeps was raised itself, whichever test ran: it would grow."""
    yield
    raised = {
        f"{name}.{key}"
        for name, module in sys.modules.items()
        if name.startswith("crrubric.")
        for key, value in vars(module).items()
        if isinstance(value, CrrubricError) and value.__traceback__ is not None
    }
    assert raised == set()


@pytest.fixture(scope="session")
def sqlite_app(data_folder: Path) -> Iterator[Flask]:
    yield from served(fresh_app("", data_folder / "sqlite"))


@pytest.fixture(scope="session")
def planner(sqlite_app: Flask, request: pytest.FixtureRequest) -> Iterator[Planner | None]:
    """Lets PostgreSQL plan what is sent to SQLite; a single process need not wait for a server."""
    config = request.config
    if config.getoption("quick") or not hasattr(config, "workerinput"):
        yield None
        return
    with request.getfixturevalue("postgresql_app").app_context():
        engine = create_engine(db.engine.url)
    with sqlite_app.app_context(), plan_statements(engine) as planner:
        yield planner
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_app(data_folder: Path, postgresql: str) -> Iterator[Flask]:
    yield from served(fresh_app(postgresql, data_folder / "postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, planner: Planner | None) -> Iterator[Flask]:
    """The app on SQLite and on PostgreSQL, empty before each test."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    with app.app_context():
        wipe()
        yield app
        if planner:
            assert planner.take_refused() == []
        from crrubric.extensions import limiter

        db.session.remove()
        if KEY_OF_LATER in app.extensions:  # nothing of this test happens in the next one
            app.extensions[KEY_OF_LATER].settle()
        limiter.reset()


@pytest.fixture
def make(app: Flask, request: pytest.FixtureRequest) -> Factory:
    """Makes people, evaluations, marks; anew where the test has changed how that is done."""
    if "monkeypatch" not in request.fixturenames:
        return Factory(app)
    monkeypatch = request.getfixturevalue("monkeypatch")
    return Factory(app, changed=lambda: bool(monkeypatch._setattr or monkeypatch._setitem))
