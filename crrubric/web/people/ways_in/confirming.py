"""The page on which one confirms that one is still there, before something of importance."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.config import current_settings
from crrubric.domain.errors import Busy, Invalid, Stale, TooSoon
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.identities import list_identities
from crrubric.queries.people.second_step import list_passkeys
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.confirming import (
    Proof,
    confirm_session_by_password,
    refuse_who_has_password,
)
from crrubric.services.people.mailed.confirmations import (
    confirm_session_by_link,
    find_confirmation_link,
    send_confirmation_link,
)
from crrubric.services.people.passkeys.using import begin_key_confirmation, confirm_session_by_key
from crrubric.web.people.account_forms import ConfirmForm, PasskeyForm
from crrubric.web.people.flows import shorten_next
from crrubric.web.people.own import HOME
from crrubric.web.people.provider_sign_in import send_to_provider
from crrubric.web.people.ways_in.parties import find_own_party, require_own_party
from crrubric.web.shared import session
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.errors import attach_refusal, status_of
from crrubric.web.shared.page import render_site_page, to_local_address
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("confirming", __name__, url_prefix="/account/sign-in/confirm")


@bp.get("")
@require_sign_in
def show_confirmation_form() -> ResponseReturnValue:
    """The ways in which this person can confirm that it is them."""
    go = request.args.get("next", "")
    if session.require_person().is_confirmed and "again" not in request.args:
        return redirect(to_local_address(go), code=303)
    return render_confirmation(ConfirmForm(formdata=None, next=go))


def render_confirmation(form: ConfirmForm) -> str:
    """The page with what this person has: a password, passkeys of this host, or, without a
    password, accounts elsewhere and their mail."""
    user = session.require_person().user
    party = find_own_party()
    keys = list_passkeys(db.session(), user.id) if party else []
    if user.password_hash is None:
        form.form_errors.extend(form.password.errors)  # sent by a page from before
        del form.password
    return render_site_page(
        "people/signing_in/confirm.html",
        under=HOME,
        form=form,
        keys=[key for key in keys if party and key.host == party.host],
        providers=list_confirming_providers(user),
        go=to_local_address(form.next.data),
        mailed=is_mail_on() and user.password_hash is None,
    )


def list_confirming_providers(user: User) -> dict[str, str]:
    """Code -> name of the providers with which somebody without a password can confirm."""
    if user.password_hash is not None:
        return {}
    connected = {one.title for one in list_identities(db.session(), user.id) if one.usable}
    offered = current_settings().SSO_PROVIDERS.items()
    return {code: one.title for code, one in offered if one.title in connected}


@bp.post("")
@require_sign_in
def save_password_confirmation() -> ResponseReturnValue:
    """Confirm with the password."""
    form, status = ConfirmForm(), 422
    if form.validate():
        proof = Proof(password=form.password.data, session=session.current_token())
        try:
            confirm_session_by_password(current_actor(), proof)
            return redirect(to_local_address(form.next.data), code=303)
        except (Busy, Invalid, Stale, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_confirmation(form), status


@bp.post("/passkey/challenge")
@require_sign_in
def issue_confirmation_challenge() -> ResponseReturnValue:
    """What the page's script asks a passkey."""
    try:
        return jsonify(
            options=begin_key_confirmation(
                current_actor(), require_own_party(), token=session.current_token()
            )
        )
    except Invalid as error:
        return jsonify(message=translate_error(error)), status_of(error)


@bp.post("/passkey")
@require_sign_in
def save_key_confirmation() -> ResponseReturnValue:
    """Confirm with a passkey."""
    form, status = PasskeyForm(), 422
    words = _("This passkey was not taken. Try once more, or confirm in another way.")
    try:
        right = confirm_session_by_key(
            current_actor(),
            require_own_party(),
            request.form.get("credential", ""),
            token=session.current_token(),
        )
        if right:
            return redirect(to_local_address(form.next.data), code=303)
    except (Busy, Invalid, TooSoon) as error:
        words, status = translate_error(error), status_of(error)
    shown = ConfirmForm(formdata=None, next=form.next.data)
    shown.form_errors.append(words)
    return render_confirmation(shown), status


@bp.post("/link")
@require_sign_in
def send_own_confirmation_link() -> ResponseReturnValue:
    """Have a link sent to one's own address."""
    try:
        email = send_confirmation_link(current_actor())
        words = _(
            "A link is on its way to %(email)s. Open it in this browser, then go on here.",
            email=email,
        )
        flash(words, "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    go = request.form.get("next")
    return redirect(url_for("confirming.show_confirmation_form", next=go or None), code=303)


@bp.get("/link/<token>")
@require_sign_in
def show_confirmation_link(token: str) -> ResponseReturnValue:
    """Where that link leads. Looking does not spend it."""
    find_confirmation_link(db.session(), current_actor(), token)
    return render_site_page("people/signing_in/link_confirm.html", under=HOME)


@bp.post("/link/<token>")
@require_sign_in
def save_link_confirmation(token: str) -> ResponseReturnValue:
    """Confirm; the link is spent."""
    confirm_session_by_link(current_actor(), token, token=session.current_token())
    flash(_("Confirmed. Go on with what you wanted to change, within ten minutes."), "done")
    return redirect(url_for("own_sign_in.show_own_sign_in"), code=303)


@bp.get("/with/<code>")
@require_sign_in
def begin_provider_confirmation(code: str) -> ResponseReturnValue:
    """Off to the provider, to sign in there once more: of who has no password."""
    wanted = shorten_next(request.args.get("next", ""))
    try:
        refuse_who_has_password(session.require_person().user)
    except Invalid as error:
        flash(translate_error(error), "problem")
        go = url_for("confirming.show_confirmation_form", next=wanted or None)
        return redirect(go, code=303)
    return send_to_provider(code, next=wanted, confirms=current_actor().user_id or 0)
