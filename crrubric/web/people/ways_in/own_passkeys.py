"""One's passkeys: adding one, ending one; and ending the app where passkeys stay."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.second_step import list_passkeys, read_second_step
from crrubric.services.people.passkeys.keys import (
    add_passkey,
    begin_passkey,
    clean_key_name,
    remove_app,
    remove_passkey,
)
from crrubric.web.people.account_forms import NewPasskeyForm
from crrubric.web.people.own import HOME
from crrubric.web.people.two_step_pages import keep_codes
from crrubric.web.people.ways_in.parties import explain_missing_party, require_own_party
from crrubric.web.people.ways_in.proving import redirect_to_confirmation
from crrubric.web.shared import session
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.errors import attach_refusal, status_of
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("own_passkeys", __name__, url_prefix="/account/sign-in")
PAGE = "own_sign_in.show_own_sign_in"


@bp.get("/passkeys/new")
@require_sign_in
def show_new_passkey_form() -> ResponseReturnValue:
    """The form for another passkey, once its person has confirmed that it is them."""
    if not (session.require_person().is_confirmed or explain_missing_party()):
        return redirect_to_confirmation(request.path)
    return render_new_passkey(NewPasskeyForm(formdata=None))


def render_new_passkey(form: NewPasskeyForm) -> str:
    """The form, or why there can't be a passkey here."""
    return render_site_page(
        "people/signing_in/new_passkey.html",
        under=HOME,
        form=form,
        step=read_second_step(db.session(), session.require_person().user),
        missing=explain_missing_party(),
    )


@bp.post("/passkeys/challenge")
@require_sign_in
def issue_new_challenge() -> ResponseReturnValue:
    """What the page's script asks the device for; the name is looked at before there is a key."""
    try:
        clean_key_name(request.form.get("name", ""))
        token = session.current_token()
        return jsonify(options=begin_passkey(current_actor(), require_own_party(), token=token))
    except (Invalid, Stale) as error:
        return jsonify(message=translate_error(error)), status_of(error)


@bp.post("/passkeys/new")
@require_sign_in
def save_new_passkey() -> ResponseReturnValue:
    """Keep the passkey that the device has made."""
    form, status = NewPasskeyForm(), 422
    if form.validate():
        try:
            codes = add_passkey(
                current_actor(),
                require_own_party(),
                request.form.get("credential", ""),
                name=form.name.data,
                token=session.current_token(),
            )
            flash(_("The passkey is added."), "done")
            return keep_codes(codes) if codes else redirect(url_for(PAGE), code=303)
        except Stale as error:
            flash(translate_error(error), "problem")
            return redirect_to_confirmation(request.path)
        except Invalid as error:
            status = attach_refusal(form, error)
    return render_new_passkey(form), status


@bp.get("/passkeys/<int:passkey_id>/end")
@require_sign_in
def show_passkey_end(passkey_id: int) -> ResponseReturnValue:
    """Asks once more before a passkey is ended, of whoever has confirmed that it is them."""
    person = session.require_person()
    found = [key for key in list_passkeys(db.session(), person.user.id) if key.id == passkey_id]
    if not found:
        raise make_not_found()
    if not person.is_confirmed:
        return redirect_to_confirmation(request.path)
    return render_site_page("people/signing_in/key_end.html", under=HOME, passkey=found[0])


@bp.post("/passkeys/<int:passkey_id>/end")
@require_sign_in
def save_passkey_end(passkey_id: int) -> ResponseReturnValue:
    """End a passkey."""
    try:
        name = remove_passkey(current_actor(), passkey_id, token=session.current_token())
        flash(_("Nobody signs in with the passkey “%(name)s” any more.", name=name), "done")
    except (Invalid, Stale) as error:
        return tell_refused_end(error)
    return redirect(url_for(PAGE), code=303)


def tell_refused_end(error: Invalid | Stale) -> ResponseReturnValue:
    """Why nothing was ended; whoever has to confirm first is led there."""
    flash(translate_error(error), "problem")
    if isinstance(error, Stale):
        return redirect_to_confirmation(request.path)
    return redirect(url_for(PAGE), code=303)


@bp.get("/app/end")
@require_sign_in
def show_app_end() -> ResponseReturnValue:
    """Asks once more before the app is ended, of whoever has confirmed that it is them."""
    if not session.require_person().is_confirmed:
        return redirect_to_confirmation(request.path)
    return render_site_page("people/signing_in/key_end.html", under=HOME, passkey=None)


@bp.post("/app/end")
@require_sign_in
def save_app_end() -> ResponseReturnValue:
    """End the authenticator app."""
    try:
        remove_app(current_actor(), token=session.current_token())
        flash(_("Codes of your authenticator app are taken no more."), "done")
    except (Invalid, Stale) as error:
        return tell_refused_end(error)
    return redirect(url_for(PAGE), code=303)
