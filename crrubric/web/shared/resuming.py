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
from crrubric.web.shared.errors import list_long_texts

PREFIX = "kept-"
LEFT_OUT = frozenset({"csrf_token", "password", "present"})
SALT = "crrubric.resuming"


@dataclass(frozen=True, slots=True)
class InterruptedForm:
    """A form on its way: whose it is, its address here, its fields as they were typed."""

    owner: int
    address: str
    fields: tuple[tuple[str, str], ...]
    note: str  # the signed note of owner and address


def ask_to_sign_in_again(owner: int) -> ResponseReturnValue:
    """The page that answers a form whose session has ended, with everything that was typed."""
    fields = tuple(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in LEFT_OUT
    )
    address = request.full_path.rstrip("?")
    note = _make_signer().dumps([owner, address])
    return render_sign_in_again(
        SignInForm(formdata=None), InterruptedForm(owner, address, fields, note), 401
    )


def redirect_to_file_form() -> ResponseReturnValue:
    """The way back to the form for a file: a page can't carry a file along, so that is said."""
    flash(
        _("You were signed out: the file was not saved. Sign in, then choose it again."), "problem"
    )
    return redirect(url_for("account.show_sign_in", next=request.path), code=303)


def render_sign_in_again(
    form: SignInForm, interrupted: InterruptedForm, status: int
) -> ResponseReturnValue:
    """The sign-in form around an interrupted one."""
    kept = [(PREFIX + name, value) for name, value in interrupted.fields]
    shown = render_template(
        "people/sign_in_again.html",
        form=form,
        kept=kept,
        long=list_long_texts(interrupted.fields),
        note=interrupted.note,
    )
    return shown, status


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
