"""Whom a sign-in by a provider shows: the organization, the address, the steps."""

from typing import Any

import pytest

from crrubric.domain.errors import NotLetIn
from crrubric.domain.people.providers import Arrival, read_arrival
from crrubric.settings.providers import Provider

TENANT = "0a1b2c3d-0000-4000-8000-0123456789ab"
COMMON: dict[str, Any] = {"client_id": "c", "client_secret": "s", "domains": ["cedar.example"]}
KINDS: dict[str, dict[str, Any]] = {
    "google": {},
    "microsoft": {"tenant": TENANT},
    "classlink": {"tenant": "77"},
    "clever": {"tenant": "5f00aa"},
    "other": {
        "name": "Cedar",
        "discovery": "https://id.cedar.example/.well-known/openid-configuration",
    },
}


def arrival(kind: str, settings: dict[str, Any] | None = None, **claims: Any) -> Arrival:
    provider = Provider.model_validate({"kind": kind, **COMMON, **KINDS[kind], **(settings or {})})
    base = {"iss": "https://id.example", "sub": "1", "email": "nora@cedar.example"}
    return read_arrival("code", provider, {**base, **claims})


def is_of(kind: str, settings: dict[str, Any] | None = None, **claims: Any) -> bool:
    try:
        arrival(kind, settings, **claims)
    except NotLetIn:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "settings", "claims", "fits"),
    [
        ("google", {}, {"hd": "cedar.example"}, True),
        ("google", {}, {"hd": "CEDAR.example"}, True),
        ("google", {}, {"hd": "other.example"}, False),
        ("google", {}, {"hd": "sub.cedar.example"}, False),
        ("google", {}, {}, False),  # somebody's private account
        ("google", {"tenant": "main.example"}, {"hd": "main.example"}, True),
        ("google", {"tenant": "main.example"}, {"hd": "cedar.example"}, False),
        ("google", {"domains": []}, {}, True),  # whoever is connected already
        ("microsoft", {}, {"tid": TENANT}, True),
        ("microsoft", {}, {"tid": TENANT.replace("a", "b")}, False),
        ("microsoft", {}, {}, False),
        ("classlink", {}, {"classLink_tenant_id": 77}, True),
        ("classlink", {}, {"classLink_tenant_id": "77"}, True),
        ("classlink", {}, {"classLink_tenant_id": 770}, False),
        ("classlink", {}, {}, False),
        ("clever", {}, {"district": "5f00aa"}, True),
        ("clever", {}, {"district": "5f00ab"}, False),
        ("other", {}, {}, True),
        ("other", {"tenant": "x", "tenant_claim": "org"}, {"org": "x"}, True),
        ("other", {"tenant": "x", "tenant_claim": "org"}, {}, False),
    ],
)
def test_only_people_of_the_organization_come_in(
    kind: str, settings: dict[str, Any], claims: dict[str, Any], fits: bool
):
    assert is_of(kind, settings, **claims) is fits


OF: dict[str, dict[str, Any]] = {
    "google": {"hd": "cedar.example"},
    "microsoft": {"tid": TENANT},
    "classlink": {"classLink_tenant_id": 77},
    "clever": {"district": "5f00aa"},
    "other": {},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("claims", "vouched"),
    [
        ({"email_verified": True}, True),
        ({"email_verified": True, "email": "NORA@CEDAR.EXAMPLE"}, True),
        ({}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "true"}, False),
        ({"email_verified": 1}, False),
        ({"email_verified": True, "email": "nora@sub.cedar.example"}, False),
        ({"email_verified": True, "email": "nora@cedar.example.evil.example"}, False),
        ({"email_verified": True, "email": "cedar.example"}, False),
        ({"email_verified": True, "email": ["nora@cedar.example"]}, False),
        ({"email_verified": True, "email": "nora\x00@cedar.example"}, False),
        ({"email_verified": True, "email": f"{'n' * 250}@cedar.example"}, False),
        (
            {"preferred_username": "nora@cedar.example", "email": None, "email_verified": True},
            False,
        ),
    ],
)
def test_an_address_finds_an_account_where_it_is_verified_and_in_a_domain(
    kind: str, claims: dict[str, Any], vouched: bool
):
    assert arrival(kind, **OF[kind], **claims).vouched is vouched


@pytest.mark.parametrize("kind", KINDS)
def test_a_directory_that_is_trusted_vouches_in_its_domains_alone(kind: str):
    trusted = {"trusts_addresses": True}

    assert arrival(kind, trusted, **OF[kind]).vouched
    assert not arrival(kind, trusted, **OF[kind], email="nora@other.example").vouched


@pytest.mark.parametrize(
    ("said", "vouched"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("true", True),
        (False, False),
        ("0", False),
        (None, False),
        ([], False),
    ],
)
def test_microsoft_vouches_by_a_claim_of_its_own(said: object, vouched: bool):
    assert arrival("microsoft", tid=TENANT, xms_edov=said).vouched is vouched
    assert not arrival("google", hd="cedar.example", xms_edov=said).vouched


@pytest.mark.parametrize(
    ("rule", "amr", "both"),
    [
        ("ask", ["mfa"], False),
        ("amr", ["pwd", "mfa"], True),
        ("amr", ["pwd"], False),
        ("amr", "mfa", False),
        ("amr", None, False),
        ("trust", None, True),
    ],
)
def test_the_steps_are_counted_as_the_settings_say(rule: str, amr: object, both: bool):
    assert arrival("other", {"two_steps": rule}, amr=amr).both_steps is both
