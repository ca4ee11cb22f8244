"""Who is signed in. The cookie holds the secret of a session that lives on the server."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.clock import now_utc
from crrubric.config import settings_of
from crrubric.domain import limits
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import DatabaseUnavailable, db, login
from crrubric.logs import log_security_event
from crrubric.queries.people.identities import takes_passkeys_alone
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.people.sessions import (
    LONGEST_SESSION,
    FoundSession,
    find_session,
    find_session_owner,
    is_confirmed,
    is_in_use,
)
from crrubric.services.people.accounts import SignIn, hash_token
from crrubric.services.people.sessions import touch_session
from crrubric.web.shared.delivery.form_tokens import unmask_token
from crrubric.web.shared.known_browsers import remember_browser

TOUCH_EVERY = timedelta(minutes=limits.TOUCH_MINUTES)
LANGUAGE = "language"  # of a browser in which nobody is signed in, in the cookie
WAITING = "waiting"  # the secret of a session whose next step is missing, in the cookie
CSRF = "csrf_token"  # of forms, and in the cookie: what Flask-WTF compares
LOADED = "_login_user"  # where Flask-Login keeps who is signed in, once that was asked for
CSRF_SALT = "wtf-csrf-token"  # Flask-WTF's own


class SignedInPerson(UserMixin):
    """The signed-in person; what Flask-Login keeps of them is the secret of their session."""

    def __init__(self, found: FoundSession, token: str) -> None:
        own = found.own
        self.user = found.user
        self.token = token
        self.name = found.user.name
        self.logo = found.logo  # of the district, as what follows
        self.site_language = found.site_language
        self.site_zone = found.site_zone
        self.session_id = own.id
        self.level = own.level
        self.since = own.created_at
        self.is_confirmed = is_confirmed(own, now_utc())  # that it is still them, just now
        self.confirmed_by_key = self.is_confirmed and own.confirmed_by_key

    def left(self) -> int:
        """Seconds until the session ends for good, however busy it is."""
        return max(0, round((self.since + LONGEST_SESSION - now_utc()).total_seconds()))

    def get_id(self) -> str:
        """The session's secret: Flask-Login puts it into the signed cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Let Flask-Login ask here who is behind a cookie."""
    login.init_app(app)
    login.session_protection = None  # the session is on the server: there is nothing to compare
    login.user_loader(person_of)

    @app.context_processor
    def add_ways_in() -> dict[str, Any]:
        settings = settings_of(app)
        titles = {code: provider.title for code, provider in settings.SSO_PROVIDERS.items()}
        return {
            "ways_in": {
                "providers": titles,
                "passwords": settings.PASSWORD_SIGN_IN,
                "passkeys": takes_passkeys_alone(),
                "links": settings.SIGN_IN_LINKS,
            }
        }


def person_of(token: str) -> SignedInPerson | None:
    """The person whose session this is; None if it ended, slept too long or is too old."""
    found = find_session(db.session(), hash_token(token))
    if found is None:
        return None
    own, now = found.own, now_utc()
    if found.user.disabled_at is not None or not is_in_use(own, now):
        return None
    if now - own.seen_at > TOUCH_EVERY and not is_asked_by_itself():
        touch_session(own.id)
    return SignedInPerson(found, token)


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


def begin_session(found: SignIn) -> None:
    """Sign the browser in under a new session; of the old cookie only the language stays.

    Where a step is missing nobody is signed in yet: the cookie knows the session that waits for it.
    """
    clear_cookie()
    g.pop("csrf_token", None)  # made for the old session: Flask-WTF would hand it out once more
    if not found.is_complete:
        log_security_event("first step of signing in", found.user.id)
        session[WAITING] = found.token
        return
    begun = find_session(db.session(), hash_token(found.token))
    if begun is None:  # ended within the last millisecond: the next page asks to sign in
        return
    login_user(SignedInPerson(begun, found.token))
    log_security_event("signed in", found.user.id)
    session[CSRF] = f"{secrets.token_hex(20)}.{found.user.id}"
    remember_browser(found.user)


def read_browser_secret() -> str:
    """What this browser alone has, whether somebody is signed in or not: its forms come from it."""
    secret = session.get(CSRF)
    return secret if isinstance(secret, str) else ""


def find_waiting_token() -> str:
    """The secret of the session of this browser that waits for its next step; else empty."""
    token = session.get(WAITING)
    return token if isinstance(token, str) else ""


def name_browser() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def find_form_owner() -> int | None:
    """For whom the page was drawn whose form is sent, whoever is signed in now.

    Tokens of forms are signed by us and name the person, so that nobody else can make one.
    """
    token = unmask_token(request.form.get(CSRF, ""))
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


def keep_for_next_page(name: str, secret: Any) -> None:
    """Let the next page show a secret once, of which the database has a hash only.

    Until then it lies in the person's own signed cookie; signing in or out drops it.
    """
    session[name] = secret


def take_for_this_page(name: str, *, whose: Any = None) -> Any:
    """The secret that this page shows and none after it; None if there is none.

    Args: whose: where it was kept as a list that begins with this, one of something else stays.
    """
    kept = session.get(name)
    if whose is not None and (not kept or kept[0] != whose):
        return None
    return session.pop(name, None)


def current_person() -> SignedInPerson | None:
    """The signed-in person, or None."""
    found: Any = current_user
    return found._get_current_object() if found.is_authenticated else None


def find_loaded_user_id() -> int | None:
    """The account of the signed-in person, if the request has asked who they are."""
    person = g.get(LOADED)
    return person.user.id if isinstance(person, SignedInPerson) else None


def forget_unknown_person() -> None:
    """Take the person for a stranger, until the answer, if the database can't say who they are.

    For the page that tells of a database that does not answer: it must not ask it once more.
    """
    person = g.get(LOADED)
    try:
        if person is not None and (person.is_anonymous or person.user.name):
            return  # known; after a rollback the row was read once more
    except DatabaseUnavailable:
        db.session.rollback()
    setattr(g, LOADED, login.anonymous_user())


def current_level() -> SessionLevel:
    """How far the signed-in person has come in signing in; only behind a route that asks for it."""
    return require_person().level


def current_token() -> str:
    """The secret of the present session; only behind a route that asks for sign-in."""
    return require_person().token


def current_actor() -> Actor:
    """The signed-in person as an actor; only behind a route that asks for sign-in."""
    return actor_of(require_person().user)


def require_person() -> SignedInPerson:
    """The signed-in person. Raises: RuntimeError if nobody is, and the route let them pass."""
    signed_in = current_person()
    if signed_in is None:
        raise RuntimeError("no one is signed in: the route's access declaration is wrong")
    return signed_in
