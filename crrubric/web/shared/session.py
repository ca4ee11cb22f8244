"""Who is signed in. The cookie holds the secret of a session that lives on the server."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.extensions import db, login
from crrubric.models import User
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.people.sessions import find_session, find_session_owner
from crrubric.services.people.accounts import hash_token
from crrubric.services.people.sessions import touch_session
from crrubric.web.shared.known_browsers import remember_browser

TOUCH_EVERY = timedelta(minutes=limits.TOUCH_MINUTES)
LANGUAGE = "language"  # of a browser in which nobody is signed in, in the cookie
CSRF = "csrf_token"  # of forms, and in the cookie: what Flask-WTF compares
CSRF_SALT = "wtf-csrf-token"  # Flask-WTF's own


class SignedInPerson(UserMixin):
    """The signed-in person; what Flask-Login keeps of them is the secret of their session."""

    def __init__(self, user: User, token: str, since: datetime) -> None:
        self.user = user
        self.token = token
        self.name = user.name
        self.since = since

    def left(self) -> int:
        """Seconds until the session ends for good, however busy it is."""
        end = self.since + timedelta(hours=limits.SESSION_HOURS)
        return max(0, round((end - now_utc()).total_seconds()))

    def get_id(self) -> str:
        """The session's secret: Flask-Login puts it into the signed cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Let Flask-Login ask here who is behind a cookie."""
    login.init_app(app)
    login.session_protection = None  # the session is on the server: there is nothing to compare
    login.user_loader(person_of)


def person_of(token: str) -> SignedInPerson | None:
    """The person whose session this is; None if it ended, slept too long or is too old."""
    row = find_session(db.session(), hash_token(token))
    if row is None:
        return None
    own, user = row
    now = now_utc()
    if (
        own.ended_at is not None
        or user.disabled_at is not None
        or now - own.seen_at > timedelta(minutes=limits.IDLE_MINUTES)
        or now - own.created_at > timedelta(hours=limits.SESSION_HOURS)
    ):
        return None
    if now - own.seen_at > TOUCH_EVERY and not is_asked_by_itself():
        touch_session(own.id)
    return SignedInPerson(user, token, own.created_at)


def is_asked_by_itself() -> bool:
    """Whether the page asked this, not a person: then the session ends as if nobody had asked."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "lets_session_lapse", False)


def find_lapsed_owner() -> int | None:
    """Whose session the cookie names although it ended: what they typed is kept for them alone."""
    token = session.get("_user_id")
    if not isinstance(token, str):
        return None
    return find_session_owner(db.session(), hash_token(token))


def begin_session(user: User, token: str) -> None:
    """Sign the browser in under a new session; of the old cookie only the language stays."""
    clear_cookie()
    g.pop("csrf_token", None)  # made for the old session: Flask-WTF would hand it out once more
    login_user(SignedInPerson(user, token, now_utc()))
    session[CSRF] = f"{secrets.token_hex(20)}.{user.id}"
    remember_browser(user)


def find_form_owner() -> int | None:
    """For whom the page was drawn whose form is sent, whoever is signed in now.

    Tokens of forms are signed by us and name the person, so that nobody else can make one.
    """
    token = request.form.get(CSRF, "")
    try:
        secret = URLSafeTimedSerializer(current_app.secret_key or "", salt=CSRF_SALT).loads(token)
    except BadSignature:
        return None
    owner = str(secret).partition(".")[2]
    return int(owner) if owner.isdecimal() else None


def forget_session() -> str | None:
    """Forget the browser's session and give its secret, for the caller to end it for good."""
    token: str | None = current_user.get_id() if current_user.is_authenticated else None
    logout_user()
    clear_cookie()
    return token


def clear_cookie() -> None:
    """Drop whatever the cookie holds, except the language."""
    language = session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language


def current_person() -> SignedInPerson | None:
    """The signed-in person, or None."""
    found: Any = current_user
    return found._get_current_object() if found.is_authenticated else None


def current_actor() -> Actor:
    """The signed-in person as an actor; only behind a route that asks for sign-in."""
    signed_in = current_person()
    if signed_in is None:
        raise RuntimeError("no one is signed in: the route's access declaration is wrong")
    return actor_of(signed_in.user)
