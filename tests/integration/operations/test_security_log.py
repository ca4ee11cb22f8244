"""What the log tells of signing in and of refusals, what nobody writes into it, and TLS."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from crrubric import logs
from crrubric.app import create_app
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.conftest import SETTINGS
from tests.databases import write_empty_database
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit
from tests.integration.people.test_accounts import email_of
from tests.integration.people.test_second_step import begin, code_of, set_up, wrong_code

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What the log is told of security, as objects."""
    logger, stream = logging.getLogger("crrubric.security"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.RequestFilter())
    handler.setFormatter(logs.JsonFormatter())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def list_events(told: io.StringIO) -> list[tuple[Any, ...]]:
    """(event, account, address) of each line."""
    rows = [json.loads(line) for line in told.getvalue().splitlines()]
    assert all(row["request_id"] and row["time"].endswith("+00:00") for row in rows)
    return [(row["event"], row.get("account"), row["address"]) for row in rows]


@ONE
def test_signing_in_and_out_and_failures_stand_in_the_log(
    make: Factory, visit: Visit, told: io.StringIO
):
    actor, person = make.actor(), visit()

    person.post("/sign-in", {"email": email_of(actor), "password": "not the right one"})
    person.sign_in(actor)
    person.post("/sign-out")

    here = "127.0.0.1"
    assert list_events(told) == [
        ("wrong address or password", None, here),
        ("signed in", actor.user_id, here),
        ("signed out", actor.user_id, here),
    ]
    assert email_of(actor) not in told.getvalue()
    assert PASSWORD not in told.getvalue()


@ONE
def test_both_steps_of_signing_in_stand_in_the_log(make: Factory, visit: Visit, told: io.StringIO):
    actor = make.actor()
    set_up(actor, visit(actor))
    told.seek(0), told.truncate()

    person = begin(visit, actor)
    person.post("/sign-in/code", {"step_code": wrong_code(actor)})
    person.post("/sign-in/code", {"step_code": code_of(actor, ahead=1)})

    assert [event for event, _account, _address in list_events(told)] == [
        "first step of signing in",
        "wrong code",
        "signed in",
    ]


@ONE
def test_who_asks_for_what_is_not_theirs_stands_in_the_log(
    make: Factory, visit: Visit, told: io.StringIO
):
    made, stranger = make.evaluation(phase=Phase.SCORING), make.actor()

    visit(stranger).get(made.url("matrix"))

    assert list_events(told) == [("not there, or not theirs", stranger.user_id, "127.0.0.1")]
    assert made.slug not in told.getvalue()


@ONE
def test_input_that_is_refused_stands_in_the_log_without_what_was_typed(
    make: Factory, visit: Visit, told: io.StringIO
):
    made = make.evaluation()
    chair = visit(made.chair)
    told.seek(0), told.truncate()

    chair.post(made.url("vendors/new"), {"company": "", "price_note": "' OR 1=1 --"})
    chair.get("/search?q=" + "x" * 5_000)
    visit().post("/sign-in", {"email": "no address", "password": "x"})

    refused = [row for row in list_events(told) if row[0] == "input refused"]
    assert refused[0] == ("input refused", made.chair.user_id, "127.0.0.1")
    assert "OR 1=1" not in told.getvalue()
    assert len(refused) + 1 >= len(list_events(told))


def test_what_others_say_begins_no_line_of_the_log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.RequestFilter())
    handler.setFormatter(logs.LineFormatter(logs.PLAIN))
    record = logging.makeLogRecord(
        {"msg": "refused: %s", "args": ("no\n2027-01-01 INFO all is well\r\x85\u2028\x1b[2K",)}
    )

    handler.handle(record)

    assert stream.getvalue().endswith(
        "refused: no\\x0a2027-01-01 INFO all is well\\x0d\\x85\\x2028\\x1b[2K\n"
    )
    assert len(stream.getvalue().splitlines()) == 1


def test_lines_of_the_log_begin_with_the_time_in_utc():
    record = logging.makeLogRecord({"msg": "said", "created": 1_800_000_000.25})
    record.request_id = "-"

    line = logs.LineFormatter(logs.PLAIN).format(record)

    assert line.startswith("2027-01-15T08:00:00.250+00:00 ")


def test_behind_tls_every_answer_asks_for_https_and_cookies_are_of_the_host_alone(
    tmp_path, sqlite_app: Flask
):
    write_empty_database(sqlite_app, tmp_path / "crrubric.db")
    app = create_app({**SETTINGS, "INSTANCE": str(tmp_path), "BEHIND_TLS": True})
    client = app.test_client()

    answers = [client.get(place) for place in ("/sign-in", "/health/live", "/nothing", "/static/x")]

    with app.app_context():
        db.engine.dispose()
    cookies = [value for answer in answers for value in answer.headers.getlist("Set-Cookie")]
    assert {answer.headers["Strict-Transport-Security"] for answer in answers} == {
        "max-age=31536000; includeSubDomains"
    }
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {*cookie.split("; ")}
        assert "Domain" not in cookie
