"""Faults of what the app stands on, and hostile words in every text: nothing is lost or run."""

import html
import io
import re
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import String, event, select, text, update
from werkzeug.test import TestResponse

from crrubric import clock
from crrubric.domain.vocabulary import Answer, Phase, Standing
from crrubric.extensions import db
from crrubric.models import Base, Evaluation, JournalEntry, Vendor
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import ballots
from tests.factories import Factory, Made, stored_marks
from tests.integration.conftest import Visit, Visitor
from tests.integration.record.test_every_column import seals_off
from tests.integration.record.whole import make_whole_record
from tests.integration.shared.test_access import addresses

NOTE = "A thought that took a while."
SHORT_WAIT = {"sqlite": "PRAGMA busy_timeout=50", "postgresql": "SET lock_timeout = '50ms'"}
SQL = "'; DROP TABLE mark; --"
HOSTILE = "\"'></script><img src=x onerror=alert(1)>{{7*7}}{% if %}${7*7}"
TYPED = {
    "about", "agreed", "answer", "baseline", "browser", "closing", "company", "conditions",
    "contact_name", "cost_ceiling", "dispute", "dropped_reason", "evidence", "evidence_place",
    "fund", "legal_hold", "letter_closing", "letter_contact", "look_for", "method_reason",
    "minutes", "name", "note", "others", "owner", "place", "practice", "price_note", "product",
    "product_version", "purpose", "question", "ranking_reason", "reason", "recorded_by",
    "reopen_reason", "rubric_name", "seats_note", "set_aside_reason", "solicitation", "subject",
    "target", "term", "title", "waiver_reason", "why", "withdrawn_reason", "words",
}  # fmt: skip


def find_places(made: Made) -> tuple[str, str]:
    """(where a mark is sent, the ballot that it is on)."""
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    return f"{ballot}/marks/{made.criterion('ada').id}", ballot


def save_mark(person: Visitor, place: str, note: str, version: int = 0) -> TestResponse:
    """Send the form of a mark, as a page without scripts does."""
    return person.post(place, {"answer": "NO", "note": note, "version": str(version)})


