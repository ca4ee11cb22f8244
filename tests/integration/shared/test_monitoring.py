"""What monitoring reads: health, figures, the log, and the id that ties them to a page."""

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from crrubric import logs
from crrubric.app import create_app
from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import WRITE, db
from crrubric.models import OutgoingMail
from crrubric.queries.operations import health
from crrubric.services.mail.account_letters import write_password_notice
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.operations import monitoring
from tests.conftest import SETTINGS
from tests.databases import write_empty_database
from tests.factories import Factory
from tests.integration.conftest import Visit

TOKEN = "a token of the tests, long enough to be one"
NOTE = "Rosa Diaz thinks that captions are missing."


@pytest.fixture
def made(tmp_path, sqlite_app: Flask) -> Iterator[Flask]:
    """An app of its own with every way to watch it switched on."""
    write_empty_database(sqlite_app, tmp_path / "crrubric.db")
    app = create_app(
        {
            **SETTINGS,
            "INSTANCE": str(tmp_path),
            "METRICS_TOKEN": TOKEN,
            "LOG_REQUESTS": True,
            "PROXY_COUNT": 1,
        }
    )
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, as objects; the handlers that there were come back."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure_logging(as_json=True)
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def entries(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_health_says_that_all_is_well(app: Flask, visit: Visit):
    answer = visit().get("/health")

    assert answer.status_code == 200
    assert answer.json["status"] in {"ok", "warning"}  # the disk of this machine may be full
    assert answer.json["schema"] == "current"
    assert answer.json["mail"] == "ok"
    assert answer.json["database"] == db.engine.dialect.name
    assert visit().get("/health/live").json == {"status": "ok"}


def test_health_tells_of_a_schema_that_is_another(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "find_newest_revision", lambda: "9999")

    answer = visit().get("/health")

    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    assert answer.json["schema"].endswith("not 9999")
    assert visit().get("/health/live").status_code == 200


def test_health_tells_of_mails_that_are_late_and_of_a_full_disk(
    make: Factory, visit: Visit, mailing: None, monkeypatch: pytest.MonkeyPatch
):
    make.evaluation(phase=Phase.SCORING)
    monkeypatch.setattr(health, "LEAST_FREE", 0)
    assert visit().get("/health").json["status"] == "ok"
    user = make.user()
    with unit_of_work() as session:
        write_password_notice(session, user)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(OutgoingMail).values(due_at=now_utc() - timedelta(hours=2)))

    late = visit().get("/health")
    monkeypatch.setattr(health, "LEAST_FREE", 2**62)
    full = visit().get("/health")

    assert (late.status_code, late.json["status"], late.json["mail"]) == (200, "warning", "late")
    assert (full.status_code, full.json["disk"]) == (200, "almost full")


def test_health_tells_of_a_database_that_does_not_answer(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_arguments: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(monitoring, "read_health", fail)

    answer = visit().get("/health")

    assert (answer.status_code, answer.json["database"]) == (503, "no answer")


def test_figures_are_for_whoever_has_the_token(made: Flask):
    client = made.test_client()
    wrong = [
        client.get("/metrics", headers=headers).status_code
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"})
    ]
    client.get("/sign-in")
    client.get("/invitations/a-secret-of-somebody")

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert wrong == [404, 404, 404]
    assert answer.status_code == 200
    assert (
        'crrubric_requests_total{method="GET",status="200",view="account.show_sign_in"} 1.0'
        in answer.text
    )
    assert "crrubric_disk_free_bytes" in answer.text
    assert "crrubric_passwords_in_queue 0.0" in answer.text
    assert "a-secret-of-somebody" not in answer.text


def test_no_stranger_adds_a_line_to_the_figures_with_a_method_of_their_own(made: Flask):
    client = made.test_client()

    for number in range(20):
        client.open("/sign-in", method=f"NORA{number}")

    figures = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    told = [line for line in figures.splitlines() if line.startswith("crrubric_requests_total")]
    assert told == ['crrubric_requests_total{method="other",status="405",view="none"} 20.0']


def test_without_a_token_in_the_settings_there_are_no_figures(app: Flask, visit: Visit):
    stranger = visit()

    given = [{"Authorization": f"Bearer {one}"} for one in ("", "x")]
    answers = [stranger.get("/metrics", headers=headers) for headers in given]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_log_tells_rules_of_addresses_and_no_secret_in_them(made: Flask, written: io.StringIO):
    client = made.test_client()

    answer = client.get("/invitations/a-secret-of-somebody\n2026 INFO forged")
    client.get("/nowhere/at/all?note=private")

    told = [entry for entry in entries(written) if entry["logger"] == "crrubric.requests"]
    assert [(entry["status"], str(entry["message"]).rsplit(" ", 2)[0]) for entry in told] == [
        (404, "GET /invitations/<token> 404"),
        (404, "GET an unknown address 404"),
    ]
    assert told[0]["request_id"] == answer.headers["X-Request-Id"]
    assert "secret-of" not in written.getvalue()
    assert "private" not in written.getvalue()
    assert len(written.getvalue().splitlines()) == len(entries(written))


@pytest.mark.parametrize(
    ("given", "taken"),
    [("abcdef123456", True), ("short", False), ("x" * 65, False), ("bad id!!", False)],
)
def test_the_id_of_a_proxy_is_taken_if_it_is_one(made: Flask, given: str, taken: bool):
    answer = made.test_client().get("/sign-in", headers={"X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) is taken
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", answer.headers["X-Request-Id"])


def test_without_a_proxy_no_visitor_chooses_the_id(app: Flask, visit: Visit):
    answer = visit().get("/sign-in", headers={"X-Request-Id": "abcdef123456"})

    assert answer.headers["X-Request-Id"] != "abcdef123456"


def test_an_error_of_ours_shows_the_id_that_stands_in_the_log(
    made: Flask, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    def fail() -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setitem(made.view_functions, "home.show_terms", fail)

    answer = made.test_client().get("/words")

    number = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert number in answer.text
    told = next(entry for entry in entries(written) if "exception" in entry)
    assert (told["request_id"], "a fault of ours" in str(told["exception"])) == (number, True)


def test_what_people_typed_is_in_no_message_of_the_database(tmp_path, sqlite_app: Flask):
    write_empty_database(sqlite_app, tmp_path / "crrubric.db")
    app = create_app({**SETTINGS, "TESTING": False, "INSTANCE": str(tmp_path)})
    with app.app_context():
        with pytest.raises(OperationalError) as refused, db.engine.connect() as connection:
            connection.execute(text("SELECT no_such FROM mark WHERE note = :note"), {"note": NOTE})
        db.engine.dispose()

    assert NOTE not in str(refused.value)


def test_a_line_for_people_has_the_id_as_well(made: Flask, capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.configure_logging(as_json=False)
        answer = made.test_client().get("/sign-in")
        logging.getLogger("crrubric").warning("outside of any request")
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    lines = capsys.readouterr().err.splitlines()
    assert f"INFO [{answer.headers['X-Request-Id']}] GET /sign-in 200" in lines[0]
    assert lines[1].endswith("WARNING [-] outside of any request")
