"""Which accounts a browser has signed in to: a signed cookie for each, kept for a year.

It is no session and opens nothing. Somebody who guesses passwords of an account slows everybody
down for it, but never a browser that shows such a cookie. A new password makes it worthless. On a
computer that many use only the latest are kept: a server before ours may refuse long headers.
"""

from datetime import datetime

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.models import User
from crrubric.services.people.accounts import Known

SALT = "crrubric.known-browsers"
LASTS = limits.KNOWN_BROWSER_DAYS * 24 * 3600  # seconds
MOST = 10  # in one browser
Claim = tuple[int, int]  # an account, and its version


def read_known_accounts() -> Known:
    """(account, its version) of every cookie that is ours and not too old."""
    return frozenset(claim for claim, _since in _read_cookies().values())


def _read_cookies() -> dict[str, tuple[Claim, datetime]]:
    """Name -> what the cookie says, and since when, of those that are ours and not too old."""
    begin, found = _name_cookie(""), {}
    for name, value in request.cookies.items():
        if not name.startswith(begin):
            continue
        try:
            claim, since = _make_cookie_signer().loads(value, max_age=LASTS, return_timestamp=True)
        except BadSignature:
            continue
        found[name] = (tuple(claim), since)
    return found


def remember_browser(user: User) -> None:
    """Let the answer to this request carry the cookie for the account, and drop the oldest."""
    name = _name_cookie(str(user.id))
    value = _make_cookie_signer().dumps([user.id, user.sign_in_version])
    secure = current_settings().BEHIND_TLS
    others = {key: since for key, (_claim, since) in _read_cookies().items() if key != name}
    newest = sorted(others, key=lambda key: others[key], reverse=True)

    @after_this_request
    def set_cookies(response: Response) -> Response:
        response.set_cookie(
            name, value, max_age=LASTS, httponly=True, secure=secure, samesite="Lax"
        )
        for old in newest[MOST - 1 :]:
            response.delete_cookie(old, httponly=True, secure=secure, samesite="Lax")
        return response


def _name_cookie(account: str) -> str:
    prefix = "__Host-" if current_settings().BEHIND_TLS else ""
    return f"{prefix}crrubric-known-{account}"


def _make_cookie_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)
