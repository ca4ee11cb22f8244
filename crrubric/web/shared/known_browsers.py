"""Which accounts a browser has signed in to: a signed cookie for each, kept for a year.

It is no session and opens nothing. Somebody who guesses passwords of an account slows everybody
down for it, but never a browser that shows such a cookie. A new password makes it worthless.
"""

from collections.abc import Iterator

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.models import User
from crrubric.services.people.accounts import Known

SALT = "crrubric.known-browsers"
LASTS = limits.KNOWN_BROWSER_DAYS * 24 * 3600  # seconds


def read_known_accounts() -> Known:
    """(account, its version) of every cookie that is ours and not too old."""
    return frozenset(_read_cookies())


def _read_cookies() -> Iterator[tuple[int, int]]:
    begin = _name_cookie("")
    for name, value in request.cookies.items():
        if not name.startswith(begin):
            continue
        try:
            user_id, version = _make_cookie_signer().loads(value, max_age=LASTS)
        except (BadSignature, TypeError, ValueError):
            continue
        yield user_id, version


def remember_browser(user: User) -> None:
    """Let the answer to this request carry the cookie for the account."""
    name = _name_cookie(str(user.id))
    value = _make_cookie_signer().dumps([user.id, user.sign_in_version])
    secure = current_settings().BEHIND_TLS

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            name, value, max_age=LASTS, httponly=True, secure=secure, samesite="Lax"
        )
        return response


def _name_cookie(account: str) -> str:
    prefix = "__Host-" if current_settings().BEHIND_TLS else ""
    return f"{prefix}crrubric-known-{account}"


def _make_cookie_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)
