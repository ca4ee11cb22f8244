"""Signing in with a passkey: alone, as the second step, or making one if one has to have one."""

import logging

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Busy, CrrubricError, Invalid, NotFound, TooSoon
from crrubric.logs import describe_request
from crrubric.services.people.passkeys.ceremonies import Options
from crrubric.services.people.passkeys.keys import (
    add_required_passkey,
    begin_required_passkey,
    clean_key_name,
)
from crrubric.services.people.passkeys.using import (
    begin_key_sign_in,
    begin_key_step,
    complete_sign_in_with_key,
    sign_in_with_key,
)
from crrubric.web.people.account_forms import (
    AppCodeForm,
    NewPasskeyForm,
    PasskeyForm,
    SecondStepForm,
    SignInForm,
)
from crrubric.web.people.second_step import begin_anew, show_set_up
from crrubric.web.people.sign_in_page import render_sign_in_page
from crrubric.web.people.signing_in import (
    finish_required_step,
    follow_sign_in,
    render_second_step,
)
from crrubric.web.people.ways_in.parties import require_own_party
from crrubric.web.shared import resuming, session
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.errors import attach_refusal, status_of
from crrubric.web.shared.known_browsers import read_known_accounts
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")
bp = Blueprint("key_sign_in", __name__, url_prefix="/sign-in")


def tell_script(error: CrrubricError) -> ResponseReturnValue:
    """Why a passkey is not asked, in words for the page's script."""
    if isinstance(error, TooSoon):
        log.warning("too many attempts from %s at %s", request.remote_addr, describe_request())
    return jsonify(message=translate_error(error)), status_of(error)


def hand_to_script(options: Options) -> ResponseReturnValue:
    """What the page's script asks a passkey."""
    return jsonify(options=options)


@bp.post("/passkey/challenge")
@allow_everyone
def issue_sign_in_challenge() -> ResponseReturnValue:
    """Ask for whoever has a passkey: nobody says who they are."""
    try:
        address = request.remote_addr or ""
        secret = session.read_browser_secret()
        return hand_to_script(
            begin_key_sign_in(require_own_party(), address=address, secret=secret)
        )
    except (Busy, Invalid, NotFound, TooSoon) as error:
        return tell_script(error)


@bp.post("/passkey")
@allow_everyone
def submit_key_sign_in() -> ResponseReturnValue:
    """Sign in whoever the passkey belongs to; the same words for whatever is wrong."""
    form, waiting, status = PasskeyForm(), resuming.read_interrupted_form(), 422
    words = _(
        "This passkey was not taken: it may have been removed here, or have come too late. Try"
        " once more, or sign in in another way."
    )
    try:
        found = sign_in_with_key(
            require_own_party(),
            request.form.get("credential", ""),
            address=request.remote_addr or "",
            known=read_known_accounts(),
            browser=session.name_browser(),
            secret=session.read_browser_secret(),
        )
        if found is not None:
            session.begin_session(found)
            return follow_sign_in(found, next=form.next.data, waiting=waiting)
    except (Busy, Invalid, TooSoon) as error:
        words, status = translate_error(error), status_of(error)
    shown = SignInForm(formdata=None, next=form.next.data)
    shown.form_errors.append(words)
    if waiting:
        return resuming.render_sign_in_again(shown, waiting, status)
    return render_sign_in_page(shown, status)


@bp.post("/code/passkey/challenge")
@allow_everyone
def issue_step_challenge() -> ResponseReturnValue:
    """Ask for a passkey of whoever has shown the first step."""
    try:
        options = begin_key_step(
            session.find_waiting_token(), require_own_party(), address=request.remote_addr or ""
        )
        return hand_to_script(options)
    except (Busy, Invalid, NotFound, TooSoon) as error:
        return tell_script(error)


@bp.post("/code/passkey")
@allow_everyone
def submit_key_step() -> ResponseReturnValue:
    """The second step, with a passkey; after a few wrong ones the first is asked for again."""
    form, waiting, status = PasskeyForm(), resuming.read_interrupted_form(), 422
    words = _("This passkey was not taken. Try once more, or enter a code.")
    try:
        found = complete_sign_in_with_key(
            session.find_waiting_token(),
            require_own_party(),
            request.form.get("credential", ""),
            address=request.remote_addr or "",
            known=read_known_accounts(),
            browser=session.name_browser(),
        )
        if found is not None:
            session.begin_session(found)
            return follow_sign_in(found, next=form.next.data, waiting=waiting)
    except NotFound as error:
        return begin_anew(error)
    except (Busy, Invalid, TooSoon) as error:
        words, status = translate_error(error), status_of(error)
    shown = SecondStepForm(formdata=None, next=form.next.data)
    shown.form_errors.append(words)
    return render_second_step(shown, status, waiting=waiting)


@bp.post("/set-up/passkey/challenge")
@allow_everyone
def issue_required_challenge() -> ResponseReturnValue:
    """Ask the device for a first passkey."""
    try:
        clean_key_name(request.form.get("name", ""))
        token = session.find_waiting_token()
        return hand_to_script(begin_required_passkey(token, require_own_party()))
    except (Invalid, NotFound) as error:
        return tell_script(error)


@bp.post("/set-up/passkey")
@allow_everyone
def save_required_key() -> ResponseReturnValue:
    """Keep the passkey: two-step sign-in is on, and the person is in."""
    form, status, waiting = NewPasskeyForm(), 422, resuming.read_interrupted_form()
    if form.validate():
        try:
            found, codes = add_required_passkey(
                session.find_waiting_token(),
                require_own_party(),
                request.form.get("credential", ""),
                name=form.name.data,
                browser=session.name_browser(),
            )
        except NotFound as error:
            return begin_anew(error)
        except Invalid as error:
            status = attach_refusal(form, error)
        else:
            session.begin_session(found)
            return finish_required_step(found, codes, next=form.next.data, waiting=waiting)
    shown = AppCodeForm(formdata=None, next=form.next.data)
    return show_set_up(shown, status, waiting, key_form=form)
