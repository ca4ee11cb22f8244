"""Several servers count failed sign-ins together, in one PostgreSQL or in one Redis."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from limits.errors import StorageError
from sqlalchemy import func, select

from crrubric import clock
from crrubric.extensions import db
from crrubric.models import AttemptCount
from crrubric.services.shared import attempt_store
from crrubric.services.shared.attempt_store import DatabaseStore
from tests.databases import quick_folder
from tests.factories import PASSWORD, Factory
from tests.web_server import Client, find_free_port, running_redis, wait_for_port

MINUTE = 60

pytestmark = [
    pytest.mark.both_databases,  # there is no other one to do it on
    pytest.mark.parametrize("app", ["postgresql"], indirect=True),
]


@pytest.fixture
def store(app: Flask) -> DatabaseStore:
    return DatabaseStore("database://", wrap_exceptions=True)


def pass_time(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let it be later for the store."""
    later = clock.now_utc() + timedelta(seconds=seconds)
    monkeypatch.setattr(attempt_store, "now_utc", lambda: later)


def test_what_is_counted_stays_until_its_time_is_over(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
):
    assert [store.incr("a", MINUTE), store.incr("a", 10 * MINUTE, 2), store.get("a")] == [1, 3, 3]
    assert 50 < store.get_expiry("a") - time.time() <= MINUTE  # as the first one said

    pass_time(monkeypatch, MINUTE + 1)

    assert store.get("a") == 0
    assert store.incr("a", MINUTE) == 1


def test_keys_are_counted_apart_and_can_be_forgotten(store: DatabaseStore):
    store.incr("a", MINUTE)
    store.incr("b", MINUTE, 0)

    assert store.incr("a", MINUTE, -1) == 0
    store.clear("a")

    assert (store.get("a"), store.get("b"), store.get("c")) == (0, 0, 0)
    assert abs(store.get_expiry("c") - time.time()) < MINUTE
    assert store.check()
    assert store.reset() == 1


def test_counts_whose_time_is_over_are_deleted(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
):
    for number in range(5):
        store.incr(f"old {number}", MINUTE)
    pass_time(monkeypatch, MINUTE + 1)

    store.incr("new", MINUTE)

    assert db.session.scalar(select(func.count()).select_from(AttemptCount)) == 1


def test_many_who_count_at_once_are_all_counted(app: Flask, store: DatabaseStore):
    def count(_number: int) -> int:
        with app.app_context():
            return store.incr("a", MINUTE)

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(count, range(160)))

    assert sorted(seen) == list(range(1, 161))


def test_a_count_stays_where_the_request_comes_to_nothing(store: DatabaseStore):
    db.session.execute(select(1))
    store.incr("a", MINUTE)
    db.session.rollback()

    assert store.get("a") == 1


def test_a_database_that_does_not_answer_is_a_store_that_does_not(
    app: Flask, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
):
    def fail() -> None:
        raise attempt_store.DatabaseUnavailable("SELECT", None, OSError("gone"))

    monkeypatch.setattr(db.engine, "connect", fail)

    with pytest.raises(StorageError):
        store.get("a")


@contextmanager
def serve_database(folder: Path, **settings: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server process of its own on the database of the current app, and its port."""
    port = find_free_port()
    told = {
        **os.environ,
        "CRRUBRIC_INSTANCE": str(folder),
        "CRRUBRIC_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        **{f"CRRUBRIC_{name}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    command += ["--district", "Lakeside", "--timezone", "America/Chicago"]
    with subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            yield port, process
        finally:
            process.kill()


def test_of_two_servers_on_one_database_each_can_go_on_for_the_other(app: Flask, make: Factory):
    person = make.user("Ana Diaz")
    other = make.user("Ben Ode")
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        servers = [stack.enter_context(serve_database(folder)) for _ in range(2)]
        one, two = (Client(port) for port, _process in servers)

        statuses = [
            client.sign_in(person.email, "a wrong one, and long").status
            for client in (one, two, one, two, one)
        ]
        kept_out = [client.sign_in(person.email, PASSWORD).status for client in (two, one)]

        assert statuses == [422, 422, 422, 422, 422]
        assert kept_out == [429, 429]  # after the fifth failure, wherever it was
        assert one.sign_in(other.email, PASSWORD).status == 303
        servers[0][1].kill()
        servers[0][1].wait()
        moved = Client(servers[1][0], cookies=one.cookies)
        assert moved.ask("GET", "/account").status == 200


def test_two_servers_count_in_redis_and_nobody_signs_in_without_it(app: Flask, make: Factory):
    person = make.user("Ana Diaz")
    other = make.user("Ben Ode")
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        address, redis = stack.enter_context(running_redis(folder))
        servers = [
            stack.enter_context(serve_database(folder, RATELIMIT_STORAGE_URI=address))
            for _ in range(2)
        ]
        one, two = (Client(port) for port, _process in servers)

        statuses = [
            client.sign_in(person.email, "a wrong one, and long").status
            for client in (one, two, one, two, one)
        ]
        kept_out = [client.sign_in(person.email, PASSWORD).status for client in (two, one)]

        assert (statuses, kept_out) == ([422, 422, 422, 422, 422], [429, 429])
        assert db.session.scalar(select(func.count()).select_from(AttemptCount)) == 0
        assert one.sign_in(other.email, PASSWORD).status == 303
        redis.kill()
        redis.wait()
        refused = two.sign_in(other.email, PASSWORD)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert one.ask("GET", "/account").status == 200  # who is in stays in