@contextmanager
def each_connection(*statements: str) -> Iterator[None]:
    """Let every connection be told this when it is taken, and begin anew afterwards."""

    def tell(connection: Any, *_rest: object) -> None:
        with closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    db.session.remove()
    event.listen(db.engine, "checkout", tell)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", tell)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def another_writer(app: Flask) -> Iterator[Callable[[], None]]:
    """Somebody outside of this process who writes; calling what is given ends it."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        other: Any = sqlite3.connect(
            db.engine.url.database or "", isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""))
        other.execute("LOCK TABLE mark IN EXCLUSIVE MODE")
    try:
        yield other.rollback
    finally:
        other.close()


@pytest.mark.both_databases
def test_a_save_waits_for_another_writer(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])

    with another_writer(app) as end:
        later = threading.Timer(0.5, end)
        later.start()
        answer = save_mark(person, place, NOTE)
        later.join()

    assert answer.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


@pytest.mark.both_databases
def test_who_would_wait_too_long_is_told_and_keeps_the_words(
    app: Flask, make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    place, ballot = find_places(made)
    person = visit(made.reviewers[0])

    with each_connection(SHORT_WAIT[db.engine.dialect.name]), another_writer(app):
        away = save_mark(person, place, NOTE)
        read = person.get(ballot)
    none = stored_marks()
    again = save_mark(person, place, NOTE)

    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert "Not saved: the server is busy. Try again in a moment." in away.text
    assert (NOTE in away.text, read.status_code, none) == (True, 200, [])
    assert (again.status_code, stored_marks()) == (303, [(Answer.NO, NOTE)])


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_loses_nothing(
    app: Flask, make: Factory, visit: Visit, caplog: pytest.LogCaptureFixture
):
    """SQLite says so where its file may grow no more, as where the disk is full."""
    made = make.evaluation(phase=Phase.SCORING)
    place, ballot = find_places(made)
    person = visit(made.reviewers[0])
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    long, version = "x" * 4_900, 0

    with each_connection(f"PRAGMA max_page_count={pages}"):
        for version in range(200):  # what is free in the file is used up first
            full = save_mark(person, place, f"{long} {version}", version)
            if full.status_code != 303:
                break
        read = person.get(ballot)
        kept = stored_marks()
    again = save_mark(person, place, f"{long} {version}", version)

    assert (full.status_code, full.headers["Retry-After"]) == (503, "60")
    assert "Not saved: the disk of the server is full." in full.text
    assert f"{long} {version}" in full.text
    assert any(
        (entry.levelname, "disk is full" in entry.getMessage()) == ("ERROR", True)
        for entry in caplog.records
    )
    assert read.status_code == 200
    assert kept == ([(Answer.NO, f"{long} {version - 1}")] if version else [])
    assert (again.status_code, stored_marks()) == (303, [(Answer.NO, f"{long} {version}")])
    assert list(verify_record(db.session()).problems) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_postgresql_that_was_restarted_is_found_again(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])
    person.get(made.url())
    db.session.remove()

    db.engine.dispose()  # so that there is one alone
    with db.engine.connect() as connection:  # of the app; others of the tests go on
        of_app = [connection.scalar(text("SELECT pg_backend_pid()"))]
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as other:
        ended = other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database() AND pid = ANY(%s)",
            [of_app],
        ).fetchall()
    answer = save_mark(person, place, NOTE)

    assert ended
    assert answer.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


@pytest.mark.both_databases
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_standby_that_is_asked_to_write_is_left(app: Flask, make: Factory, visit: Visit):
    """What was the primary, and is none any more: told at once, and the next one is asked."""
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])
    person.csrf()
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as connection:  # the one connection of the app
        connection.exec_driver_sql("SET default_transaction_read_only = on")
        connection.commit()

    away = save_mark(person, place, NOTE)
    again = save_mark(person, place, NOTE)

    assert (away.status_code, away.headers.get("Retry-After"), NOTE in away.text) == (
        503,
        "5",
        True,
    )
    assert (again.status_code, stored_marks()) == (303, [(Answer.NO, NOTE)])


@pytest.mark.both_databases
def test_a_database_that_goes_once_all_is_saved_is_no_fault(
    app: Flask, make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    """What was read for the answer is given back to nobody; the answer is there, and is true."""
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])
    errors: Any = sqlite3 if db.engine.dialect.name == "sqlite" else psycopg
    form = {"answer": "NO", "note": NOTE, "version": "0", "csrf_token": person.csrf()}
    refused: list[object] = []

    def refuse(connection: object) -> None:
        refused.append(connection)
        raise errors.OperationalError("server closed the connection unexpectedly")

    def take_away(*_rest: object) -> None:
        monkeypatch.setattr(db.engine.dialect, "do_rollback", refuse)

    db.session.remove()
    event.listen(db.engine, "commit", take_away)
    try:
        answer = person.send("POST", place, data=form, headers={"Accept": "application/json"})
    finally:
        event.remove(db.engine, "commit", take_away)
        monkeypatch.undo()

    assert refused
    assert (answer.status_code, stored_marks()) == (200, [(Answer.NO, NOTE)])


@pytest.mark.both_databases
@pytest.mark.parametrize("until", [0, 1])
def test_a_database_that_is_gone_is_told_and_loses_no_words(
    app: Flask, make: Factory, visit: Visit, until: int
):
    """From the beginning of a request, or between two transactions of it."""
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])
    person.csrf()
    errors: Any = sqlite3 if db.engine.dialect.name == "sqlite" else psycopg
    asked: list[object] = []

    def refuse(connection: object, *_rest: object) -> None:
        asked.append(connection)
        if len(asked) > until:
            raise errors.OperationalError("connection refused")

    db.session.remove()
    event.listen(db.engine, "checkout", refuse)
    try:
        away = save_mark(person, place, NOTE)
        asked.clear()
        missing = person.get("/no-such-page")
    finally:
        event.remove(db.engine, "checkout", refuse)
    again = save_mark(person, place, NOTE)

    assert (away.status_code, away.headers["Retry-After"], NOTE in away.text) == (503, "5", True)
    assert missing.status_code in {404, 503}
    assert (again.status_code, stored_marks()) == (303, [(Answer.NO, NOTE)])


@pytest.mark.both_databases
def test_a_fault_in_the_middle_of_a_save_leaves_nothing_half(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])
    entries = select(JournalEntry.id)
    before = db.session.scalars(entries).all()

    def fail(session: Any, *_rest: object, **_more: object) -> None:
        session.flush()  # the mark has been sent to the database
        raise ValueError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(ballots, "note_event", fail)
        away = save_mark(person, place, NOTE)
    none, left = stored_marks(), db.session.scalars(entries).all()
    again = save_mark(person, place, NOTE)

    assert (away.status_code, NOTE in away.text) == (500, True)
    assert away.headers["X-Request-Id"] in away.text
    assert (none, left) == ([], before)
    assert (again.status_code, stored_marks()) == (303, [(Answer.NO, NOTE)])


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_clock_that_jumps_changes_no_order(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch, hours: int
):
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    before = save_mark(visit(made.reviewers[0]), place, "first")

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr(clock, "datetime", Jumped)
    after = save_mark(visit(made.reviewers[0]), place, "second", 1)
    stale = save_mark(visit(made.reviewers[0]), place, "third", 1)
    notes = [
        entry.after["note"]
        for entry in db.session.scalars(select(JournalEntry).order_by(JournalEntry.number))
        if isinstance(entry.after, dict) and "note" in entry.after
    ]

    assert [answer.status_code for answer in (before, after, stale)] == [303, 303, 409]
    assert notes[-2:] == ["first", "second"]
    assert stored_marks() == [(Answer.NO, "second")]
    assert list(verify_record(db.session()).problems) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_answer_may_be_framed(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YNA"})
    person = visit(made.chair)
    style = re.findall(r'href="(/static/[^"]+)"', person.get("/").text)[0]

    answers = {
        place: person.send("GET", place)
        for place in ("/", "/sign-in", "/nothing", "/health", style, made.url("matrix"))
    }

    framed = [
        place
        for place, answer in answers.items()
        if "frame-ancestors 'none'" not in answer.headers["Content-Security-Policy"]
        or answer.headers["X-Frame-Options"] != "DENY"
    ]
    assert {answer.status_code for answer in answers.values()} == {200, 302, 404}
    assert framed == []


@pytest.mark.both_databases
def test_words_of_sql_are_words(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    place, _ballot = find_places(made)
    person = visit(made.reviewers[0])

    saved = save_mark(person, place, SQL)
    found = [
        person.get(made.url("search/"), query_string={"q": asked})
        for asked in ("' OR '1'='1", "%", "_", 'x" --')
    ]

    assert (saved.status_code, stored_marks()) == (303, [(Answer.NO, SQL)])
    assert [answer.status_code for answer in found] == [200] * 4
    assert [made.vendors[0].company in answer.text for answer in found] == [False] * 4
    assert db.session.scalars(select(Vendor.id)).all()


def store_hostile_words() -> None:
    """Put them behind every text that people type, whatever seals it."""
    with seals_off() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if column.name in TYPED and type(column.type) is String:
                    written = update(table).where(column != "")
                    connection.execute(written.values({column.name: column + HOSTILE}))
    db.session.expire_all()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_hostile_words_are_words_on_every_page_and_in_documents(
    app: Flask, make: Factory, visit: Visit, tmp_path: Path
):
    made = make_whole_record(make, tmp_path)
    store_hostile_words()
    people = {"reviewer": made.reviewers[0]}
    places = [url for method, url, _action in addresses(app, made, people) if method == "GET"]
    shown: dict[str, str] = {}
    for actor in (made.chair, made.reviewers[0], make.actor(standing=Standing.ADMINISTRATOR)):
        person = visit(actor)
        for place in (*places, "/", "/account", "/district", "/accounts"):
            answer = person.get(place)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                shown[f"{actor.name} {place}"] = answer.text
    memo = visit(made.chair).get(made.url("memo/memo.docx"))

    alive = [place for place, text in shown.items() if re.search(r'<img[^>"]*onerror', text)]
    told = [html.unescape(text) for text in shown.values() if "onerror=alert(1)" in text]
    with zipfile.ZipFile(io.BytesIO(memo.data)) as parts:
        words = html.unescape(parts.read("word/document.xml").decode())
    assert alive == []
    assert len(told) > 40
    assert [text for text in (*told, words) if "onerror=alert(1)>49" in text] == []
    assert sum(HOSTILE in text for text in told) > 40
    assert HOSTILE in words
    assert db.session.scalars(select(Evaluation.id)).all()
