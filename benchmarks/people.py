"""Whoever asks for pages: a client in this process, or a browser that talks to a server."""

import http.client
import random
import statistics
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from urllib.parse import urlencode

from flask import Flask, has_app_context

from crrubric.extensions import db
from tests.factories import PASSWORD, Made

JSON = {"Accept": "application/json"}
RUNS = 15


def median_ms(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU milliseconds of the call, after one that isn't counted."""
    call()
    times = []
    for _ in range(runs):
        begin = time.process_time()
        call()
        times.append((time.process_time() - begin) * 1000)
    return statistics.median(times)


class Browser:
    """A signed-in test client whose requests stand alone."""

    def __init__(self, app: Flask, email: str) -> None:
        self.client = app.test_client()
        self.token = self.token_of(self.open("/sign-in").text)
        form = {"email": email, "password": PASSWORD, "csrf_token": self.token}
        assert self.open("/sign-in", method="POST", data=form).status_code == 303
        self.token = self.token_of(self.open("/").text)

    @staticmethod
    def token_of(text: str) -> str:
        """The token that a form of the page sends."""
        return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def open(self, url: str, **options: object):
        """The answer, read whole."""
        if has_app_context():
            db.session.rollback()
        return Context().run(self.client.open, url, buffered=True, **options)

    def session_cookie(self) -> str:
        """What a browser that talks to a server of the same site would send."""
        name = self.client.application.config["SESSION_COOKIE_NAME"]
        return f"{name}={self.client.get_cookie(name).value}"

    def get(self, url: str) -> int:
        """Bytes of a page."""
        answer = self.open(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return len(answer.data)


def saving(made: Made, reviewer: Browser, vendor: int) -> Callable[[], None]:
    """Saves the same cell again and again, each time on top of the last."""
    return repeat_save(reviewer, made.url(f"ballots/{vendor}/marks/{made.criteria[0].id}"))


def repeat_save(reviewer: Browser, url: str) -> Callable[[], None]:
    """Saves the mark of this address again and again; it has none yet."""
    version = 0

    def save() -> None:
        nonlocal version
        form = {
            "answer": "YES" if version % 2 else "NO",
            "version": str(version),
            "csrf_token": reviewer.token,
        }
        answer = reviewer.open(url, method="POST", data=form, headers=JSON)
        assert answer.status_code == 200, answer.text
        version = answer.json["version"]

    return save


@dataclass
class Notes:
    """What was seen, by all threads."""

    saves: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # from the first try until one is in
    sent_away: int = 0
    failures: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)


class Person:
    """A browser with one connection that it keeps. host: the name that it asks for."""

    def __init__(self, port: int, email: str, host: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.named = {"Host": host} if host else {}
        self.email = email
        self.cookie = self.token = ""
        self.cookies: dict[str, str] = {}
        self.versions: dict[int, int] = {}  # of the marks, by criterion

    def ask(self, method: str, path: str, body: str | bytes = "", **headers: str):
        """The answer, and its text."""
        headers = {"Accept": "application/json", "Cookie": self.cookie, **self.named, **headers}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for made in answer.headers.get_all("Set-Cookie") or ():
            name, value = made.split(";")[0].split("=", 1)
            self.cookies[name] = value
        if self.cookies:
            self.cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if 'name="csrf_token" value="' in text:
            self.token = Browser.token_of(text)
        return answer, text

    def send(self, path: str, **form: str):
        """What a form is answered with."""
        kind = "application/x-www-form-urlencoded"
        body = urlencode({"csrf_token": self.token, **form})
        return self.ask("POST", path, body, **{"Content-Type": kind})

    def open(self, path: str) -> str:
        """A page."""
        answer, text = self.ask("GET", path, Accept="text/html")
        assert answer.status == 200, (path, answer.status)
        return text

    def download(self, path: str) -> tuple[float, float, int]:
        """Seconds to the first byte of a file, to its last, and its bytes."""
        begin = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = self.connection.getresponse()
        assert answer.status == 200, (path, answer.status)
        size = len(answer.read(1))
        first = time.perf_counter() - begin
        while piece := answer.read(64 * 1024):
            size += len(piece)
        return first, time.perf_counter() - begin, size

    def sign_in(self, notes: Notes) -> None:
        """Try until one is in."""
        self.ask("GET", "/sign-in", Accept="text/html")
        begin, longest = time.monotonic(), 15  # seconds between two tries, as static/js/turns.js
        for tried in count():
            answer, text = self.send("/sign-in", email=self.email, password=PASSWORD)
            if answer.status not in {429, 503}:  # 429: one account signs in many times at once
                break
            notes.sent_away += 1
            longer = min(longest, int(answer.headers.get("Retry-After", 1)) * 1.5**tried)
            time.sleep(longer * (0.5 + random.random()))
        if answer.status != 200:
            notes.failures.append(f"sign-in {answer.status}: {text[:200]}")
        notes.waits.append(time.monotonic() - begin)
        self.ask("GET", "/", Accept="text/html")

    def save(self, ballot: str, criterion: int) -> tuple[int, str]:
        """Save a mark on top of what this person saved last. Returns: status and text."""
        version = self.versions.get(criterion, 0)
        answer, text = self.send(
            f"{ballot}/marks/{criterion}",
            answer="NO" if version % 2 else "YES",
            version=str(version),
        )
        if answer.status == 200:
            self.versions[criterion] = version + 1
        return answer.status, text


def enter(port: int, email: str) -> Person:
    """Somebody who is signed in."""
    person = Person(port, email)
    person.sign_in(Notes())
    return person
