"""Signing in with a link that is sent to one's address: asking for it, and where it leads."""

import logging

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.errors import Busy, Invalid, TooSoon
from crrubric.extensions import db
from crrubric.logs import describe_request
from crrubric.services.people.mailed.sign_in_links import (
    accept_without_password,
    find_sign_in_link,
    refuse_links_if_off,
    request_sign_in_link,
    sign_in_by_link,
)
from crrubric.web.people.account_forms import LinkForm
from crrubric.web.people.signing_in import follow_sign_in
from crrubric.web.shared import session
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")
bp = Blueprint("mailed_sign_in", __name__)


@bp.get("/sign-in/link")
@allow_everyone
def show_link_request() -> ResponseReturnValue:
    """The form for the address."""
    refuse_links_if_off()
    return render_link_request(LinkForm(formdata=None))


def render_link_request(
    form: LinkForm, status: int = 200, *, asked: bool = False, problem: str = ""
) -> ResponseReturnValue:
    """The form, or what happens now: the same for every address."""
    page = render_template(
        "people/signing_in/link_request.html",
        form=form,
        asked=asked,
        problem=problem,
        minutes=limits.SIGN_IN_LINK_MINUTES,
        here=lambda: url_for("mailed_sign_in.show_link_request"),
    )
    return page, status


@bp.post("/sign-in/link")
@allow_everyone
def send_sign_in_link() -> ResponseReturnValue:
    """Send a link, if the address has an account."""
    form = LinkForm()
    refuse_links_if_off()
    if not form.validate():
        return render_link_request(form, 422)
    try:
        request_sign_in_link(form.email.data, address=request.remote_addr or "")
    except TooSoon as error:
        log.warning("too many attempts from %s at %s", request.remote_addr, describe_request())
        return render_link_request(form, attach_refusal(form, error))
    except Busy as error:
        response = make_response(render_link_request(form, attach_refusal(form, error)))
        response.headers["Retry-After"] = str(error.seconds)
        return response
    return render_link_request(form, asked=True)


@bp.get("/sign-in/link/<token>")
@allow_everyone
def show_sign_in_link(token: str) -> ResponseReturnValue:
    """Where the link leads. Looking does not spend it: mail servers look as well."""
    found = find_sign_in_link(db.session(), token)
    if found is None:
        return tell_spent_link()
    return render_template("people/signing_in/link_sign_in.html", user=found.user)


def tell_spent_link() -> ResponseReturnValue:
    """The link works no more; the form for another one."""
    words = _(
        "This link has been used, is more than %(minutes)s minutes old, or another one was sent"
        " after it. Have a new one sent to you.",
        minutes=limits.SIGN_IN_LINK_MINUTES,
    )
    return render_link_request(LinkForm(formdata=None), 404, problem=words)


@bp.post("/sign-in/link/<token>")
@allow_everyone
def submit_sign_in_link(token: str) -> ResponseReturnValue:
    """Sign in; the link is spent."""
    found = sign_in_by_link(token, browser=session.name_browser())
    if found is None:
        return tell_spent_link()
    session.begin_session(found)
    return follow_sign_in(found)


@bp.post("/invitations/<token>/without-password")
@allow_everyone
def save_acceptance_without_password(token: str) -> ResponseReturnValue:
    """Accept an invitation; from then on links are sent to the address."""
    try:
        found = accept_without_password(token, browser=session.name_browser())
    except Invalid as error:
        flash(translate_error(error), "problem")
        return redirect(url_for("account.show_invitation", token=token), code=303)
    session.begin_session(found)
    return follow_sign_in(found)
