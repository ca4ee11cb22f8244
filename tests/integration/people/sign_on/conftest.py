"""A provider, the settings that name it, and browsers that go there and back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import set_settings
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.sign_on.provider import FakeProvider, make_settings, serve_provider

SITE = "http://localhost"
Configure = Callable[..., None]
Arrive = Callable[..., TestResponse]


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with serve_provider() as provider:
        yield provider


@pytest.fixture
def configure(app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Change the settings: of the site by their names, of the provider in `provider_values`."""

    def change(provider_values: dict[str, Any] | None = None, **values: Any) -> None:
        providers = {"cedar": make_settings(provider.url, **(provider_values or {}))}
        given = {"SITE_URL": SITE, "SSO_PROVIDERS": providers, **values}
        set_settings(app, monkeypatch, **given)

    change()
    return change


@pytest.fixture
def arrive(configure: Configure, provider: FakeProvider, visit: Visit) -> Arrive:
    """Go to the provider and come back, as whoever the provider says. Args: who: the browser."""

    def go(who: Visitor | None = None, *, next: str = "") -> TestResponse:
        who = who or visit()
        query = f"?next={next}" if next else ""
        begun = who.get(f"/sign-in/with/cedar{query}")
        assert begun.status_code == 303, begun.text
        sent = provider.authorize(begun.location)
        return come_back(who, sent)

    return go


def come_back(who: Visitor, sent: dict[str, str]) -> TestResponse:
    """The provider's page leads back: a top-level GET from another site."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    return who.get("/sign-in/with/cedar/back", query_string=sent, headers=headers)
