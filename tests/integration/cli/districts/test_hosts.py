"""The host name says whose site answers, and nothing of one district is to be had at another."""

import logging
import shutil
from http import HTTPStatus
from pathlib import Path

import pytest
from werkzeug.test import Client

from crrubric import hosts
from crrubric.domain.people.throttling import find_delay
from crrubric.extensions import limiter
from crrubric.hosts import HostDispatcher
from crrubric.logs import configure_logging
from crrubric.services.people import hashing
from tests.integration.cli.districts.conftest import (
    FIRST,
    SECOND,
    Serve,
    add_person,
    make_app,
    sign_in,
)

ROSA = "rosa@riverton.example"
IN, OUT = HTTPStatus.SEE_OTHER, HTTPStatus.UNPROCESSABLE_ENTITY


def apps_of(browser: Client) -> HostDispatcher:
    """The apps behind a browser."""
    assert isinstance(browser.application, HostDispatcher)
    return browser.application


def test_where_there_is_one_district_its_app_answers_by_itself(serve: Serve):
    browser = serve()

    assert not isinstance(browser.application, HostDispatcher)
    assert browser.get("/sign-in", base_url="http://any.example").status_code == HTTPStatus.OK


def test_an_account_is_one_of_its_district_alone(second: Path, serve: Serve):
    add_person(second, ROSA)
    browser = serve()

    assert sign_in(browser, FIRST, ROSA).status_code == OUT
    assert sign_in(browser, SECOND, ROSA).status_code == IN
    assert "Rosa Reyes" in browser.get("/", base_url=SECOND).text
    assert browser.get("/", base_url=FIRST).status_code != HTTPStatus.OK


def test_a_session_of_one_district_is_none_in_another(place: Path, second: Path, serve: Serve):
    """Both have an account of number 1, and somebody hands the cookie on by hand."""
    add_person(second, ROSA)
    add_person(place, "ada@school.example", name="Ada Adams")
    browser = serve()
    sign_in(browser, SECOND, ROSA)
    cookie = browser.get_cookie("crrubric-session", domain="riverton.example")
    assert cookie is not None

    browser.set_cookie("crrubric-session", cookie.value, domain="score.example")
    found = browser.get("/", base_url=FIRST)

    assert found.status_code == IN
    assert "/sign-in" in found.location


def test_a_form_of_one_district_is_refused_by_another(second: Path, serve: Serve):
    add_person(second, ROSA)
    browser = serve()
    browser.get("/sign-in", base_url=SECOND)

    answer = browser.post("/sign-in", base_url=SECOND, headers={"Origin": FIRST}, data={})

    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_a_name_that_nobody_has_is_answered_by_nobody(second: Path, serve: Serve):
    browser = serve()

    for name in (
        "pine.example",
        "score.example.evil.example",
        "[::1",
        "riverton.example@x",
        "riverton.example.",
    ):
        answer = browser.get("/sign-in", base_url="http://x", headers={"Host": name})
        assert (answer.status_code, answer.mimetype) == (HTTPStatus.NOT_FOUND, "text/plain")
    for name in ("127.0.0.1:5000", "[::1]", "localhost", "SCORE.example:80"):
        answer = browser.get("/sign-in", base_url="http://x", headers={"Host": name})
        assert answer.status_code == HTTPStatus.OK, name


def test_behind_a_proxy_the_name_is_the_one_that_it_was_asked_for(
    place: Path, second: Path, serve: Serve
):
    with (place / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("PROXY_COUNT = 1\n")
    add_person(second, ROSA)
    browser = serve()
    asked = {"Host": "127.0.0.1", "X-Forwarded-Host": "riverton.example, riverton.example"}

    answer = browser.get("/settings-of-nobody", base_url="http://x", headers=asked)
    health = browser.get("/health/live", base_url="http://x", headers={"Host": "127.0.0.1"})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.mimetype == "text/html"
    assert health.status_code == HTTPStatus.OK


def test_a_district_that_can_not_be_opened_keeps_nobody_else_waiting(
    second: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    database, away = second / "crrubric.db", second / "elsewhere.db"
    shutil.move(database, away)
    browser = serve()

    shut = browser.get("/sign-in", base_url=SECOND)

    assert (shut.status_code, shut.mimetype) == (HTTPStatus.SERVICE_UNAVAILABLE, "text/plain")
    assert shut.headers["Retry-After"] == str(hosts.AGAIN)
    assert browser.get("/sign-in", base_url=FIRST).status_code == HTTPStatus.OK
    assert [row for row in caplog.messages if "riverton can’t be opened" in row]
    shutil.move(away, database)
    assert browser.get("/sign-in", base_url=SECOND).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    monkeypatch.setattr(apps_of(browser).districts["riverton.example"], "next_try", 0)
    assert browser.get("/sign-in", base_url=SECOND).status_code == HTTPStatus.OK


def test_failures_in_one_district_delay_nobody_in_another(place: Path, second: Path, serve: Serve):
    """The same address has an account in both, and one browser guesses in one of them."""
    add_person(place, ROSA)
    add_person(second, ROSA)
    browser = serve()
    first = apps_of(browser).first
    assert find_delay(5, known=False)
    for _attempt in range(5):
        sign_in(browser, FIRST, ROSA, "wrong")

    assert sign_in(browser, FIRST, ROSA).status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert sign_in(browser, SECOND, ROSA).status_code == IN
    with first.app_context():
        limiter.reset()
    assert sign_in(browser, FIRST, ROSA).status_code == IN


def test_passwords_of_all_districts_wait_in_one_queue(second: Path, serve: Serve):
    """A hash takes 128 MB, and the machine has no more of it for more districts."""
    found = apps_of(serve())
    other = found.districts["riverton.example"].find_app()
    assert other is not None

    with found.first.app_context():
        queue = hashing.find_hash_queue()
    with other.app_context():
        assert hashing.find_hash_queue() is queue
    with make_app().app_context():
        assert hashing.find_hash_queue() is not queue


def test_the_log_says_of_which_district_a_line_is(
    second: Path,
    serve: Serve,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(logging.root, "handlers", [])
    add_person(second, ROSA)
    browser = serve()
    for as_json, told in ((False, " riverton: "), (True, '"district": "riverton"')):
        configure_logging(as_json=as_json)
        sign_in(browser, FIRST, ROSA)
        assert told not in capsys.readouterr().err
        sign_in(browser, SECOND, ROSA, "wrong")
        assert told in capsys.readouterr().err
