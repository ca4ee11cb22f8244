"""A form whose session ended on the way: kept in the answer until the same person is back.

Nothing is stored on the server. The page that asks to sign in carries the fields along, with a
signed note of whose they are and where they were going.
"""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crrubric.domain import limits
from crrubric.web.people.account_forms import SignInForm
from crrubric.web.shared.errors import long_texts

PREFIX = "kept-"
LEFT_OUT = frozenset({"csrf_token", "password"})
SALT = "crrubric.resuming"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A form on its way: whose it is, its address here, its fields as they were typed."""

    owner: int
    address: str
    fields: tuple[tuple[str, str], ...]
    note: str  # the signed note of owner and address


def sign_in_again(owner: int) -> ResponseReturnValue:
    """The page that answers a form whose session has ended, with everything that was typed."""
    fields = tuple(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in LEFT_OUT
    )
    address = request.full_path.rstrip("?")
    note = _signer().dumps([owner, address])
    return ask(SignInForm(formdata=None), Interrupted(owner, address, fields, note), 401)


def choose_again() -> ResponseReturnValue:
    """The way back to the form for a file: a page can't carry a file along, so that is said."""
    flash(
        _("You were signed out: the file was not saved. Sign in, then choose it again."), "problem"
    )
    return redirect(url_for("account.sign_in", next=request.path), code=303)


def ask(form: SignInForm, interrupted: Interrupted, status: int) -> ResponseReturnValue:
    """The sign-in form around an interrupted one."""
    kept = [(PREFIX + name, value) for name, value in interrupted.fields]
    shown = render_template(
        "people/sign_in_again.html",
        form=form,
        kept=kept,
        long=long_texts(interrupted.fields),
        note=interrupted.note,
    )
    return shown, status


def interrupted() -> Interrupted | None:
    """The interrupted form that the present sign-in carries, if its note is ours and not old."""
    note = request.form.get("interrupted", "")
    if not note:
        return None
    try:
        owner, address = _signer().loads(note, max_age=limits.SESSION_HOURS * 3600)
    except BadSignature:
        return None
    fields = tuple(
        (name.removeprefix(PREFIX), value)
        for name, values in request.form.lists()
        for value in values
        if name.startswith(PREFIX)
    )
    return Interrupted(owner, address, fields, note)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)
