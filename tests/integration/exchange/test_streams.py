"""Long files are sent while they are read: none can be taken for whole that is not."""

import http.client
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from crrubric.domain.errors import NotFound
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.services.ballots import attachments
from crrubric.services.shared import queues
from crrubric.web.exchange import exports
from tests.conftest import renew_queues
from tests.databases import wipe
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.web_server import running_server


@pytest.fixture
def app(sqlite_app: Flask) -> Iterator[Flask]:
    """One database is enough here: it is the connection that matters."""
    with sqlite_app.app_context():
        wipe()
        yield sqlite_app
        db.session.remove()
        limiter.reset()


@pytest.fixture
def made(app: Flask) -> Made:
    return Factory(app).evaluation(phase=Phase.MEETING, marks={(0, 0): "YNY", (1, 0): "YYY"})


ROW = dict.fromkeys(exports.files.MARKS.columns, "x" * 100)


def break_off(_session: object, _seat: object) -> Iterator[dict[str, str]]:
    """Rows for more than a piece, and then what happens when scoring is opened again."""
    yield from [ROW] * 1_000
    raise NotFound("gone")


def ask_raw(app: Flask, visit: Visit, made: Made, version: str) -> tuple[bytes, bytes]:
    """Head and body of the answer, byte by byte, to a request of this version of HTTP."""
    person = visit(made.chair)
    cookies = "; ".join(f"{one.key}={one.value}" for one in person.client._cookies.values())
    with (
        running_server(app) as server,
        closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection,
    ):
        connection.connect()
        path = made.url("export/marks.csv")
        lines = [f"GET {path} {version}", "Host: localhost", f"Cookie: {cookies}", "", ""]
        connection.sock.sendall("\r\n".join(lines).encode())
        whole = b""
        connection.sock.settimeout(10)
        while version == "HTTP/1.0" or not whole.endswith(b"\r\n0\r\n\r\n"):
            piece = connection.sock.recv(65536)
            if not piece:
                break
            whole += piece
        head, _, body = whole.partition(b"\r\n\r\n")
        return head, body


def test_a_whole_file_comes_with_its_end(app: Flask, made: Made, visit: Visit):
    head, body = ask_raw(app, visit, made, "HTTP/1.1")

    assert head.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding: chunked" in head.lower()
    assert body.endswith(b"\r\n0\r\n\r\n")
    assert body.count(b"\r\n") > 6


def test_a_file_that_breaks_off_has_no_end(
    app: Flask, made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "iterate_mark_rows", break_off)
    db.session.rollback()
    held = db.engine.pool.checkedout()

    head, body = ask_raw(app, visit, made, "HTTP/1.1")

    db.session.rollback()
    assert head.startswith(b"HTTP/1.1 200")
    assert b"x" * 100 in body
    assert not body.endswith(b"0\r\n\r\n")
    assert db.engine.pool.checkedout() == held


def test_to_an_old_proxy_a_file_is_sent_with_its_length(app: Flask, made: Made, visit: Visit):
    head, body = ask_raw(app, visit, made, "HTTP/1.0")

    assert f"content-length: {len(body)}".encode() in head.lower()
    assert body.startswith(b"\xef\xbb\xbfreviewer,")


def test_to_an_old_proxy_no_part_of_a_file_is_sent(
    app: Flask, made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "iterate_mark_rows", break_off)

    head, body = ask_raw(app, visit, made, "HTTP/1.0")

    assert b" 404 " in head.split(b"\r\n")[0]
    assert b"x" * 100 not in body


def test_asked_for_the_head_nothing_is_read(
    app: Flask, made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "iterate_mark_rows", break_off)

    answer = visit(made.chair).send("HEAD", made.url("export/marks.csv"))

    assert (answer.status_code, answer.data) == (200, b"")


def test_a_long_table_waits_for_its_turn_and_gives_it_back(
    app: Flask, made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    renew_queues(app, monkeypatch)
    chair = visit(made.chair)
    for method in ("GET", "HEAD"):
        for _time in range(3):
            assert chair.send(method, made.url("export/marks.csv")).status_code == 200
    queue = app.extensions[queues.SERVER][attachments.DOWNLOADS]

    assert [queue.turns.acquire(blocking=False) for _time in range(3)] == [True, True, False]
