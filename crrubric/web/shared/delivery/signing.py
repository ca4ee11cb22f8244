"""Cookies and tokens of forms are signed by HMAC-SHA-256, whichever library makes them.

itsdangerous, and Flask and Flask-WTF with it, take SHA-1 where nobody says more. What an earlier
version signed so is still read, until it ends: nobody is signed out by an upgrade, and no form
that waits is lost.
"""

import hashlib
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Serializer, Signer

FORMER: list[dict[str, Any] | tuple[type[Signer], dict[str, Any]] | type[Signer]] = [
    {"digest_method": hashlib.sha1},
    {"digest_method": hashlib.sha1, "key_derivation": "hmac"},  # Flask's cookie
]


class CookieSession(SecureCookieSessionInterface):
    """Flask's session in a cookie."""

    digest_method = staticmethod(hashlib.sha256)


def init_app(app: Flask) -> None:
    """Sign what the app hands out; the libraries have these choices at their classes."""
    Signer.default_digest_method = staticmethod(hashlib.sha256)
    Serializer.default_fallback_signers = FORMER
    app.session_interface = CookieSession()
