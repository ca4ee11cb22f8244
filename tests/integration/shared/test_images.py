"""Databases are put back from images: the same rows, the same seals, the same next steps."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, User
from crrubric.models.base import UtcDateTime
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup import evaluations
from tests import factories, workers
from tests.databases import is_empty, take_image, wipe
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
