"""Tokens of forms, under another mask in each page.

Pages are sent compressed, and a compressed page is the shorter the more of it repeats itself.
Whoever can let a browser ask for pages that hold words of theirs, and sees how long the answers
are, finds out letter by letter what else stands in each of them (BREACH): the token of its forms.
Under a new mask it is another text each time. Source: breachattack.com, "Masking secrets".
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import shake_128

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect, generate_csrf

MASKED = "~"  # what begins with it is masked; a token never does
SEED = 16  # bytes that a mask is made of


def mask_token(token: str) -> str:
    """The token as another text each time."""
    seed = secrets.token_bytes(SEED)
    return MASKED + urlsafe_b64encode(seed + mix(token.encode(), seed)).decode().rstrip("=")


def unmask_token(text: str) -> str:
    """The token that was masked; a text that is no masked token is given back as it is."""
    if not text.startswith(MASKED):
        return text
    packed = text.removeprefix(MASKED)
    try:
        raw = urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return mix(raw[SEED:], raw[:SEED]).decode()
    except ValueError:  # none of ours: it is refused as any other text is
        return text


def mix(data: bytes, seed: bytes) -> bytes:
    """The data under the mask, or out from under it."""
    size = len(data)
    mask = int.from_bytes(shake_128(seed).digest(size), "big")
    return (int.from_bytes(data, "big") ^ mask).to_bytes(size, "big")


def make_form_token() -> str:
    """The token for the forms of this page, the same in all of them."""
    token = generate_csrf()
    made: tuple[str, str] | None = g.get("masked_token")
    if made is None or made[0] != token:  # signing in makes a new one half-way
        made = g.masked_token = (token, mask_token(token))
    return made[1]


class MaskingCSRFProtect(CSRFProtect):
    """Flask-WTF's check of forms, whose tokens are masked."""

    def init_app(self, app: Flask) -> None:
        """Check the forms of the app, and let templates write masked tokens."""
        super().init_app(app)
        app.context_processor(lambda: {"csrf_token": make_form_token})
        app.jinja_env.globals["csrf_token"] = make_form_token

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return unmask_token(token) if token else None


csrf = MaskingCSRFProtect()
