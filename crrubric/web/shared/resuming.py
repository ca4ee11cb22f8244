"""A form whose session ended on the way: kept in the answer until the same person is back.

Nothing is stored on the server. The page that asks to sign in carries the fields along, with a
signed note of whose they are and where they were going. The session may have ended of itself, or
in another window, where somebody else may have signed in since: the token of the form tells whose
it is, and nobody else sends it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.domain import limits
from crrubric.logs import describe_request
from crrubric.web.people.account_forms import SignInForm
from crrubric.web.people.sign_in_page import render_sign_in_page
from crrubric.web.people.ways_in.parties import find_own_party
from crrubric.web.shared import session
from crrubric.web.shared.delivery.form_tokens import make_form_token
from crrubric.web.shared.errors import PASSWORDS, list_long_texts, render_error_page
from crrubric.web.shared.forms import list_offers
from crrubric.web.shared.origins import FOREIGN
from crrubric.web.shared.page import find_site_address, to_local_address, wants_json

log = logging.getLogger("crrubric")

PREFIX = "kept-"
LEFT_OUT = PASSWORDS | {"csrf_token"}
SALT = "crrubric.resuming"


@dataclass(frozen=True, slots=True)
class InterruptedForm:
    """A form on its way: whose it is, its address here, its fields as they were typed."""

    owner: int
    address: str
    fields: tuple[tuple[str, str], ...]
    note: str  # the signed note of owner and address


def init_app(app: Flask) -> None:
    """Answer forms whose token is not of the present session."""
    app.register_error_handler(CSRFError, handle_csrf_error)


def handle_csrf_error(error: CSRFError) -> ResponseReturnValue:
    """A form from elsewhere, or whose token is missing or belongs to another session."""
    if error.description == FOREIGN:
        return explain_foreign_form()
    owner, person = session.find_form_owner(), session.current_person()
    if wants_json() and owner is not None:
        return jsonify(message=_("You are signed out.")), HTTPStatus.UNAUTHORIZED
    sign_in = request.endpoint == "account.submit_sign_in"
    form = read_interrupted_form() if sign_in else make_interrupted_form(owner)
    if sign_in and form is None:
        return show_sign_in_again()
    if form is None or wants_json():
        words = _("This form is out of date. Open the page again and send it once more.")
        return render_error_page(HTTPStatus.BAD_REQUEST, words)
    if request.files:
        return redirect_to_file_form()
    if person is not None and person.user.id == form.owner:
        return render_go_on(form)
    return render_sign_in_again(SignInForm(formdata=None), form, 401)


def show_sign_in_again() -> ResponseReturnValue:
    """A sign-in page from before another window signed in or out: on to where it leads, or anew."""
    if session.current_person() is not None:
        wanted = request.form.get("next")
        go = url_for("account.show_sign_in", next=to_local_address(wanted) if wanted else None)
        if wants_json():
            words = _("This form is out of date. Open the page again and send it once more.")
            return jsonify(message=words, go=go), HTTPStatus.BAD_REQUEST
        return redirect(go, code=303)
    words = _("This page was too old and has been renewed: sign in once more.")
    if wants_json():
        return jsonify(message=words, token=make_form_token()), HTTPStatus.BAD_REQUEST
    form = SignInForm()  # with the address that was typed; no page carries a password
    form.form_errors.append(words)
    return render_sign_in_page(form, HTTPStatus.BAD_REQUEST)


def explain_foreign_form() -> ResponseReturnValue:
    """Another site sent it, or this one by a name that the settings do not know."""
    site = find_site_address()
    origin = request.origin or "a place that is not named"
    log.warning("refused a form from %r at %s", origin, describe_request())
    words = _(
        "This form was sent from another site. Open the page at %(site)s and send it once"
        " more; if this goes on, tell your IT.",
        site=site,
    )
    return render_error_page(HTTPStatus.BAD_REQUEST, words)


def ask_to_sign_in_again(owner: int) -> ResponseReturnValue:
    """The page that answers a form whose session has ended, with everything that was typed."""
    if request.files:
        return redirect_to_file_form()
    return render_sign_in_again(SignInForm(formdata=None), keep_form(owner), 401)


def make_interrupted_form(owner: int | None) -> InterruptedForm | None:
    """The form that was sent, for its owner; None if nobody knows whose it is."""
    return None if owner is None else keep_form(owner)


def keep_form(owner: int) -> InterruptedForm:
    """The form that was sent, without what no page may carry along."""
    fields = tuple(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in LEFT_OUT
    )
    address = request.full_path.rstrip("?")
    return InterruptedForm(owner, address, fields, _make_signer().dumps([owner, address]))


def redirect_to_file_form() -> ResponseReturnValue:
    """The way back to the form for a file: a page can't carry a file along, so that is said.

    What was chosen beside the file comes along in the address: the form begins with it.
    """
    chosen = {name: value for name, value in request.form.items() if name in list_offers()}
    words = _("You were signed out: the file was not saved. Sign in, then choose it again.")
    ticked = _(
        "You were signed out: the file was not saved. Sign in, then choose it again; what"
        " you had selected beside it stays selected."
    )
    flash(ticked if chosen else words, "problem")
    back = f"{request.path}?{urlencode(chosen)}" if chosen else request.path
    return redirect(url_for("account.show_sign_in", next=back), code=303)


def render_sign_in_again(
    form: SignInForm, interrupted: InterruptedForm, status: int
) -> ResponseReturnValue:
    """The sign-in form around an interrupted one; somebody else who is in reads nothing of it."""
    person = session.current_person()
    other = person.name if person and person.user.id != interrupted.owner else ""
    kept = [(PREFIX + name, value) for name, value in interrupted.fields]
    shown = render_template(
        "people/sign_in_again.html",
        form=form,
        kept=kept,
        long=[] if other else list_long_texts(interrupted.fields),
        note=interrupted.note,
        other=other,
        keyed=find_own_party() is not None,
    )
    return shown, status


def render_go_on(interrupted: InterruptedForm, *, codes: Sequence[str] = ()) -> ResponseReturnValue:
    """The form once more for whoever typed it, signed in again: nothing is sent by itself.

    Args: codes: recovery codes that were made on the way, and are shown nowhere else.
    """
    shown = render_template(
        "people/go_on.html",
        address=to_local_address(interrupted.address),
        kept=interrupted.fields,
        long=list_long_texts(interrupted.fields),
        codes=codes,
    )
    return shown, 200


def read_interrupted_form() -> InterruptedForm | None:
    """The interrupted form that the present sign-in carries, if its note is ours and not old."""
    note = request.form.get("interrupted", "")
    if not note:
        return None
    try:
        owner, address = _make_signer().loads(note, max_age=limits.SESSION_HOURS * 3600)
    except BadSignature:
        return None
    fields = tuple(
        (name.removeprefix(PREFIX), value)
        for name, values in request.form.lists()
        for value in values
        if name.startswith(PREFIX)
    )
    return InterruptedForm(owner, address, fields, note)


def _make_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)
