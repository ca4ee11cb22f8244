"""What follows a step of signing in: the next one, or the page that was wanted."""

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.second_step import read_second_step
from crrubric.queries.people.sessions import find_session
from crrubric.services.people.accounts import SignIn, check_new_password, hash_token
from crrubric.services.people.app_secrets import read_app_secret
from crrubric.web.people.account_forms import (
    AppCodeForm,
    NewPasskeyForm,
    SecondStepForm,
    SignInForm,
)
from crrubric.web.people.two_step_pages import draw_app_secret, keep_codes
from crrubric.web.people.ways_in.parties import explain_missing_party, find_own_party
from crrubric.web.shared import resuming, session
from crrubric.web.shared.delivery.form_tokens import make_form_token
from crrubric.web.shared.page import to_local_address, wants_json
from crrubric.web.shared.words import translate_error

NEXT_STEPS = {
    SessionLevel.AWAITS_CODE: "second_step.show_second_step",
    SessionLevel.AWAITS_SET_UP: "second_step.show_required_set_up",
}


def follow_sign_in(
    found: SignIn, *, next: str | None = None, waiting: resuming.InterruptedForm | None = None
) -> ResponseReturnValue:
    """Off to the page that was wanted, the form that was interrupted, or the step that is missing.

    A script is told all of that: `go` is the address, `message` what to say of a missing step.
    """
    step = NEXT_STEPS.get(found.level)
    wanted = to_local_address(next)
    go = url_for(step, next=wanted if next else None) if step else wanted
    if wants_json():
        return jsonify(go=go, **describe_missing_step(found.level), **describe_session())
    if waiting and found.level is SessionLevel.AWAITS_CODE:
        return render_second_step(SecondStepForm(formdata=None), waiting=waiting)
    if waiting and found.level is SessionLevel.AWAITS_SET_UP:
        return render_required_set_up(AppCodeForm(formdata=None), found.user, waiting=waiting)
    if waiting:
        return offer_interrupted_form(waiting, found.user.id)
    return redirect(go, code=303)


def describe_missing_step(level: SessionLevel) -> dict[str, str]:
    """For a page left open that asks to sign in again: where a code goes, what to say."""
    if level is SessionLevel.AWAITS_CODE:
        return {"at": url_for("second_step.submit_second_step"), "message": ""}
    if level is SessionLevel.AWAITS_SET_UP:
        words = _(
            "Two-step sign-in has to be set up first: sign in to this site in another window,"
            " then come back here and choose “Sign in”."
        )
        return {"message": words}
    return {}


def offer_interrupted_form(waiting: resuming.InterruptedForm, user_id: int) -> ResponseReturnValue:
    """Let whoever typed a form send it again; nobody else reads it, and it waits for them."""
    if waiting.owner != user_id:
        return resuming.render_sign_in_again(SignInForm(formdata=None), waiting, 200)
    return resuming.render_go_on(waiting)


def finish_required_step(
    found: SignIn,
    codes: list[str],
    *,
    next: str | None,
    waiting: resuming.InterruptedForm | None,
) -> ResponseReturnValue:
    """Two-step sign-in was set up while signing in: the codes on paper, then what was wanted."""
    if waiting and waiting.owner == found.user.id:
        return resuming.render_go_on(waiting, codes=codes)
    return keep_codes(codes, next=next)


def render_second_step(
    form: SecondStepForm, status: int = 200, *, waiting: resuming.InterruptedForm | None = None
) -> ResponseReturnValue:
    """The page that asks for a code or a passkey, around the form that was interrupted."""
    found = find_session(db.session(), hash_token(session.find_waiting_token()))
    step = read_second_step(db.session(), found.user) if found else None
    party = find_own_party()
    page = render_template(
        "people/signing_in/second_step.html",
        form=form,
        step=step,
        keys=[key for key in step.passkeys if party and key.host == party.host] if step else [],
        **carry_form(waiting),
    )
    return page, status


def render_required_set_up(
    form: AppCodeForm,
    user: User,
    status: int = 200,
    *,
    waiting: resuming.InterruptedForm | None = None,
    key_form: NewPasskeyForm | None = None,
) -> ResponseReturnValue:
    """What to do with an app or a passkey, for somebody who has to, around an interrupted form."""
    page = render_template(
        "people/signing_in/required_set_up.html",
        form=form,
        key_form=key_form or NewPasskeyForm(formdata=None, next=form.next.data),
        missing=explain_missing_party(),
        user=user,
        shown=draw_app_secret(read_app_secret(db.session(), user)),
        **carry_form(waiting),
    )
    return page, status


def carry_form(waiting: resuming.InterruptedForm | None) -> dict[str, Any]:
    """The fields of an interrupted form as the page of the next step carries them along."""
    kept = [(resuming.PREFIX + name, value) for name, value in waiting.fields] if waiting else []
    return {"kept": kept, "note": waiting.note if waiting else ""}


def judge_password(user: User) -> ResponseReturnValue:
    """What is wrong with a password that the person might choose; it is stored nowhere."""
    try:
        check_new_password(db.session(), user, request.form.get("password", ""))
    except Invalid as error:
        return jsonify(problem=translate_error(error))
    return jsonify(problem="")


def describe_session() -> dict[str, Any]:
    """Who is signed in, the token of their forms, the seconds until their session ends for good."""
    found = session.current_person()
    return {
        "person": found.user.id if found else None,
        "name": found.name if found else "",
        "token": make_form_token(),
        "left": found.left() if found else 0,
    }
