"""The second step of signing in: entering a code, or setting up what shows codes if one has to."""

import logging

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crrubric.domain.errors import Invalid, NotFound, TooSoon
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import db
from crrubric.logs import describe_request, log_security_event
from crrubric.services.people.alarms import warn_of_wrong_codes
from crrubric.services.people.second_step import (
    WRONG_CODE,
    complete_sign_in,
    confirm_required_authenticator,
    find_waiting_session,
)
from crrubric.web.people.account_forms import AppCodeForm, NewPasskeyForm, SecondStepForm
from crrubric.web.people.signing_in import (
    finish_required_step,
    follow_sign_in,
    render_required_set_up,
    render_second_step,
)
from crrubric.web.shared import resuming, session
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import attach_error, join_form_errors
from crrubric.web.shared.known_browsers import read_known_accounts
from crrubric.web.shared.page import wants_json
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")
bp = Blueprint("second_step", __name__, url_prefix="/sign-in")


@bp.get("/code")
@allow_everyone
def show_second_step() -> ResponseReturnValue:
    """Asks for a code; whoever has not shown a password yet begins with that."""
    try:
        find_waiting_session(db.session(), session.find_waiting_token(), SessionLevel.AWAITS_CODE)
    except NotFound as error:
        return begin_anew(error)
    return render_second_step(SecondStepForm(next=request.args.get("next", "")))


def begin_anew(error: NotFound) -> ResponseReturnValue:
    """Back to the password, with the reason."""
    if wants_json():
        return jsonify(message=translate_error(error), at=""), 422
    if session.current_person() is None:
        flash(translate_error(error), "problem")
    go = url_for("account.show_sign_in", next=request.values.get("next") or None)
    return redirect(go, code=303)


@bp.post("/code")
@allow_everyone
def submit_second_step() -> ResponseReturnValue:
    """Check the code; after a few wrong ones the password is asked for again."""
    form, waiting = SecondStepForm(), resuming.read_interrupted_form()
    if not form.validate():
        return refuse_code(form, 422, waiting)
    token, address = session.find_waiting_token(), request.remote_addr or ""
    known = read_known_accounts()
    try:
        found = complete_sign_in(
            token,
            form.step_code.data,
            address=address,
            known=known,
            browser=session.name_browser(),
        )
    except TooSoon as error:
        log.warning("too many attempts from %s at %s", request.remote_addr, describe_request())
        form.form_errors.append(translate_error(error))
        return refuse_code(form, 429, waiting)
    except NotFound as error:
        return begin_anew(error)
    if found is None:
        log_security_event("wrong code")
        warn_of_wrong_codes(token, address=address, known=known)
        attach_error(form, WRONG_CODE)
        return refuse_code(form, 422, waiting)
    session.begin_session(found)
    return follow_sign_in(found, next=form.next.data, waiting=waiting)


def refuse_code(
    form: SecondStepForm, status: int, waiting: resuming.InterruptedForm | None
) -> ResponseReturnValue:
    """The form again, with what is wrong."""
    if wants_json():
        return jsonify(message=join_form_errors(form)), status
    return render_second_step(form, status, waiting=waiting)


@bp.get("/set-up")
@allow_everyone
def show_required_set_up() -> ResponseReturnValue:
    """What to do with an authenticator app, for whoever has to sign in with two steps."""
    return show_set_up(AppCodeForm(next=request.args.get("next", "")), 200)


def show_set_up(
    form: AppCodeForm,
    status: int,
    waiting: resuming.InterruptedForm | None = None,
    *,
    key_form: NewPasskeyForm | None = None,
) -> ResponseReturnValue:
    """The secret for the app and the form for its first code, and the form for a passkey."""
    try:
        token = session.find_waiting_token()
        user = find_waiting_session(db.session(), token, SessionLevel.AWAITS_SET_UP).user
    except NotFound as error:
        return begin_anew(error)
    return render_required_set_up(form, user, status, waiting=waiting, key_form=key_form)


@bp.post("/set-up")
@allow_everyone
def save_required_set_up() -> ResponseReturnValue:
    """The app shows a code: two-step sign-in is on, and the person is in."""
    form, status, waiting = AppCodeForm(), 422, resuming.read_interrupted_form()
    if form.validate():
        try:
            found, codes = confirm_required_authenticator(
                session.find_waiting_token(),
                form.step_code.data,
                address=request.remote_addr or "",
                known=read_known_accounts(),
                browser=session.name_browser(),
            )
        except NotFound as error:
            return begin_anew(error)
        except (Invalid, TooSoon) as error:
            status = attach_refusal(form, error)
        else:
            session.begin_session(found)
            return finish_required_step(found, codes, next=form.next.data, waiting=waiting)
    return show_set_up(form, status, waiting)
