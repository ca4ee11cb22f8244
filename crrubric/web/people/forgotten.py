"""For who forgot the password: a link goes to the address, and the page tells nothing of it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crrubric.domain import limits
from crrubric.domain.errors import Busy, TooSoon
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.links import request_password_link
from crrubric.services.people.ways_in import takes_passwords
from crrubric.web.people.account_forms import LinkForm
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.words import translate_error

bp = Blueprint("forgotten", __name__)


@bp.get("/forgotten-password")
@allow_everyone
def show_forgotten_password() -> ResponseReturnValue:
    """The form for the address; where the site sends no mail, whom to ask."""
    return render_forgotten_password(LinkForm())


def render_forgotten_password(form: LinkForm, *, asked: bool = False) -> str:
    """The form, or what happens now: the same for every address."""
    return render_template(
        "people/forgotten.html",
        form=form,
        mailed=is_mail_on(),
        asked=asked,
        minutes=limits.RESET_MINUTES,
    )


@bp.post("/forgotten-password")
@allow_everyone
def send_forgotten_password_link() -> ResponseReturnValue:
    """Send a link, if the address has an account."""
    form = LinkForm()
    if not (form.validate() and is_mail_on() and takes_passwords()):
        return render_forgotten_password(form), 422
    try:
        request_password_link(form.email.data, address=request.remote_addr or "")
    except TooSoon as error:
        form.form_errors.append(translate_error(error))
        return render_forgotten_password(form), 429
    except Busy as error:
        form.form_errors.append(translate_error(error))
        return render_forgotten_password(form), 503, {"Retry-After": str(error.seconds)}
    return render_forgotten_password(form, asked=True)
