"""What forms ask of a person before something of importance: a password, or a confirmation."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from crrubric.services.people.confirming import Proof
from crrubric.web.people.account_forms import AddressForm, ConfirmForm
from crrubric.web.shared import session


def redirect_to_confirmation(back: str) -> ResponseReturnValue:
    """Off to the page that asks whether it is still them, and then to this address."""
    return redirect(url_for("confirming.show_confirmation_form", next=back), code=303)


def make_proof(form: ConfirmForm | AddressForm) -> Proof:
    """What shows that the person is still there: the password, if the form asks for one."""
    typed = form.password.data if form.password else ""
    return Proof(password=typed, session=session.current_token())


def fit_to_person(form: ConfirmForm | AddressForm) -> None:
    """Ask nobody for a password who has none: their session is confirmed instead."""
    if session.require_person().user.password_hash is None and form.password:
        del form.password


def has_to_confirm() -> bool:
    """Whether the person has no password and has not confirmed yet that it is them."""
    person = session.require_person()
    return person.user.password_hash is None and not person.is_confirmed
