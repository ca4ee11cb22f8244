"""Signing in by a provider: there, back, and the password that an account has to be shown once."""

import logging

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Busy, Invalid, NotLetIn, Stale, TooSoon
from crrubric.domain.people.providers import Arrival, read_arrival
from crrubric.domain.translation import N_
from crrubric.logs import log_security_event
from crrubric.services.people.alarms import warn_of_wrong_passwords
from crrubric.services.people.attempts import (
    AttemptStep,
    begin_return,
    forget_return,
    spend_state,
)
from crrubric.services.people.sign_on.calls import ProviderUnavailable
from crrubric.services.people.sign_on.flow import (
    CodeRefused,
    Flow,
    begin_flow,
    fetch_claims,
    find_provider,
    make_provider_address,
)
from crrubric.services.people.sign_on.id_tokens import TokenRefused
from crrubric.services.people.sign_on.identities import (
    confirm_session_by_provider,
    connect_account,
    find_account_to_connect,
    sign_in_by_provider,
)
from crrubric.services.people.ways_in import takes_passwords
from crrubric.web.people.account_forms import ConnectForm
from crrubric.web.people.flows import (
    keep_arrival,
    keep_flow,
    read_arrived,
    shorten_next,
    take_flow,
)
from crrubric.web.people.signing_in import follow_sign_in
from crrubric.web.shared import session
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.errors import attach_refusal, status_of
from crrubric.web.shared.known_browsers import read_known_accounts
from crrubric.web.shared.page import to_local_address
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")
bp = Blueprint("provider_sign_in", __name__, url_prefix="/sign-in")
RETRY = 30  # seconds after which a provider that gave no answer may give one
ENDED = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})


@bp.get("/with/<code>")
@allow_everyone
def begin_provider_sign_in(code: str) -> ResponseReturnValue:
    """Off to the provider. It stores nothing but a cookie: where it ends is decided on the way
    back, and only in this browser."""
    find_provider(code)
    wanted = shorten_next(request.args.get("next", ""))
    if session.current_person():
        return redirect(to_local_address(wanted), code=303)
    return send_to_provider(code, next=wanted)


def send_to_provider(code: str, *, next: str, confirms: int = 0) -> ResponseReturnValue:
    """Off to the provider. Args: confirms: the account of who is signed in here already, or 0."""
    provider, flow = find_provider(code), begin_flow(code, next=next, confirms=confirms)
    try:
        address = make_provider_address(flow)
    except ProviderUnavailable as error:
        return tell_unavailable(code, error, next=next)
    except Busy as error:
        return tell_problem(code, translate_error(error), 503, next=next, seconds=error.seconds)
    log.info("a sign-in with %s begins", provider.title)
    keep_flow(flow)
    return redirect(address, code=303)


@bp.get("/with/<code>/back")
@allow_everyone
def finish_provider_sign_in(code: str) -> ResponseReturnValue:
    """Where the provider sends people back to: sign them in, or say what to do next."""
    find_provider(code)
    flow = take_flow(code, request.args.get("state", ""))
    if flow is None or not spend_state(flow.state):
        words = _(
            "This sign-in was begun in another browser, too long ago, or is over already. Sign in"
            " once more."
        )
        return tell_problem(code, words, 400)
    if "code" not in request.args:
        return tell_refusal_of_provider(flow, request.args.get("error", ""))
    try:
        begin_return(request.remote_addr or "")
        claims = fetch_claims(flow, request.args["code"], issuer=request.args.get("iss", ""))
        forget_return(request.remote_addr or "")
        arrival = read_arrival(code, find_provider(code), claims)
        return take_arrival(flow, arrival)
    except ProviderUnavailable as error:
        forget_return(request.remote_addr or "")  # nobody here can help it
        return tell_unavailable(code, error, next=flow.next)
    except (CodeRefused, TokenRefused) as error:
        log_security_event("a provider's answer that proves nothing")
        return tell_unverified(flow, error)
    except (Invalid, NotLetIn, Stale, TooSoon) as error:
        log_security_event("known to a provider and not let in")
        return tell_problem(code, translate_error(error), status_of(error), next=flow.next)
    except Busy as error:
        forget_return(request.remote_addr or "")
        words = translate_error(error)
        return tell_problem(code, words, 503, next=flow.next, seconds=error.seconds)


def take_arrival(flow: Flow, arrival: Arrival) -> ResponseReturnValue:
    """Sign in whoever has come, or let them confirm, or connect an account first.

    Raises: Invalid; NotLetIn; Stale.
    """
    if flow.confirms:
        return finish_confirmation(flow, arrival)
    found = sign_in_by_provider(arrival, browser=session.name_browser())
    if found is None:
        keep_arrival(arrival)
        go = url_for("provider_sign_in.show_connect_form", next=flow.next or None)
        return redirect(go, code=303)
    session.begin_session(found)
    return follow_sign_in(found, next=flow.next)


def finish_confirmation(flow: Flow, arrival: Arrival) -> ResponseReturnValue:
    """Somebody who is signed in here has signed in there once more.

    Raises: NotLetIn if that was somebody else; Invalid for who has a password by now; Stale if
    nobody is signed in here any more.
    """
    person = session.current_person()
    if person is None or person.user.id != flow.confirms:
        raise Stale(N_("You were signed out meanwhile: sign in once more."))
    actor, token = session.current_actor(), session.current_token()
    confirm_session_by_provider(actor, arrival, token=token)
    return redirect(to_local_address(flow.next), code=303)


