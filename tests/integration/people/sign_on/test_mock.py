"""With a provider that others have written, in a process of its own."""

from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import set_settings
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.sign_on.conftest import SITE
from tests.integration.people.sign_on.mock_process import running_mock
from tests.integration.people.sign_on.provider import make_settings
from tests.integration.people.sign_on.test_sign_in import (
    NORA,
    identities,
    invite,
    is_in,
    refusal,
)

NORAS = {"sub": "nora", "email": NORA, "email_verified": True, "name": "Nora Novak"}
UNVERIFIED = {"sub": "ulla", "email": "ulla@cedar.example", "email_verified": False}


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with running_mock(NORAS, UNVERIFIED) as address:
        yield address


@pytest.fixture(autouse=True)
def configured(app: Flask, mock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_settings(app, monkeypatch, SITE_URL=SITE, SSO_PROVIDERS={"cedar": make_settings(mock)})


def go_there_and_back(who: Visitor, mock: str, **form: str) -> TestResponse:
    """Fill in the provider's form, and come back to where it leads."""
    begun = who.get("/sign-in/with/cedar?next=/terms")
    assert begun.location.startswith(f"{mock}/oauth2/authorize?")
    answer = requests.post(begun.location, data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = answer.headers["Location"]
    assert back.startswith(f"{SITE}/sign-in/with/cedar/back?")
    return who.get(back.removeprefix(SITE))


@pytest.mark.both_databases
def test_somebody_invited_signs_in(make: Factory, visit: Visit, mock: str):
    user, who = invite(make), visit()

    answer = go_there_and_back(who, mock, sub="nora")

    assert (answer.status_code, answer.location) == (303, "/terms")
    assert is_in(who)
    assert identities() == [(user.id, "nora")]


def test_an_address_that_is_not_verified_finds_nobody(make: Factory, visit: Visit, mock: str):
    invite(make, "ulla@cedar.example", "Ulla")

    answer = go_there_and_back(visit(), mock, sub="ulla")

    assert "does not vouch for" in refusal(answer, 403)


def test_who_refuses_there_is_told_so_here(visit: Visit, mock: str):
    answer = go_there_and_back(visit(), mock, action="deny")

    assert answer.status_code == 400
    assert "You are not signed in" in answer.text
