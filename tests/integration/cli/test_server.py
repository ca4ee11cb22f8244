"""The server under load: its limits, its queues, and an end that loses no answer."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from crrubric.cli import server as http
from crrubric.config import KEY
from crrubric.domain import limits
from crrubric.domain.errors import Busy
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import WRITE, db, limiter
from crrubric.models import User
from crrubric.services.ballots import attachments
from crrubric.services.people import accounts, hashing
from crrubric.services.shared import queues
from crrubric.settings.model import Settings
from tests.conftest import set_settings
from tests.databases import wipe
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_accounts import email_of, invited
from tests.pages import parse, words
from tests.uploads import pdf
from tests.web_server import Client, find_free_port, running_server, wait_for_port

PATIENCE = 20
BUSY = "Many people are signing in right now. Wait a few seconds, then send it again."
# A server with one slow page and one long one, as `crrubric serve` runs it.
SLOW = """
import sys, time
from crrubric.app import create_app
from crrubric.cli import server as http
from crrubric.config import KEY
from crrubric.domain import limits

app = create_app({"INSTANCE": sys.argv[1], "SERVER_STOP_SECONDS": int(sys.argv[2])})
app.add_url_rule("/slow", "slow", lambda: time.sleep(float(sys.argv[3])) or "done")
app.add_url_rule("/long", "long", lambda: "x" * 20_000_000)
server = http.open_server(app, "127.0.0.1", 0)
asked = http.listen_for_stop()
print(server.port, flush=True)
http.serve_until_stopped(server, asked)
"""

# Threads that take and free 20 MB, as files do: how much more the process has afterwards, in kB.
LARGE = """
import threading
from pathlib import Path
from crrubric.cli.server import return_large_blocks

def size():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

def work():
    for _ in range(5):
        first, second = bytearray(20_000_000), bytearray(20_000_000)
        small = [bytearray(2000) for _ in range(100)]
        del first, second
    kept.append(small)

kept = []
return_large_blocks()
before = size()
for _ in range(6):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(size() - before)
"""


@pytest.fixture
def app(sqlite_app: Flask) -> Iterator[Flask]:
    """One database is enough here: threads and sockets are what matters."""
    with sqlite_app.app_context():
        wipe()
        yield sqlite_app
        db.session.remove()
        limiter.reset()


@pytest.fixture
def fresh_queues(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the app run with other limits."""

    def change(**values: int) -> None:
        set_settings(app, monkeypatch, **values)

    change()
    return change


def test_the_queues_of_a_test_are_gone_in_the_next(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.extensions, queues.SERVER, {})  # as before anybody signed in

    with pytest.MonkeyPatch.context() as other_test:
        set_settings(app, other_test, HASHES_AT_ONCE=1, HASHES_WAITING=0)
        hashing.find_hash_queue()

    assert hashing.KEY not in app.extensions[queues.SERVER]


# Limits


def test_as_many_people_as_a_district_has_can_be_connected():
    options = http.server_options(Settings(INSTANCE=Path("instance")))

    assert options["connection_limit"] >= 1_000
    assert options["backlog"] >= 1_000
    assert options["threads"] >= 20
    assert options["asyncore_use_poll"]  # select() takes no descriptor above 1,023
    assert options["max_request_body_size"] == 64 * 1024 * 1024


def test_idle_connections_keep_nobody_out(app: Flask):
    with running_server(app) as server, idle_connections(server.port, 300):
        begin = time.monotonic()

        assert Client(server.port).ask("GET", "/health").status == 200

        assert time.monotonic() - begin < 5


def test_where_all_connections_are_taken_those_that_rest_are_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SERVER_CONNECTIONS=40)
    monkeypatch.setattr(http, "RESTING", 0)

    with running_server(app) as server, idle_connections(server.port, 60):
        assert Client(server.port).ask("GET", "/health").status == 200


