"""What a provider says of itself: its addresses and its keys, kept for an hour."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import current_app

from crrubric.domain.people.providers import WELL_KNOWN
from crrubric.services.people.sign_on.calls import (
    ProviderUnavailable,
    fetch_object,
)
from crrubric.settings.providers import Provider, is_safe_address

KEPT = "crrubric-provider-facts"  # under which an app keeps them
FRESH = 3_600  # seconds
STALE = 86_400  # seconds for which old facts stand in for those of a provider that is down
PAUSE = 10  # seconds after which a provider that is down, or a key that is missing, is asked again
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
log = logging.getLogger("crrubric")

Json = Mapping[str, Any]


@dataclass
class KeptFact:
    """An answer of a provider, and when it was asked last."""

    value: Json | None = None
    fetched: float = 0.0
    failed: float = 0.0
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The addresses of a provider, and how it signs."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    by_post: bool  # it takes the client's secret in the form alone
    algorithms: tuple[str, ...]


def find_kept_fact(address: str) -> KeptFact:
    """Where the app that runs keeps what was found at an address."""
    facts: dict[str, KeptFact] = current_app.extensions.setdefault(KEPT, {})
    return facts.setdefault(address, KeptFact())


def fetch_fact(address: str, check: Callable[[Json], None], *, since: float = 0.0) -> Json:
    """What is at an address, from memory if it is not old.

    Whoever comes while it is asked for waits for the same answer. A provider that did not answer
    is left alone for some seconds, so that nobody's thread waits for it again.

    Args: check: raises ProviderUnavailable for an answer that can't be used; since: what was
    fetched before that moment is no help.
    """
    kept = find_kept_fact(address)
    with kept.lock:
        now = time.monotonic()
        if kept.value is not None and now - kept.fetched < FRESH and kept.fetched > since:
            return kept.value
        if not (kept.failed and now - kept.failed < PAUSE):
            try:
                found = fetch_object(address)
                check(found)
            except ProviderUnavailable as error:
                log.warning("a provider of single sign-on gives no answer: %s", error)
                kept.failed = now
            else:
                kept.value, kept.fetched, kept.failed = found, now, 0.0
                return found
        if kept.value is not None and now - kept.fetched < STALE:
            return kept.value
        raise ProviderUnavailable(f"{address} gives no answer")


def fetch_metadata(provider: Provider) -> Metadata:
    """The addresses of a provider. Raises: ProviderUnavailable."""
    found = fetch_fact(provider.address, lambda answer: check_metadata(provider, answer))
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    algorithms = found.get("id_token_signing_alg_values_supported") or []
    userinfo = found.get("userinfo_endpoint")
    return Metadata(
        issuer=found["issuer"],
        authorization=found["authorization_endpoint"],
        token=found["token_endpoint"],
        keys=found["jwks_uri"],
        userinfo=userinfo if isinstance(userinfo, str) else "",
        by_post="client_secret_basic" not in methods and "client_secret_post" in methods,
        algorithms=tuple(one for one in algorithms if isinstance(one, str)),
    )


def check_metadata(provider: Provider, found: Json) -> None:
    """Raise ProviderUnavailable where a provider describes somebody else, or nothing of use.

    The issuer is the address without its end, so that a document that names the issuer of all
    organizations, or of another one, is none.
    """
    issuer = found.get("issuer")
    expected = provider.address.removesuffix(WELL_KNOWN)
    if not isinstance(issuer, str) or issuer.rstrip("/") != expected.rstrip("/"):
        raise ProviderUnavailable(f"{provider.address} names the issuer {issuer!r}")
    for name in NEEDED:
        address = found.get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise ProviderUnavailable(f"{provider.address} has no {name} of use")


def fetch_keys(address: str, *, since: float = 0.0) -> list[Json]:
    """The keys with which a provider signs now. Args: since: older ones are no help."""
    found = fetch_fact(address, check_keys, since=since)
    return [key for key in found["keys"] if isinstance(key, dict)]


def fetch_newer_keys(address: str) -> list[Json]:
    """The keys once more, for a token whose key is not among them; not more often than PAUSE."""
    kept = find_kept_fact(address)
    if time.monotonic() - kept.fetched < PAUSE:
        return fetch_keys(address)
    return fetch_keys(address, since=kept.fetched)


def check_keys(found: Json) -> None:
    """Raise ProviderUnavailable where there is no list of keys."""
    if not isinstance(found.get("keys"), list):
        raise ProviderUnavailable("a provider gives no list of keys")
