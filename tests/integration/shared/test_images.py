"""Databases are put back from images: the same rows, the same seals, the same next steps."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, User
from crrubric.models.base import UtcDateTime
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup import evaluations
from tests import databases, factories, workers
from tests.databases import DatabaseFile, SqliteImage, is_empty, take_image, wipe
from tests.factories import Factory, Made
from tests.machine.frame import everything, rows_of_everything

MARKS = {(0, 0): "YNA", (1, 1): "?Y-"}
# drawn by chance, or made of what is
SECRETS = {"dedup_key", "hash", "password_hash", "salts", "token_hash", "receipt"}


def decided(make: Factory) -> Made:
    return make.evaluation(phase=Phase.DECIDED, marks=MARKS)


def without_hash(value: Any) -> Any:
    """A value, without the hash that the site's journal has of the beginning of another."""
    return {**value, "first": ""} if isinstance(value, dict) and "first" in value else value


def rows_without_chance() -> list[tuple[str, dict[str, Any]]]:
    """Every row, without times and secrets."""
    return [
        (
            table.name,
            {
                name: without_hash(value)
                for name, value in row.items()
                if name not in SECRETS and not isinstance(table.columns[name].type, UtcDateTime)
            },
        )
        for table, rows in rows_of_everything()
        for row in rows
    ]


def test_who_is_added_in_one_test_is_not_expected_in_the_next(make: Factory):
    first = make.evaluation(title="Begun in this test")
    first.reviewers.append(make.actor("Kim Late"))

    wipe()
    again = Factory(make.app).evaluation(title="Begun in this test")

    assert len(again.reviewers) == 2


def test_what_is_put_back_is_what_there_was_to_the_last_row(make: Factory):
    made = decided(make)
    make.forward(made, Phase.ARCHIVED, {})
    before = everything()
    image = take_image()

    wipe()
    emptied = is_empty()
    image.put_back()

    assert (emptied, everything()) == (True, before)
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


@pytest.mark.parametrize("mode", ["delete", "truncate", "wal"])
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_whoever_is_connected_sees_what_was_put_back(make: Factory, tmp_path: Path, mode: str):
    make.actor("Somebody")
    image = take_image()
    assert isinstance(image, SqliteImage)
    path = tmp_path / "site.db"
    path.write_bytes(image.pages)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
        file = DatabaseFile(str(path))
        seen = []
        for _again in range(3):
            file.write(image)
            seen.append(connection.execute("SELECT name FROM user_account").fetchall())
            connection.execute("UPDATE user_account SET name = 'Nobody'")
            connection.execute("CREATE TABLE another (name TEXT)")  # the schema is put back as well

        assert seen == [[("Somebody",)]] * 3
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_statements_are_not_prepared_anew_where_the_schema_stays(make: Factory):
    def read_version() -> int:
        return int(db.session.execute(text("PRAGMA schema_version")).scalar_one())

    make.actor("Somebody")
    image = take_image()
    image.put_back()
    before = read_version()

    wipe()
    image.put_back()

    assert read_version() == before


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_transaction_that_a_test_left_open_is_named(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    make.actor("Somebody")
    monkeypatch.setattr(databases, "PATIENCE", 0.1)
    file = DatabaseFile(db.engine.url.database or "")
    image = take_image()
    assert isinstance(image, SqliteImage)
    with db.engine.connect() as connection:
        connection.execute(select(User)).all()

        with pytest.raises(AssertionError, match="left a transaction open"):
            file.write(image)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_another_worker_puts_back_what_one_has_made(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(workers, "STORE", [tmp_path])
    monkeypatch.setattr(factories, "KEPT", {})
    first = Factory(app)
    decided(first)
    before = everything()
    monkeypatch.setattr(factories, "KEPT", {})
    wipe()
    monkeypatch.setattr(Factory, "begin_evaluation", None)  # nothing is made anew

    again = Factory(app)
    decided(again)

    assert (everything(), again.named) == (before, first.named)
    assert len(list(tmp_path.iterdir())) == 5  # a file for each step, and nothing unfinished


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_another_worker_has_made_for_other_settings_is_not_taken(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(workers, "STORE", [tmp_path])
    monkeypatch.setattr(factories, "KEPT", {})
    Factory(app).evaluation()
    monkeypatch.setitem(app.config, "MAX_COOKIE_SIZE", 5000)
    wipe()

    Factory(app).evaluation()

    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # elsewhere ids go on counting
def test_an_evaluation_put_back_is_one_made_anew_but_for_times_and_secrets(
    app: Flask, make: Factory
):
    decided(make)
    wipe()

    again = Factory(app)
    decided(again)
    put_back = rows_without_chance()
    wipe()
    anew = Factory(app, changed=lambda: True)
    decided(anew)

    assert put_back == rows_without_chance()
    assert len({name for name, _row in put_back}) > 10
    assert again.named == anew.named


def test_what_was_put_back_is_sealed_and_goes_on(app: Flask, make: Factory):
    decided(make)
    wipe()

    made = decided(Factory(app))

    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(delete(JournalEntry))
    db.session.rollback()
    make.evaluation(title="The next one")
    evaluations.set_retention(made.chair, made.slug, until=(now_utc() + timedelta(900)).date())
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_nothing_is_put_back_over_what_is_there(make: Factory):
    person = make.actor("Somebody")

    make.evaluation()

    assert db.session.get_one(User, person.user_id).name == "Somebody"


def test_where_a_test_has_changed_something_an_evaluation_is_made_anew(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    make.evaluation(title="Of tomorrow")
    wipe()
    tomorrow = now_utc() + timedelta(days=1)
    monkeypatch.setattr("crrubric.services.shared.journal.now_utc", lambda: tomorrow)

    Factory(app, changed=make.changed).evaluation(title="Of tomorrow")

    assert {row.at for row in db.session.query(JournalEntry)} == {tomorrow}