def test_where_all_connections_are_taken_by_halves_of_requests_the_oldest_are_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SERVER_CONNECTIONS=40)
    monkeypatch.setattr(http, "RESTING", 1)

    with running_server(app) as server, idle_connections(server.port, 60) as senders:
        for one in senders:
            one.sendall(b"GET /health HT")
        assert Client(server.port).ask("GET", "/health").status == 200


def test_whoever_asks_every_few_seconds_on_all_connections_keeps_nobody_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SERVER_CONNECTIONS=40)
    monkeypatch.setattr(http, "RESTING", 3_600)  # none is quiet for so long

    with running_server(app) as server, idle_connections(server.port, 60):
        assert Client(server.port).ask("GET", "/health").status == 200


def test_halves_of_heads_are_closed_before_browsers_that_rest(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SERVER_CONNECTIONS=40)
    monkeypatch.setattr(http, "RESTING", 0)

    with running_server(app) as server, idle_connections(server.port, 8) as browsers:
        wait_until(lambda: len(server.channels()) == 8)
        with idle_connections(server.port, 20) as senders:
            for one in senders:
                one.sendall(b"GET /health HT")
            wait_until(lambda: sum(bool(one.request) for one in server.channels()) == 20)
            monkeypatch.setattr(http, "HEAD_SENT", 0)
            found = http.list_dispensable_channels(server.channels(), time.time() + 1)

    assert [bool(one.request) for one in found] == [True] * 20 + [False] * 8
    assert len(browsers) == 8


def test_where_all_connections_are_taken_by_who_reads_nothing_the_oldest_are_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SERVER_CONNECTIONS=40)
    monkeypatch.setattr(http, "RESTING", 1)

    with running_server(app) as server, lazy_readers(server.port, 45):
        assert Client(server.port).ask("GET", "/health").status == 200


def test_an_answer_that_nobody_takes_is_given_up(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "UNTAKEN", 1)

    with running_server(app) as server, lazy_readers(server.port, 1) as (reader,):
        time.sleep(4)
        reader.settimeout(PATIENCE)
        with suppress(ConnectionResetError):
            while len(got := reader.recv(100_000)) == 100_000:
                pass
            while got:
                got = reader.recv(100_000)
            assert got == b""  # it ended, though the rest was never sent


def test_an_answer_that_is_taken_steadily_comes_whole(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "UNTAKEN", 1)

    with running_server(app) as server, lazy_readers(server.port, 1) as (reader,):
        reader.settimeout(PATIENCE)
        came = 0
        for _moment in range(30):
            came += len(reader.recv(200_000))
            time.sleep(0.1)
        while piece := reader.recv(1_000_000):
            came += len(piece)
            if came > 4_000_000:
                break

        assert came > 4_000_000


