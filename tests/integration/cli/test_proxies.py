"""Behind proxies: whose address it is, where links lead, and which forms are taken."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, request_started

from crrubric.domain.people.throttling import ACCOUNTS_FROM_ADDRESS
from crrubric.domain.vocabulary import Stakeholder
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.people import attempts
from tests.conftest import fresh_app, set_settings
from tests.databases import quick_folder, wipe
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit
from tests.web_server import Client, find_nginx, running_nginx, running_server

FORGED = {
    "X-Forwarded-For": "9.9.9.9",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=9.9.9.9",
}
# What a browser sends with a plain form, as our pages ask it to send no referrer.
OWN = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
SITE = "https://score.district.example"


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["no proxy", "one proxy", "two proxies"])
def proxied(request: pytest.FixtureRequest) -> Iterator[tuple[Flask, int]]:
    """The app and the port where it is reached, through so many proxies."""
    count = request.param
    if count:
        find_nginx()
    with quick_folder() as folder, ExitStack() as stack:
        app = fresh_app("", folder / "instance", PROXY_COUNT=count, BEHIND_TLS=count > 0)
        port = stack.enter_context(running_server(app)).port
        for number in range(count, 0, -1):
            outermost = number == 1
            named = folder / f"nginx-{number}"
            port = stack.enter_context(running_nginx(named, port, outermost=outermost))
        yield app, port
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def made(proxied: tuple[Flask, int]) -> Iterator[Made]:
    app, _port = proxied
    with app.app_context():
        wipe()
        yield Factory(app).evaluation()
        db.session.remove()
        limiter.reset()


def read_email(made: Made) -> str:
    email = db.session.get_one(User, made.chair.user_id).email
    db.session.rollback()  # a reader would keep the server's writers waiting
    return email


def client_of(proxied: tuple[Flask, int], address: str, **sends: str) -> Client:
    app, port = proxied
    return Client(port, address, tls=app.config["SESSION_COOKIE_SECURE"], sends=sends)


def test_the_address_is_the_visitors_own_whatever_it_claims(proxied, made: Made):
    app, port = proxied
    seen: list[tuple[Any, ...]] = []

    def note(*_sender: object, **_values: object) -> None:
        seen.append((request.remote_addr, request.scheme, request.host))

    with request_started.connected_to(note, app):
        client_of(proxied, "127.0.0.7", **FORGED).ask("GET", "/health")

    scheme = "https" if app.config["SESSION_COOKIE_SECURE"] else "http"
    assert seen == [("127.0.0.7", scheme, f"localhost:{port}")]


def test_one_signs_in_saves_a_form_and_reads_a_link_with_the_sites_own_scheme(proxied, made: Made):
    app, port = proxied
    chair = client_of(proxied, "127.0.0.8", **OWN)
    committee = made.url("committee/")
    email = read_email(made)
    assert chair.sign_in(email, PASSWORD).status == 303

    form = {
        "csrf_token": chair.ask("GET", committee).token(),
        "name": "Nora New",
        "email": "nora@school.example",
        "roles": "reviewer",
        "stakeholder": Stakeholder.PARENT.value,
    }
    saved = chair.ask("POST", committee, form)
    assert saved.status == 303, saved.text

    scheme = "https" if app.config["SESSION_COOKIE_SECURE"] else "http"
    page = chair.ask("GET", saved.headers["Location"]).text
    assert f'value="{scheme}://localhost:{port}/invitations/' in page


def test_attempts_are_counted_and_logged_for_the_visitors_address(
    proxied, made: Made, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.WARNING, "crrubric")
    monkeypatch.setattr(attempts, "INVENTED_FOR_ONE", 1)  # each counts, as if it had an account
    email = read_email(made)
    thief = client_of(proxied, "127.0.0.9", **OWN)

    tries = [
        thief.sign_in(f"{number}-{email}", "not this one at all").status
        for number in range(ACCOUNTS_FROM_ADDRESS + 1)
    ]

    assert (tries[0], tries[-1]) == (422, 429)
    assert "too many attempts from 127.0.0.9 at POST /sign-in" in caplog.text
    assert client_of(proxied, "127.0.0.10", **OWN).sign_in(email, PASSWORD).status == 303


ASKED = "&".join(f"c{number}-weight=1.25" for number in range(240))
LONG = f"/evaluations/none/what-if?{ASKED}"


def test_an_address_with_much_in_it_is_no_fault_of_the_web_server(proxied, made: Made):
    """nginx takes 4,096 bytes of an answer's head, and else says 502, whatever was done."""
    stranger = client_of(proxied, "127.0.0.12", **OWN)
    email = read_email(made)
    page = stranger.ask("GET", LONG)
    slash = stranger.ask("GET", LONG.replace("?", "/?"))
    form = {"csrf_token": stranger.ask("GET", "/sign-in").token(), "next": LONG}
    spanish = stranger.ask("POST", "/language", {**form, "language": "es"})
    who = {"email": email, "password": PASSWORD}
    form["csrf_token"] = stranger.ask("GET", "/sign-in").token()
    signed_in = stranger.ask("POST", "/sign-in", {**form, **who})

    assert [page.status, slash.status, spanish.status, signed_in.status] == [303, 308, 303, 303]
    assert page.headers["Location"] == "/sign-in?next=/evaluations/none/what-if"
    assert signed_in.headers["Location"] == "/evaluations/none/what-if"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 303),  # an old browser on plain http says nothing: the token is right
        ({"Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": SITE}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": f"{SITE}.evil.example"}, 400),
        ({"Referer": "https://evil.example/"}, 303),  # anybody may leave that out
    ],
)
def test_a_form_is_taken_from_our_own_pages_alone(
    app: Flask,
    make: Factory,
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
    sent: dict[str, str],
    status: int,
):
    set_settings(app, monkeypatch, SITE_URL=SITE)
    email = db.session.get_one(User, make.actor().user_id).email

    answer = visit().post("/sign-in", {"email": email, "password": PASSWORD}, headers=sent)

    assert answer.status_code == status
    assert ("This form was sent from another site." in answer.text) == (status == 400)
    assert status == 303 or f"Open the page at {SITE}" in answer.text


def test_a_form_on_https_needs_no_referrer(app: Flask, make: Factory, visit: Visit):
    email = db.session.get_one(User, make.actor().user_id).email
    form = {"email": email, "password": PASSWORD}

    answer = visit().post("/sign-in", form, base_url="https://localhost", headers=OWN)

    assert answer.status_code == 303


def test_links_to_send_begin_with_the_sites_address(
    app: Flask, make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation()
    set_settings(app, monkeypatch, SITE_URL=SITE)
    chair = visit(made.chair)
    form = {"name": "Nora", "email": "nora@school.example", "roles": "reviewer"}

    saved = chair.post(made.url("committee/"), {**form, "stakeholder": Stakeholder.PARENT.value})

    assert f'value="{SITE}/invitations/' in chair.get(saved.location).text


def test_no_page_makes_the_address_of_a_link_by_itself():
    web = Path(__file__).parents[3] / "crrubric" / "web"

    found = [file.name for file in web.rglob("*.py") if "_external" in file.read_text("utf-8")]

    assert found == []