def tell_problem(
    code: str, words: str, status: int, *, next: str = "", seconds: int = 0
) -> Response:
    """The page that says what went wrong, with the ways to try again."""
    other = url_for("account.show_sign_in", next=next or None)
    page = render_template(
        "people/signing_in/provider_problem.html",
        title=find_provider(code).title,
        words=words,
        again=url_for("provider_sign_in.begin_provider_sign_in", code=code, next=next or None),
        other=other,
        here=lambda: other,  # the address of this page holds what works once
        passwords=takes_passwords(),
    )
    response = make_response(page, status)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def tell_unavailable(code: str, error: ProviderUnavailable, *, next: str) -> Response:
    """The provider gives no answer of use: later, or in another way."""
    log.warning("sign-in with %s is not possible: %s", code, error)
    words = _(
        "%(provider)s can’t be reached, or gives no answer that this site can use. Try again in a"
        " minute; if it goes on, tell your IT.",
        provider=find_provider(code).title,
    )
    return tell_problem(code, words, 503, next=next, seconds=RETRY)


def tell_unverified(flow: Flow, error: Exception) -> Response:
    """What came back does not show who somebody is."""
    log.warning("a sign-in with %s was refused: %s", flow.provider, error)
    words = _(
        "What %(provider)s sent back could not be verified. Sign in once more; if it goes on, tell"
        " your IT.",
        provider=find_provider(flow.provider).title,
    )
    return tell_problem(flow.provider, words, 400, next=flow.next)


def tell_refusal_of_provider(flow: Flow, error: str) -> Response:
    """The provider sent somebody back without a sign-in."""
    title = find_provider(flow.provider).title
    if error in ENDED:
        words = _("You did not finish signing in with %(provider)s.", provider=title)
    else:
        log.warning("%s refuses a sign-in: %.200r", flow.provider, error)
        words = _(
            "%(provider)s did not sign you in. Try once more; if it goes on, tell your IT.",
            provider=title,
        )
    return tell_problem(flow.provider, words, 400, next=flow.next)


@bp.get("/connect")
@allow_everyone
def show_connect_form() -> ResponseReturnValue:
    """There is an account with a password already: whoever knows it connects the two."""
    arrival = read_arrived()
    if arrival is None:
        return redirect(url_for("account.show_sign_in", next=request.args.get("next")), code=303)
    try:
        form = make_connect_form(arrival)
    except Stale as error:
        return tell_problem(arrival.provider, translate_error(error), status_of(error))
    form.next.data = request.args.get("next", "")
    return render_connect_form(form, arrival, 200)


def make_connect_form(arrival: Arrival) -> ConnectForm:
    """The form with what the account asks for. Raises: Stale if there is none to connect."""
    user, asks_code = find_account_to_connect(arrival)
    form = ConnectForm()
    if user.password_hash is None:
        del form.password
    if not asks_code:
        del form.step_code
    return form


def render_connect_form(form: ConnectForm, arrival: Arrival, status: int) -> ResponseReturnValue:
    """The form with the address of the account."""
    page = render_template(
        "people/signing_in/connect.html",
        form=form,
        email=arrival.email,
        title=arrival.title,
        passwords=takes_passwords(),
    )
    return page, status


@bp.post("/connect")
@allow_everyone
def save_connection() -> ResponseReturnValue:
    """Connect the account with whoever has come, and sign in."""
    arrival = read_arrived()
    if arrival is None:
        return redirect(url_for("account.show_sign_in"), code=303)
    try:
        form = make_connect_form(arrival)
        return send_connection(form, arrival)
    except (NotLetIn, Stale) as error:
        log_security_event("known to a provider and not let in")
        return tell_problem(arrival.provider, translate_error(error), status_of(error))


def send_connection(form: ConnectForm, arrival: Arrival) -> ResponseReturnValue:
    """What follows the form. Raises: NotLetIn; Stale."""
    if not form.validate():
        return render_connect_form(form, arrival, 422)
    try:
        found = connect_account(
            arrival,
            password=form.password.data if form.password else "",
            code=form.step_code.data if form.step_code else "",
            address=request.remote_addr or "",
            known=read_known_accounts(),
            browser=session.name_browser(),
        )
    except Invalid as error:
        warn_owner(arrival, AttemptStep.CODE)
        return render_connect_form(form, arrival, attach_refusal(form, error))
    except TooSoon as error:
        log.warning("too many attempts from %s at %s", request.remote_addr, request.path)
        return render_connect_form(form, arrival, attach_refusal(form, error))
    except Busy as error:
        status = attach_refusal(form, error)
        response = make_response(render_connect_form(form, arrival, status))
        response.headers["Retry-After"] = str(error.seconds)
        return response
    if found is None:
        warn_owner(arrival, AttemptStep.FIRST)
        form.password.errors = [_("This is not the password of that account.")]
        return render_connect_form(form, arrival, 422)
    session.begin_session(found)
    return follow_sign_in(found, next=form.next.data)


def warn_owner(arrival: Arrival, step: AttemptStep) -> None:
    """Somebody knows the provider’s account, but not what is asked for here."""
    warn_of_wrong_passwords(
        arrival.email, address=request.remote_addr or "", known=read_known_accounts(), step=step
    )
