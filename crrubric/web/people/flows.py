"""What a browser keeps of a sign-in by a provider: a signed cookie for each, for some minutes.

Who comes back must be who went: the state in the address and the cookie belong together, so that
nobody can be signed in with what somebody else has begun. Each window has a cookie of its own.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import Response, after_this_request, current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.people.providers import Arrival
from crrubric.services.people.sign_on.flow import Flow

LASTS = limits.FLOW_MINUTES * 60  # seconds
MOST = 5  # at the same time in one browser
CONNECTING = "connecting"  # who waits to be connected with an account, in the session's cookie
NEXT = 500  # characters of the address that was wanted; a longer one leads home


def keep_flow(flow: Flow) -> None:
    """Let the answer to this request carry the cookie of a sign-in, and drop the oldest."""
    name, value = name_flow(flow.state), make_signer("flow").dumps(asdict(flow))
    others = sorted(read_flow_times().items(), key=lambda item: item[1], reverse=True)

    @after_this_request
    def set_cookies(response: Response) -> Response:
        set_flow_cookie(response, name, value)
        for old, _since in others[MOST - 1 :]:
            drop_flow_cookie(response, old)
        return response


def take_flow(code: str, state: str) -> Flow | None:
    """The sign-in of this browser that comes back with this state, once; None if it has none."""
    name = name_flow(state)
    value = request.cookies.get(name)
    if not state or value is None:
        return None

    @after_this_request
    def drop_cookie(response: Response) -> Response:
        drop_flow_cookie(response, name)
        return response

    found = read_signed("flow", value)
    if found is None or (found["state"], found["provider"]) != (state, code):
        return None
    return Flow(**found)


def read_flow_times() -> dict[str, datetime]:
    """Cookie -> since when, of the sign-ins that are under way in this browser."""
    begin, found = name_flow_prefix(), {}
    for name, value in request.cookies.items():
        if name.startswith(begin):
            try:
                _flow, since = make_signer("flow").loads(
                    value, max_age=LASTS, return_timestamp=True
                )
            except BadSignature:
                since = datetime.min  # noqa: DTZ901  # the first to go
            found[name] = since.replace(tzinfo=None)
    return found


def keep_arrival(arrival: Arrival) -> None:
    """Remember whom a provider has sent until they have shown the account's password."""
    session[CONNECTING] = make_signer("connecting").dumps(asdict(arrival))


def read_arrived() -> Arrival | None:
    """Whom a provider has sent to this browser in the last minutes, to be connected."""
    found = read_signed("connecting", str(session.get(CONNECTING, "")))
    return None if found is None else Arrival(**found)


def shorten_next(wanted: str) -> str:
    """The address that was wanted, if a cookie can carry it."""
    return wanted if len(wanted) <= NEXT else ""


def read_signed(purpose: str, value: str) -> Mapping[str, Any] | None:
    """What we have signed for a purpose; None if we have not, or too long ago."""
    try:
        found: Mapping[str, Any] = make_signer(purpose).loads(value, max_age=LASTS)
    except BadSignature:
        return None
    return found


def make_signer(purpose: str) -> URLSafeTimedSerializer:
    """Signs for one purpose: what is signed for another is not taken."""
    secret = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(secret, salt=f"crrubric.provider.{purpose}")


def name_flow_prefix() -> str:
    """How the names of these cookies begin."""
    return f"{'__Host-' if current_settings().BEHIND_TLS else ''}crrubric-flow-"


def name_flow(state: str) -> str:
    """The cookie of the sign-in with this state."""
    return name_flow_prefix() + sha256(state.encode()).hexdigest()[:16]


def set_flow_cookie(response: Response, name: str, value: str) -> None:
    """Lax: it comes along when the provider's page leads back here."""
    secure = current_settings().BEHIND_TLS
    response.set_cookie(name, value, max_age=LASTS, httponly=True, secure=secure, samesite="Lax")


def drop_flow_cookie(response: Response, name: str) -> None:
    """Let the browser forget it."""
    secure = current_settings().BEHIND_TLS
    response.delete_cookie(name, httponly=True, secure=secure, samesite="Lax")
