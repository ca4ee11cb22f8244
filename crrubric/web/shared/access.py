"""Every route declares who may pass. The app refuses to start with a route that doesn't."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from flask import Flask, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.errors import PageClosed, WrongPhase
from crrubric.extensions import db
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    require,
    require_on_site,
)
from crrubric.web.shared import resuming, session
from crrubric.web.shared.page import READING, shorten_address, wants_json

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

PUBLIC = "public"
SIGNED_IN = "signed in"
# Flask's own route for files that are the same for everybody.
UNDECLARED = frozenset({"static"})


def declare_access(view: Callable[..., ResponseReturnValue], rule: str) -> None:
    """Write the route's rule where the start-up check and the tests find it."""
    view.access = rule  # type: ignore[attr-defined]  # functions take attributes


def allow_everyone(view: View[P]) -> View[P]:
    """Anybody may pass."""
    declare_access(view, PUBLIC)
    return view


def require_sign_in(view: View[P]) -> View[P]:
    """Anybody who is signed in may pass; others are sent to sign in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if session.current_person() else redirect_to_sign_in()

    declare_access(guarded, SIGNED_IN)
    return guarded


def require_permission(
    action: Action,
) -> Callable[[Callable[Concatenate[Seat, P], ResponseReturnValue]], View[P]]:
    """People of the evaluation `slug` whom the policy allows `action` now; 404 for all others.

    The view gets the person's `Seat` instead of the slug. A page that belongs to another phase
    does not exist now (404), and says why; a form that comes too late is told so (409).
    """

    def decorate(view: Callable[Concatenate[Seat, P], ResponseReturnValue]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if session.current_person() is None:
                return redirect_to_sign_in()
            evaluation = find_evaluation(db.session(), cast(str, kwargs.pop("slug")))
            try:
                seat = require(session.current_actor(), action, evaluation, db.session())
            except WrongPhase as error:
                if request.method in READING:
                    raise PageClosed(error.message, slug=evaluation.slug) from None
                raise
            return view(seat, *args, **kwargs)

        declare_access(guarded, action.value)
        return guarded

    return decorate


def require_site_permission(action: SiteAction) -> Callable[[View[P]], View[P]]:
    """People whose standing on the site allows `action`; 404 for all others."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if session.current_person() is None:
                return redirect_to_sign_in()
            require_on_site(session.current_actor(), action)
            return view(*args, **kwargs)

        declare_access(guarded, action.value)
        return guarded

    return decorate


def let_session_lapse(view: View[P]) -> View[P]:
    """A route that an open page asks by itself: it is no sign of life of a person."""
    view.lets_session_lapse = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def redirect_to_sign_in() -> ResponseReturnValue:
    """Off to the sign-in page, and back here afterwards where that is a page.

    A form that comes after its session has ended is not dropped: the same person signs in on the
    page that answers it and sends it again. A script is told in so many words.
    """
    if wants_json():
        return jsonify(message=gettext("You are signed out.")), 401
    if request.method == "POST" and (owner := session.find_lapsed_owner()) is not None:
        return resuming.ask_to_sign_in_again(owner)
    address = shorten_address(request.full_path.rstrip("?"))
    back = address if request.method in READING else None
    return redirect(url_for("account.show_sign_in", next=back), code=303)


def check_route_access(app: Flask) -> None:
    """Refuse to start if a route has no rule. Raises: RuntimeError naming it."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint not in UNDECLARED and not hasattr(view, "access"):
            raise RuntimeError(f"the route {rule.rule} ({rule.endpoint}) declares no access rule")
