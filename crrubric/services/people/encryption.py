"""Encrypting the few secrets that the database has to keep in a form that can be read again.

The key comes from the site's secret, which is not in the database: a copy of the database alone,
such as a backup that was stolen, tells nothing.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

PURPOSE = b"crrubric: secrets of authenticator apps"


def _make_cipher() -> MultiFernet:
    """It encrypts under the site's secret, and reads what is kept under the one before as well."""
    secrets = current_app.config["SECRET_KEY"], current_app.config["FORMER_SECRET_KEY"]
    return MultiFernet([_make_cipher_of(secret) for secret in secrets if secret])


def _make_cipher_of(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))


def encrypt_text(text: str) -> str:
    """What the database keeps of a text."""
    return _make_cipher().encrypt(text.encode()).decode()


def decrypt_text(kept: str) -> str | None:
    """The text again; None if the site's secret is another one than it was."""
    try:
        return _make_cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def encrypt_anew(kept: str) -> str | None:
    """The same under the site's secret of today; None if it was kept under neither that nor the
    one before."""
    try:
        return _make_cipher().rotate(kept.encode()).decode()
    except InvalidToken:
        return None
