"""crrubric settings renew-secret: everybody signs in anew, and authenticator apps go on working."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from crrubric import config
from crrubric.app import create_app
from crrubric.cli import root_group
from crrubric.cli import settings as command
from crrubric.clock import now_utc
from crrubric.extensions import db
from crrubric.models import AuthenticatorApp, User
from crrubric.services.people.encryption import decrypt_text, encrypt_text
from tests.conftest import SETTINGS
from tests.databases import write_empty_database

PLAIN = "JBSWY3DPEHPK3PXP"
OLD, NEW = "the secret that somebody may have read, long enough", "another one, as long as that one"
Make = Callable[..., Flask]


@pytest.fixture
def folder(tmp_path: Path, sqlite_app: Flask) -> Path:
    path = tmp_path / "instance"
    path.mkdir()
    write_empty_database(sqlite_app, path / "crrubric.db")
    return path


@pytest.fixture
def begin(folder: Path) -> Make:
    """Makes the app of the site, with these settings more."""

    def make(settings=None, **more: object) -> Flask:
        own = {name: value for name, value in SETTINGS.items() if name != "SECRET_KEY"}
        return create_app({**own, "INSTANCE": str(folder), **more, **(settings or {})})

    return make


def renew(begin: Make, **settings: object) -> Result:
    def factory(given=None) -> Flask:
        return begin(given, **settings)

    return CliRunner().invoke(root_group, ["settings", "renew-secret"], obj=factory)


def add_app(app: Flask) -> None:
    with app.app_context():
        user = User(name="Ann Lee", email="ann@district.example", email_key="ann@district.example")
        db.session.add(user)
        db.session.flush()
        kept = encrypt_text(PLAIN)
        db.session.add(AuthenticatorApp(user_id=user.id, secret=kept, confirmed_at=now_utc()))
        db.session.commit()
        db.engine.dispose()


def read_app(app: Flask) -> str | None:
    with app.app_context():
        found = decrypt_text(db.session.query(AuthenticatorApp).one().secret)
        db.session.remove()
        db.engine.dispose()
    return found


def test_the_secret_is_another_one_and_apps_go_on_working(begin: Make, folder: Path):
    add_app(begin())
    before = (folder / "secret-key").read_text()

    done = renew(begin)

    assert (done.exit_code, "go on working: 1" in done.output) == (0, True)
    assert (folder / "secret-key").read_text() != before
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.glob("secret-key*")) == ["secret-key"]
    assert read_app(begin()) == PLAIN
    assert read_app(begin(SECRET_KEY=before)) is None


@pytest.mark.parametrize("moment", ["replaced", "encrypted"])
def test_a_renewal_that_was_interrupted_goes_on(
    begin: Make, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
):
    add_app(begin())
    before = (folder / "secret-key").read_text()

    def fail() -> None:
        raise OSError("the power went")

    if moment == "replaced":
        monkeypatch.setattr(command, "encrypt_app_secrets_anew", fail)
    else:
        monkeypatch.setattr(config.Path, "replace", lambda *_paths: fail())
    renew(begin)
    assert read_app(begin()) == PLAIN
    monkeypatch.undo()

    done = renew(begin)

    assert done.exit_code == 0
    assert (folder / "secret-key").read_text() != before
    assert not (folder / "secret-key.former").exists()
    assert read_app(begin()) == PLAIN


def test_a_secret_of_the_settings_is_replaced_there_first(begin: Make):
    add_app(begin(SECRET_KEY=OLD))

    refused = renew(begin, SECRET_KEY=OLD)
    done = renew(begin, SECRET_KEY=NEW, FORMER_SECRET_KEY=OLD)

    assert (refused.exit_code, "FORMER_SECRET_KEY" in refused.stderr) == (1, True)
    assert (done.exit_code, "Take FORMER_SECRET_KEY out" in done.output) == (0, True)
    assert read_app(begin(SECRET_KEY=NEW)) == PLAIN


def test_an_app_under_neither_secret_is_counted(begin: Make):
    add_app(begin(SECRET_KEY=OLD))

    done = renew(begin)

    assert "go on working: 0" in done.output
    assert "to be set up anew: 1" in done.stderr
