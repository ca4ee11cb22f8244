"""Signing in and out, and one-time links."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from crrubric.config import current_settings
from crrubric.domain.errors import Invalid
from crrubric.domain.text import email_key
from crrubric.extensions import db, limiter
from crrubric.services.demo.district import DEMO_PASSWORD, people
from crrubric.services.people import accounts
from crrubric.web.people.account_forms import PasswordForm, SignInForm
from crrubric.web.shared import resuming, session
from crrubric.web.shared.access import public, signed_in
from crrubric.web.shared.forms import attach, messages
from crrubric.web.shared.page import wants_json

bp = Blueprint("account", __name__)


def account_and_address() -> str:
    """Whom failed attempts are counted against: one account from one address."""
    return f"{request.remote_addr} {email_key(request.form.get('email', ''))[:254]}"


def failed(response: Response) -> bool:
    """Only failed attempts are counted."""
    return response.status_code == 422


def local(target: str | None) -> str:
    """`target` if it is a page of this site, else the home page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("home.index")
    parts = urlsplit(target)
    clean = not parts.scheme and not parts.netloc and "\\" not in target and target.isprintable()
    return target if clean else url_for("home.index")


def demo_people() -> list[Any]:
    """In demo mode, the invented people that one can sign in as."""
    found = people() if current_settings().DEMO else []
    return [replace(person, tries=_(person.tries)) for person in found]


def sign_in_page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    """The sign-in page, with the invented people in demo mode."""
    return (
        render_template(
            "people/sign_in.html", form=form, people=demo_people(), demo_password=DEMO_PASSWORD
        ),
        status,
    )


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in form."""
    if session.person():
        return redirect(local(request.args.get("next")))
    return sign_in_page(SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in")
@public
@limiter.limit("20 per 15 minutes", key_func=account_and_address, deduct_when=failed)
@limiter.limit("200 per 15 minutes", deduct_when=failed)
def enter() -> ResponseReturnValue:
    """Check address and password; the same words and time for whatever is wrong."""
    form = SignInForm()
    if not form.validate():
        return refused(form)
    found = accounts.sign_in(form.email.data, form.password.data)
    if found is None:
        form.form_errors.append(_("The e-mail address or the password is not right."))
        return refused(form)
    waiting = resuming.interrupted()
    session.begin(*found)
    if wants_json():
        return jsonify(name=found[0].name, **who_is_in())
    if waiting:
        return go_on(waiting, found[0].id)
    return redirect(local(form.next.data), code=303)


def refused(form: SignInForm) -> ResponseReturnValue:
    """The form again, with whatever waits behind it."""
    if wants_json():
        return jsonify(message=messages(form)), 422
    waiting = resuming.interrupted()
    return resuming.ask(form, waiting, 422) if waiting else sign_in_page(form, 422)


def go_on(waiting: resuming.Interrupted, user_id: int) -> ResponseReturnValue:
    """Let whoever typed a form send it again; nobody else gets to see it."""
    if waiting.owner != user_id:
        flash(_("What was typed before belongs to somebody else and was not sent."), "problem")
        return redirect(url_for("home.index"), code=303)
    shown = render_template(
        "people/go_on.html", address=local(waiting.address), kept=waiting.fields
    )
    return shown, 200


@bp.get("/session")
@public
def alive() -> ResponseReturnValue:
    """Who is signed in, for the scripts of a page left open; to ask keeps one signed in."""
    return jsonify(who_is_in())


def who_is_in() -> dict[str, Any]:
    """Who is signed in, the token of their forms, the seconds until their session ends for good."""
    found = session.person()
    return {
        "person": found.user.id if found else None,
        "token": generate_csrf(),
        "left": found.left() if found else 0,
    }


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    if token := session.end():
        accounts.sign_out(token)
    return redirect(url_for("account.sign_in"), code=303)


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Where a one-time link leads: choose a password. Looking does not spend the link."""
    invite = accounts.open_invite(db.session(), token)
    return render_template("people/invitation.html", form=PasswordForm(), user=invite.user)


@bp.post("/invitations/<token>")
@public
@limiter.limit("20 per 15 minutes", deduct_when=failed)
def accept(token: str) -> ResponseReturnValue:
    """Set the password and sign in."""
    form = PasswordForm()
    if form.validate():
        try:
            session.begin(*accounts.accept_invite(token, password=form.password.data))
            return redirect(url_for("home.index"), code=303)
        except Invalid as error:
            attach(form, error)
    invite = accounts.open_invite(db.session(), token)
    return render_template("people/invitation.html", form=form, user=invite.user), 422
