"""How one signs in: two steps or one, and the browsers in which one is signed in."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.errors import Busy, Invalid, Stale, TooSoon
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.identities import NamedIdentity, is_only_way_in, list_identities
from crrubric.queries.people.second_step import read_second_step
from crrubric.queries.people.sessions import list_sessions_in_use
from crrubric.services.people.app_secrets import read_app_secret
from crrubric.services.people.own_sessions import end_other_own_sessions, end_own_session
from crrubric.services.people.second_step import (
    begin_authenticator,
    confirm_authenticator,
    renew_recovery_codes,
    turn_off_two_steps,
)
from crrubric.services.people.sign_on.identities import unlink_own_identity
from crrubric.web.people.account_forms import AppCodeForm, ConfirmForm, TwoStepsOffForm
from crrubric.web.people.own import HOME
from crrubric.web.people.two_step_pages import draw_app_secret, keep_codes, take_codes
from crrubric.web.people.ways_in.parties import explain_missing_party, find_own_party
from crrubric.web.people.ways_in.proving import (
    fit_to_person,
    has_to_confirm,
    make_proof,
    redirect_to_confirmation,
)
from crrubric.web.shared import session
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.page import render_site_page, to_local_address
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("own_sign_in", __name__, url_prefix="/account/sign-in")
PAGE = "own_sign_in.show_own_sign_in"


@bp.get("")
@require_sign_in
def show_own_sign_in() -> ResponseReturnValue:
    """What is asked for besides a password, with what and where one is signed in."""
    person = session.require_person()
    return render_site_page(
        "people/signing_in/own_sign_in.html",
        under=HOME,
        step=read_second_step(db.session(), person.user),
        sessions=list_sessions_in_use(db.session(), person.user.id),
        own=person.session_id,
        touched_every=limits.TOUCH_MINUTES,
        identities=list_own_identities(person.user),
        missing=explain_missing_party(),
        party=find_own_party(),
    )


def list_own_identities(user: User) -> list[tuple[NamedIdentity, bool]]:
    """The accounts elsewhere, and whether each is the only way in."""
    found = list_identities(db.session(), user.id)
    return [(one, is_only_way_in(db.session(), user, one.row)) for one in found]


@bp.post("/identities/<int:identity_id>/end")
@require_sign_in
def save_identity_end(identity_id: int) -> ResponseReturnValue:
    """Sign in with an account elsewhere no more."""
    try:
        title = unlink_own_identity(current_actor(), identity_id)
        flash(_("You sign in with %(provider)s no more.", provider=title), "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect(url_for(PAGE), code=303)


@bp.post("/sessions/<int:session_id>/end")
@require_sign_in
def save_session_end(session_id: int) -> ResponseReturnValue:
    """Sign another browser out."""
    try:
        end_own_session(current_actor(), session_id, keep=session.current_token())
        flash(_("That browser is signed out."), "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect(url_for(PAGE), code=303)


@bp.post("/sessions/end")
@require_sign_in
def save_end_of_other_sessions() -> ResponseReturnValue:
    """Sign all other browsers out."""
    end_other_own_sessions(current_actor(), keep=session.current_token())
    flash(_("Every other browser is signed out."), "done")
    return redirect(url_for(PAGE), code=303)


@bp.get("/app")
@require_sign_in
def show_app_set_up() -> ResponseReturnValue:
    """Set up an authenticator app: first the password, then what the app reads."""
    begun = read_app_secret(db.session(), session.require_person().user) is not None
    if not begun and has_to_confirm():
        return redirect_to_confirmation(request.path)
    return render_app_set_up(ConfirmForm(formdata=None), AppCodeForm(formdata=None))


def render_app_set_up(begin: ConfirmForm, form: AppCodeForm) -> str:
    """The page with the form of the step that is next."""
    fit_to_person(begin)
    user = session.require_person().user
    return render_site_page(
        "people/signing_in/app_set_up.html",
        under=HOME,
        begin=begin,
        form=form,
        step=read_second_step(db.session(), user),
        shown=draw_app_secret(read_app_secret(db.session(), user)),
        user=user,
    )


@bp.post("/app")
@require_sign_in
def save_app_begin() -> ResponseReturnValue:
    """Make a secret for an app."""
    form, status = ConfirmForm(), 422
    fit_to_person(form)
    if form.validate():
        try:
            begin_authenticator(current_actor(), make_proof(form))
            return redirect(url_for("own_sign_in.show_app_set_up"), code=303)
        except (Busy, Invalid, Stale, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_app_set_up(form, AppCodeForm(formdata=None)), status


@bp.post("/app/code")
@require_sign_in
def save_app_code() -> ResponseReturnValue:
    """The app shows a code: two-step sign-in is on."""
    form, status = AppCodeForm(), 422
    if form.validate():
        try:
            codes = confirm_authenticator(
                current_actor(), form.step_code.data, keep=session.current_token()
            )
            if codes:
                return keep_codes(codes)
            flash(_("The authenticator app is set up."), "done")
            return redirect(url_for(PAGE), code=303)
        except (Invalid, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_app_set_up(ConfirmForm(formdata=None), form), status


@bp.get("/codes")
@require_sign_in
def show_recovery_codes() -> ResponseReturnValue:
    """The codes that were just made, once; else how many are left, and the form for new ones."""
    codes = take_codes()
    if not codes and has_to_confirm():
        return redirect_to_confirmation(request.path)
    return render_recovery_codes(ConfirmForm(formdata=None), codes)


def render_recovery_codes(form: ConfirmForm, codes: list[str]) -> str:
    """The page with the codes, or with the form for new ones."""
    fit_to_person(form)
    person = session.require_person()
    return render_site_page(
        "people/signing_in/recovery_codes.html",
        under=HOME,
        form=form,
        codes=codes,
        step=read_second_step(db.session(), person.user),
        go=to_local_address(request.args.get("next")) if request.args.get("next") else "",
    )


@bp.post("/codes")
@require_sign_in
def save_recovery_codes() -> ResponseReturnValue:
    """Make new codes; the earlier ones work no more."""
    form, status = ConfirmForm(), 422
    fit_to_person(form)
    if form.validate():
        try:
            return keep_codes(renew_recovery_codes(current_actor(), make_proof(form)))
        except (Busy, Invalid, Stale, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_recovery_codes(form, []), status


@bp.get("/off")
@require_sign_in
def show_two_steps_off_form() -> ResponseReturnValue:
    """The form that turns two-step sign-in off: it asks for both steps."""
    if has_to_confirm():
        return redirect_to_confirmation(request.path)
    return render_two_steps_off(TwoStepsOffForm(formdata=None))


def render_two_steps_off(form: TwoStepsOffForm) -> str:
    """The form, or that there is nothing to turn off."""
    user = session.require_person().user
    fit_to_both_steps(form)
    step = read_second_step(db.session(), user)
    return render_site_page(
        "people/signing_in/two_steps_off.html", under=HOME, form=form, step=step
    )


def fit_to_both_steps(form: TwoStepsOffForm) -> None:
    """Ask for no code where a passkey that knows who uses it has confirmed both steps."""
    fit_to_person(form)
    if session.require_person().confirmed_by_key:
        del form.step_code


@bp.post("/off")
@require_sign_in
def save_two_steps_off() -> ResponseReturnValue:
    """Turn two-step sign-in off."""
    form, status = TwoStepsOffForm(), 422
    fit_to_both_steps(form)
    if form.validate():
        try:
            code = form.step_code.data if form.step_code else None
            turn_off_two_steps(current_actor(), make_proof(form), code=code)
            flash(_("Two-step sign-in is off."), "done")
            return redirect(url_for(PAGE), code=303)
        except (Busy, Invalid, Stale, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_two_steps_off(form), status