def test_requests_under_way_fill_no_disk(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "BODIES_AT_ONCE", 0)
    head = b"POST /a/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"

    with running_server(app) as server, idle_connections(server.port, 1) as (sender,):
        sender.sendall(head + bytes(8_000))

        assert sender.recv(100) == b""


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for the thread of the server."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def lazy_readers(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many that asked for a large file and take nothing of it."""
    opened = []
    for _ in range(count):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        one.settimeout(PATIENCE)
        one.connect(("127.0.0.1", port))
        one.sendall(b"GET /assets/plotly.min.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
        opened.append(one)
    yield opened
    for one in opened:
        one.close()


def test_a_request_that_does_not_come_to_its_end_is_given_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(http, "HALF_SENT", 0)

    with running_server(app) as server, idle_connections(server.port, 1) as (sender,):
        sender.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab")

        assert sender.recv(100) == b""


@pytest.mark.parametrize("how", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_large_bodies_are_read_only_where_files_go(app: Flask, how: str):
    with running_server(app) as server, idle_connections(server.port, 1) as (sender,):
        sender.sendall(f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n{how}\r\n\r\n".encode())
        if "chunked" in how:
            with suppress(ConnectionError):
                sender.sendall(b"4c4b40\r\n" + bytes(5_000_000))

        assert sender.recv(100).startswith(b"HTTP/1.1 413 ")


HIDDEN = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
PIECES = b"%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
SHORT = b"Content-Length: 4"  # so that what follows would be a request of its own
TWO_ENDS = {
    "a length and pieces": SHORT + b"\r\nTransfer-Encoding: chunked",
    "pieces and a length": b"Transfer-Encoding: chunked\r\n" + SHORT,
    "two lengths": SHORT + b"\r\nContent-Length: 70",
    "a length with a sign": b"Content-Length: +4",
    "lengths in a row": b"Content-Length: 4, 70",
    "unknown pieces": SHORT + b"\r\nTransfer-Encoding: xchunked",
    "pieces with a blank": SHORT + b"\r\nTransfer-Encoding : chunked",
    "a line that goes on": SHORT + b"\r\n 0",
}


@pytest.mark.parametrize(
    ("request_line", "body", "statuses"),
    [
        ("GET /health/live", b"", [b"200"]),
        ("POST /health/live", b"", [b"405"]),
        ("POST /health/live", b"a=1", [b"100", b"405"]),
        ("POST /health/live", None, [b"100", b"405"]),  # it comes once the server has said so
    ],
    ids=["no body", "an empty one", "one that is here", "one that comes"],
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_asks_whether_to_go_on_is_answered(
    app: Flask, request_line: str, body: bytes | None, statuses: list[bytes]
):
    """Where there is no body, none is waited for."""
    length = 3 if body is None else len(body)
    head = f"{request_line} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
    if request_line.startswith("POST"):
        head += f"Content-Length: {length}\r\n"
    with ExitStack() as stack:
        server = stack.enter_context(running_server(app))
        line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
        line.sendall(f"{head}\r\n".encode() + (body or b""))
        found = line.recv(9)
        if body is None:
            found += line.recv(100)
            line.sendall(b"a=1")
        while more := line.recv(65_536):
            found += more

    assert re.findall(rb"HTTP/1\.1 (\d{3})", found) == statuses


@pytest.mark.parametrize("ends", TWO_ENDS.values(), ids=TWO_ENDS)
def test_a_request_with_two_ends_is_one_request_or_none(app: Flask, ends: bytes):
    """What one server takes for a body, and the next for a request, could be somebody else's."""
    with running_server(app) as server, idle_connections(server.port, 1) as (sender,):
        head = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n" + ends + b"\r\n\r\n"
        answer = b""
        with suppress(OSError):  # the server may have closed it already
            # at once: what came after its answer would make the system drop that unread
            sender.sendall(head + PIECES)
            sender.shutdown(socket.SHUT_WR)
            while piece := sender.recv(65_536):
                answer += piece

    assert answer.startswith(b"HTTP/1.")
    assert b'"status"' not in answer  # of the request that was hidden in it


@contextmanager
def idle_connections(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many browsers that have asked for nothing yet."""
    opened = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(count)]
    yield opened
    for one in opened:
        one.close()


@pytest.mark.parametrize(("readers", "stalled"), [(2, PATIENCE), (1, 0)])
def test_who_reads_nothing_holds_no_more_than_a_part_of_the_threads(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    readers: int,
    stalled: int,
):
    """Beyond a quarter of them, one here, and nobody who takes nothing for a while."""
    monkeypatch.setattr(http, "UNREAD_BYTES", 100_000)
    monkeypatch.setattr(http, "STALLED", stalled)
    plain = Flask("plain")
    few = {"HASHES_AT_ONCE": 1, "HASHES_WAITING": 0, "ANALYSES_AT_ONCE": 1, "ANALYSES_WAITING": 0}
    few |= {"UPLOADS_WAITING": 0, "SERVER_THREADS": 2}
    plain.extensions[KEY] = Settings(INSTANCE=tmp_path, **few)
    plain.add_url_rule("/long", "long", lambda: iter([b"x" * 1_000_000] * 20))
    plain.add_url_rule("/short", "short", lambda: "done")

    with running_server(plain) as server, idle_connections(server.port, readers) as sleepers:
        for sleeper in sleepers:
            sleeper.sendall(b"GET /long HTTP/1.1\r\n\r\n")
        deadline = time.monotonic() + PATIENCE / 2
        while caplog.text.count("its answer was not read") < 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)

        assert Client(server.port).ask("GET", "/short").text == "done"


def test_a_file_that_is_read_slowly_holds_no_thread():
    """All of it, and what goes with it, fits before a thread waits for whoever reads."""
    options = http.server_options(Settings(INSTANCE=Path("instance")))

    assert options["outbuf_high_watermark"] > limits.FILE_REQUEST_BYTES


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are no files there")
def test_the_limit_of_open_files_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    import resource

    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, both: asked.append(both))
    settings = Settings(INSTANCE=Path("instance"), SERVER_CONNECTIONS=5_000)

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (1_024, 100_000))
    assert http.find_connection_limit(settings) == 5_000
    assert asked == [(5_174, 100_000)]

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (1_024, 2_048))
    assert http.find_connection_limit(settings) == 1_874
    assert "Only 1874 connections, not 5000: the system allows 2048 open files" in caplog.text


def test_a_body_that_nobody_needs_is_not_read(app: Flask, monkeypatch: pytest.MonkeyPatch):
    set_settings(app, monkeypatch, SERVER_BODY_MB=21)
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n"

    with running_server(app) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
        connection.sendall(head)

        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
        connection.close()


# The queue of passwords


class Hashes:
    """Passwords whose check takes as long as the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.running = threading.Event(), threading.Semaphore(0)
        self.at_once = self.most = 0
        self.lock, self.connections = threading.Lock(), []
        self.check = hashing.check_password_hash
        monkeypatch.setattr(hashing, "check_password_hash", self.check_slowly)

    def check_slowly(self, *words: str) -> bool:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.running.release()
        assert self.go.wait(PATIENCE)
        with self.lock:
            self.at_once -= 1
        return self.check(*words)


@pytest.fixture
def hashes(fresh_queues, monkeypatch: pytest.MonkeyPatch) -> Hashes:
    return Hashes(monkeypatch)


def test_sign_ins_beyond_the_queue_are_asked_to_wait_and_everybody_else_goes_on(
    app: Flask, hashes: Hashes
):
    factory = Factory(app)
    emails = [email_of(factory.actor()) for _ in range(30)]  # one account alone would be slowed
    db.session.remove()

    with running_server(app) as server, ThreadPoolExecutor(30) as pool:
        coming = [
            pool.submit(Client(server.port, f"127.0.0.{1 + number % 3}").sign_in, email, PASSWORD)
            for number, email in enumerate(emails)
        ]
        for _ in range(2):
            assert hashes.running.acquire(timeout=PATIENCE)
        deadline = time.monotonic() + 3
        while sum(future.done() for future in coming) < 23 and time.monotonic() < deadline:
            time.sleep(0.01)  # two are in, five wait; three places are for who is known

        assert Client(server.port).ask("GET", "/health").status == 200
        away = [future.result() for future in coming if future.done()]
        hashes.go.set()
        answers = [future.result() for future in coming]

    assert sorted(answer.status for answer in answers) == [303] * 7 + [503] * 23
    assert {answer.headers["Retry-After"] for answer in away} == {"3"}
    assert hashes.most == 2
    page = parse(503, away[0].text)
    assert words(page.with_id("error-summary")).endswith(BUSY)
    assert page.with_id("email").get("value") in emails
    assert PASSWORD not in away[0].text


def test_strangers_never_take_every_place_for_hashing(app: Flask, visit: Visit, fresh_queues):
    fresh_queues(HASHES_AT_ONCE=2, HASHES_WAITING=1)
    known, stranger = visit().sign_in(actor := Factory(app).actor()), visit()
    known.post("/sign-out")
    form = {"email": email_of(actor), "password": PASSWORD}
    queue = hashing.find_hash_queue()

    strangers = queue.strangers
    with strangers.take_turn("203.0.113.1"), strangers.take_turn("203.0.113.2"):  # all they have
        away, found = stranger.post("/sign-in", form), known.post("/sign-in", form)
    later = stranger.post("/sign-in", form)

    assert [away.status_code, found.status_code, later.status_code] == [503, 303, 303]


def test_one_network_never_takes_every_place_that_strangers_have(
    app: Flask, visit: Visit, fresh_queues
):
    fresh_queues(HASHES_AT_ONCE=1, HASHES_WAITING=5)
    form = {"email": email_of(Factory(app).actor()), "password": PASSWORD}
    strangers, flood, other = hashing.find_hash_queue().strangers, "203.0.113.1", "203.0.113.2"
    person, places = visit(), 0

    with ExitStack() as held:
        with suppress(Busy):
            while True:
                held.enter_context(strangers.take_turn(flood))
                places += 1
        away = person.post("/sign-in", form, environ_base={"REMOTE_ADDR": flood})
        found = person.post("/sign-in", form, environ_base={"REMOTE_ADDR": other})

    assert (places, away.status_code, found.status_code) == (2, 503, 303)


def test_the_script_is_told_in_its_own_way(app: Flask, visit: Visit, fresh_queues, hashes: Hashes):
    fresh_queues(HASHES_AT_ONCE=1, HASHES_WAITING=0)
    email = email_of(Factory(app).actor())
    json = {"Accept": "application/json"}
    form = {"email": email, "password": PASSWORD, "next": "/terms"}

    with hashing.find_hash_queue().queue.take_turn():
        away = visit().post("/sign-in", form, headers=json)
    hashes.go.set()
    found = visit().post("/sign-in", form, headers=json)

    assert (away.status_code, away.headers["Retry-After"]) == (503, "3")
    assert away.json == {"message": BUSY}
    assert (found.status_code, found.json["go"]) == (200, "/terms")


def test_whoever_chooses_a_password_waits_in_the_same_queue(app: Flask, visit: Visit, fresh_queues):
    fresh_queues(HASHES_AT_ONCE=1, HASHES_WAITING=0)
    _made, invitation = invited(Factory(app))
    address, form = f"/invitations/{invitation.token}", {"password": "five plain words in a row"}
    json = {"Accept": "application/json"}

    with hashing.find_hash_queue().queue.take_turn():
        page = visit().post(address, form)
        told = visit().post(address, form, headers=json)
    found = visit().post(address, form, headers=json)

    assert [(away.status_code, away.headers["Retry-After"]) for away in (page, told)] == [
        (503, "3"),
        (503, "3"),
    ]
    assert BUSY in page.text
    assert told.json == {"message": BUSY}
    assert (found.status_code, found.json["go"]) == (200, "/")


def test_a_sign_in_that_waits_carries_what_was_typed_before(app: Flask, visit: Visit, fresh_queues):
    fresh_queues(HASHES_AT_ONCE=1, HASHES_WAITING=0)
    made = Factory(app).evaluation()
    purpose = "So that nobody loses what was typed."
    chair = visit(made.chair)
    form = {"csrf_token": chair.csrf(), "title": "T", "purpose": purpose}
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(User).values(disabled_at=None))
        connection.exec_driver_sql("UPDATE user_session SET ended_at = created_at")
    lost = chair.post(made.url("facts"), form)
    assert lost.status_code == 401, lost.text
    note = parse(401, lost.text)
    note_value = next(n.get("value") for n in note.all("input") if n.get("name") == "interrupted")

    with hashing.find_hash_queue().queue.take_turn():
        again = chair.post(
            "/sign-in",
            {
                "email": email_of(made.chair),
                "password": PASSWORD,
                "interrupted": str(note_value),
                "kept-purpose": purpose,
            },
        )

    assert (again.status_code, again.headers["Retry-After"]) == (503, "3")
    assert purpose in again.text


def test_no_connection_is_held_while_a_password_is_hashed(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch, fresh_queues
):
    made, invitation = invited(Factory(app))
    email = email_of(made.chair)
    db.session.rollback()
    held, pool = [], db.engine.pool
    for name in ("check_password_hash", "generate_password_hash"):
        do = getattr(hashing, name)

        def note(*words: str, do=do, **options: str) -> object:
            held.append(pool.checkedout())
            return do(*words, **options)

        monkeypatch.setattr(hashing, name, note)

    visit().post("/sign-in", {"email": email, "password": PASSWORD})
    visit().post("/sign-in", {"email": email, "password": "not this one at all"})
    visit().post(f"/invitations/{invitation.token}", {"password": "five plain words in a row"})
    accounts.hash_password("five plain words in a row")

    assert held == [0, 0, 0, 0]


def test_hashing_inside_a_unit_of_work_is_refused(app: Flask):
    from crrubric.services.shared.unit import unit_of_work

    with pytest.raises(RuntimeError, match="slow work inside a unit"), unit_of_work():
        hashing.hash_password("five plain words in a row")


# Files


def upload(person: Visitor, made: Made) -> TestResponse:
    address = made.url(f"vendors/{made.vendors[0].id}/files")
    file = (io.BytesIO(pdf("a")), "a.pdf")
    return person.post(address, {"file": file}, content_type="multipart/form-data")


def test_a_file_that_finds_no_room_in_the_queue_is_told_to_come_again(
    app: Flask, visit: Visit, fresh_queues
):
    fresh_queues(UPLOADS_WAITING=0)
    made = Factory(app).evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)

    with attachments.take_upload_turn():
        away = upload(chair, made)

    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert "Many files are being attached right now." in away.text
    assert upload(chair, made).status_code == 303


def test_large_files_are_held_in_memory_a_few_at_a_time(
    app: Flask, visit: Visit, fresh_queues, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(attachments, "LARGE", 1)
    made = Factory(app).evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)
    assert upload(chair, made).status_code == 303
    page = chair.page(made.url(f"vendors/{made.vendors[0].id}/files"))
    (url,) = {a.get("href") or "" for a in page.all("a") if "/files/" in (a.get("href") or "")}
    monkeypatch.setitem(
        app.extensions[queues.SERVER],
        attachments.DOWNLOADS,
        queues.WorkQueue(at_once=1, waiting=0, full=attachments.BUSY_READING),
    )

    first = chair.send("GET", url, buffered=False)  # not read to its end yet
    second = chair.send("GET", url)
    first.close()
    third = chair.get(url)

    assert (second.status_code, second.headers["Retry-After"]) == (503, "5")
    assert "Many files are being opened right now." in second.text
    assert third.status_code == 200
    assert third.data == pdf("a")


def test_files_are_read_one_at_a_time_and_no_connection_waits_with_them(
    app: Flask, visit: Visit, fresh_queues, monkeypatch: pytest.MonkeyPatch
):
    made = Factory(app).evaluation(phase=Phase.SCORING)
    url, chair = made.url(f"vendors/{made.vendors[0].id}/files"), visit(made.chair)
    db.session.remove()
    at_once, most, held = [0], [0], []
    check = attachments.check_file

    def look(*words):
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        held.append(db.session().in_transaction())
        time.sleep(0.05)
        at_once[0] -= 1
        return check(*words)

    monkeypatch.setattr(attachments, "check_file", look)
    cookie = chair.client.get_cookie("crrubric-session").value
    with running_server(app) as server, ThreadPoolExecutor(5) as pool:
        token = chair.csrf()

        def send(number: int) -> int:
            file = FileStorage(io.BytesIO(pdf(str(number))), f"{number}.pdf")
            boundary, body = encode_multipart({"csrf_token": token, "file": file})
            connection = Client(server.port).connect()
            headers = {
                "Cookie": f"crrubric-session={cookie}",
                "Content-Type": f"multipart/form-data; boundary={boundary}",
            }
            with closing(connection):
                connection.request("POST", url, body, headers)
                return connection.getresponse().status

        statuses = list(pool.map(send, range(5)))

    assert statuses == [303] * 5
    assert most == [1]
    assert held == [False] * 5


def test_a_connection_that_stored_a_file_gives_its_memory_back(app: Flask):
    made = Factory(app).evaluation(phase=Phase.SCORING)
    db.session.remove()
    closed = 0

    def count(*_words: object) -> None:
        nonlocal closed
        closed += 1

    event.listen(db.engine, "close", count)
    actor, cell = made.chair, (made.slug, made.vendors[0].id)
    db.session.rollback()
    attachments.attach_vendor_file(actor, *cell, name="a.pdf", data=pdf("a"))
    db.session.rollback()
    event.remove(db.engine, "close", count)

    assert closed == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory it was")
def test_files_leave_no_memory_behind(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 30_000  # kB; two threads of old kept 40 MB each


# Stopping


@contextmanager
def slow_server(folder: Path, *, stop: int, slow: float) -> Iterator[tuple[subprocess.Popen, int]]:
    command = [sys.executable, "-c", SLOW, str(folder), str(stop), str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_finishes_its_answers(tmp_path: Path, number: int):
    with (
        slow_server(tmp_path, stop=30, slow=1) as (process, port),
        ThreadPoolExecutor(3) as pool,
        idle_connections(port, 3),
    ):
        coming = [pool.submit(Client(port).ask, "GET", path) for path in ("/slow", "/long")]
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(number)
        slow, long = (future.result() for future in coming)

        assert (slow.status, slow.text) == (200, "done")
        assert (long.status, len(long.text)) == (200, 20_000_000)
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - begin < 10
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 1)


def test_an_answer_that_takes_too_long_does_not_keep_the_server(tmp_path: Path):
    with (
        slow_server(tmp_path, stop=1, slow=30) as (process, port),
        closing(Client(port).connect()) as connection,
    ):
        connection.request("GET", "/slow")
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - begin < 8


def test_crrubric_serve_ends_well_at_sigterm(tmp_path: Path):
    port = find_free_port()
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(tmp_path)}
    with subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


ANALYSES = (
    "memo/",
    "memo/memo.docx",
    "memo/memo.html",
    "memo/memo.md",
    "agreement",
    "what-if",
    "export/results.json",
    "export/workbook.xlsx",
)


@pytest.mark.parametrize("path", ANALYSES)
def test_analyses_and_documents_wait_in_a_queue_of_their_own(
    app: Flask, visit: Visit, fresh_queues, path: str
):
    fresh_queues(ANALYSES_AT_ONCE=1, ANALYSES_WAITING=0)
    make = Factory(app)
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY", (1, 0): "YNY"})
    person, stranger = visit(made.chair), visit(make.actor())

    with queues.find_analysis_queue().take_turn(None):
        away = person.get(made.url(path))
        home = person.get("/")
        hidden = stranger.get(made.url(path))
    found = person.get(made.url(path))

    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert "Many analyses and documents are being made" in away.text
    assert [home.status_code, hidden.status_code, found.status_code] == [200, 404, 200]


def test_one_person_does_not_fill_the_queue_of_analyses(app: Flask, visit: Visit, fresh_queues):
    made = Factory(app).evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY"})
    queue, mine = queues.find_analysis_queue(), made.reviewers[0]
    own = queues.identify_account(mine.user_id)

    with queue.take_turn(own), queue.take_turn(own):
        away = visit(mine).get(made.url("memo/memo.docx"))
    queue.queue.turns.acquire()  # as many as run at once, less one
    other = visit(made.chair).get(made.url("memo/memo.docx"))
    queue.queue.turns.release()

    assert (away.status_code, "Others of your analyses" in away.text) == (503, True)
    assert other.status_code == 200
