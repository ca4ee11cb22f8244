"""A browser without a browser: a test client that reads pages strictly."""

import re
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import Actor
from tests.factories import PASSWORD
from tests.page_checks import check_access
from tests.pages import Page, parse

# what differs from one answer to the next whatever it says
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"|data-left="\d+"')


class Visitor:
    """Somebody at a browser: follows forms with their tokens, checks every page it is shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def send(self, method: str, url: str, **options: Any) -> TestResponse:
        """One request in a context of its own, as on a server: nothing of the test leaks in."""
        db.session.rollback()  # a reader would keep SQLite's writers waiting
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

    def csrf(self) -> str:
        """A token of this session, taken from a page that has a form."""
        page = parse(200, self.send("GET", "/sign-in", follow_redirects=True).text)
        fields = [node for node in page.all("input") if node.get("name") == "csrf_token"]
        return fields[0].get("value") or ""

    def sign_in(self, actor: Actor) -> "Visitor":
        user = db.session.scalar(select(User).where(User.id == actor.user_id))
        assert user is not None
        answer = self.post("/sign-in", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return self

    def looked_at(self, response: TestResponse) -> TestResponse:
        """Every HTML answer is parsed strictly and checked; every answer has its headers."""
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"] or (
            "sandbox" in response.headers["Content-Security-Policy"]
        )
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308}:
            page = parse(response.status_code, response.text)
            assert check_access(page) == [], response.request.path
        return response


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """visit() is a stranger, visit(actor) is that person, signed in."""

    def make(actor: Actor | None = None) -> Visitor:
        visitor = Visitor(app.test_client())
        return visitor.sign_in(actor) if actor else visitor

    return make


def error_of(page: Page, field: str) -> str:
    """The error that is tied to a field."""
    from tests.pages import words

    return words(page.with_id(f"{field}-error"))
