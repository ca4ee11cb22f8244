"""Verifying what a provider says of somebody: by whom it is signed, for whom, and for how long."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from crrubric.domain import limits
from crrubric.domain.people.providers import KINDS
from crrubric.services.people.sign_on.facts import (
    Json,
    Metadata,
    fetch_keys,
    fetch_newer_keys,
)
from crrubric.settings.providers import Provider

SKEW = 60  # seconds by which two clocks may differ
# Signed with a key that the provider alone has: never "none", never with a secret that two have.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
log = logging.getLogger("crrubric")


class TokenRefused(Exception):
    """A token does not show who somebody is; its text is for the log."""


def verify_id_token(
    provider: Provider, metadata: Metadata, token: str, *, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of an ID token that is good. Raises: TokenRefused; ProviderUnavailable."""
    from joserfc.errors import JoseError

    try:
        claims, header = check_signature(metadata, token)
        check_claims(provider, metadata, claims, header, nonce=nonce, access_token=access_token)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise TokenRefused(f"{type(error).__name__}: {error}") from error
    return claims


def check_signature(metadata: Metadata, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(claims, header) of a token that one of the provider's keys has signed."""
    from joserfc import jws, jwt

    header = jws.extract_compact(token.encode()).headers()
    allowed = [one for one in ALGORITHMS if one in metadata.algorithms or not metadata.algorithms]
    if header.get("alg") not in allowed:
        raise TokenRefused(f"signed by {header.get('alg')!r}")
    key = find_key(metadata, header)
    found = jwt.decode(
        token, key, registry=jws.JWSRegistry(algorithms=allowed, strict_check_header=False)
    )
    return dict(found.claims), dict(found.header)


def find_key(metadata: Metadata, header: Mapping[str, Any]) -> Any:
    """The key that a header names; the provider is asked once more where it is not known.

    Raises: TokenRefused if there is none.
    """
    kid = header.get("kid")
    found = choose_key(fetch_keys(metadata.keys), kid) or choose_key(
        fetch_newer_keys(metadata.keys), kid
    )
    if found is None:
        raise TokenRefused(f"signed with the key {kid!r}, which is none of the provider’s")
    return import_public_key(found)


def choose_key(keys: list[Json], kid: object) -> Json | None:
    """The key of this name; without a name, the only one that signs."""
    signing = [
        key for key in keys if key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    if kid is None:
        return signing[0] if len(signing) == 1 else None
    return next((key for key in signing if key.get("kid") == kid), None)


def import_public_key(key: Json) -> Any:
    """A key as the package takes it; of its parts only those that are public."""
    from joserfc.jwk import import_key as import_any_key

    public = {name: value for name, value in key.items() if name not in {"x5c", "x5t", "x5u"}}
    return import_any_key(public)


def check_claims(
    provider: Provider,
    metadata: Metadata,
    claims: dict[str, Any],
    header: dict[str, Any],
    *,
    nonce: str,
    access_token: str,
) -> None:
    """Raise where a token is somebody else's, for somebody else, of another sign-in, or old."""
    from authlib.oidc.core import CodeIDToken

    now = int(time.time())
    max_age = provider.max_age_minutes * 60
    token = CodeIDToken(
        claims,
        header,
        {
            "iss": {"essential": True, "values": list_issuers(provider, metadata)},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": provider.client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        {
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": access_token,
            "max_age": max_age,
        },
    )
    token.validate(now=now, leeway=SKEW)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= limits.SUBJECT:
        raise TokenRefused("the subject is no text of a usual length")
    if max_age and not now - max_age - SKEW <= claims["auth_time"] <= now + SKEW:
        raise TokenRefused("the person signed in to the provider too long ago")
    claims["iss"] = metadata.issuer  # one spelling, whichever the token has


def list_issuers(provider: Provider, metadata: Metadata) -> list[str]:
    """How the provider may spell its own name in a token."""
    also = KINDS[provider.kind].issuer
    return [metadata.issuer, *([also] if also else [])]
