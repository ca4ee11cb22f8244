"""Signing in and out, and one-time links."""

import logging

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import gettext as _

from crrubric.domain.errors import Busy, Invalid, TooSoon
from crrubric.domain.people.offers import choose_inviting_words, choose_role_words
from crrubric.extensions import db
from crrubric.logs import describe_request, log_security_event
from crrubric.queries.people.district import find_named_district
from crrubric.queries.people.offers import OfferedSeat, list_offered_seats
from crrubric.queries.people.second_step import find_least_password_length
from crrubric.services.people import accounts, links
from crrubric.services.people.alarms import warn_of_wrong_passwords
from crrubric.services.people.proofs import has_doubtful_step
from crrubric.services.people.ways_in import (
    name_providers,
    refuse_passwords_if_off,
    takes_passwords,
)
from crrubric.web.people.account_forms import PasswordForm, SignInForm
from crrubric.web.people.sign_in_page import render_sign_in_page
from crrubric.web.people.signing_in import describe_session, follow_sign_in, judge_password
from crrubric.web.shared import resuming, session
from crrubric.web.shared.access import allow_everyone, require_sign_in
from crrubric.web.shared.forms import attach_error, join_form_errors
from crrubric.web.shared.known_browsers import read_known_accounts
from crrubric.web.shared.page import to_local_address, wants_json
from crrubric.web.shared.words import describe_closing, translate_error

log = logging.getLogger("crrubric")
bp = Blueprint("account", __name__)


@bp.get("/sign-in")
@allow_everyone
def show_sign_in() -> ResponseReturnValue:
    """The sign-in form."""
    if session.current_person():
        return redirect(to_local_address(request.args.get("next")))
    return render_sign_in_page(SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in")
@allow_everyone
def submit_sign_in() -> ResponseReturnValue:
    """Check address and password; the same words and time for whatever is wrong."""
    form = SignInForm()
    try:
        refuse_passwords_if_off()
    except Invalid as error:
        attach_error(form, error)
        return refuse_sign_in(form)
    if not form.validate():
        return refuse_sign_in(form)
    try:
        found = accounts.sign_in(
            form.email.data,
            form.password.data,
            address=request.remote_addr or "",
            known=read_known_accounts(),
            browser=session.name_browser(),
        )
    except TooSoon as error:
        log.warning("too many attempts from %s at %s", request.remote_addr, describe_request())
        form.form_errors.append(translate_error(error))
        return refuse_sign_in(form, 429)
    except Busy as error:
        return ask_to_send_again(form, error)
    if found is None:
        log_security_event("wrong address or password")
        warn_of_wrong_passwords(
            form.email.data, address=request.remote_addr or "", known=read_known_accounts()
        )
        form.form_errors.append(_("The e-mail address or the password is not right."))
        return refuse_sign_in(form)
    waiting = resuming.read_interrupted_form()
    session.begin_session(found)
    return follow_sign_in(found, next=form.next.data, waiting=waiting)


def refuse_sign_in(form: SignInForm, status: int = 422) -> ResponseReturnValue:
    """The form again, with whatever waits behind it."""
    if wants_json():
        return jsonify(message=join_form_errors(form)), status
    waiting = resuming.read_interrupted_form()
    return (
        resuming.render_sign_in_again(form, waiting, status)
        if waiting
        else render_sign_in_page(form, status)
    )


def ask_to_send_again(form: SignInForm, error: Busy) -> Response:
    """The form again, for later: its script waits and sends it itself, without it a person does."""
    form.form_errors.append(translate_error(error))
    response = make_response(refuse_sign_in(form, 503))
    response.headers["Retry-After"] = str(error.seconds)
    return response


@bp.get("/session")
@allow_everyone
def show_session() -> ResponseReturnValue:
    """Who is signed in, for the scripts of a page left open; to ask keeps one signed in."""
    return jsonify(describe_session())


@bp.post("/sign-out")
@require_sign_in
def submit_sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    log_security_event("signed out", session.require_person().user.id)
    if token := session.forget_session():
        accounts.sign_out(token)
    if providers := name_providers():
        words = _(
            "You are signed out of this site. On a computer that others use, sign out of your"
            " account of %(providers)s as well.",
            providers=providers,
        )
        flash(words, "done")
    return redirect(url_for("account.show_sign_in"), code=303)


@bp.get("/invitations/<token>")
@allow_everyone
def show_invitation(token: str) -> ResponseReturnValue:
    """Where a one-time link leads: choose a password. Looking does not spend the link."""
    return render_invitation(token, PasswordForm())


def render_invitation(token: str, form: PasswordForm) -> str:
    """The form for a password: a first one, or another."""
    invite = links.find_usable_invite(db.session(), token)
    district = find_named_district(db.session())
    return render_template(
        "people/invitation.html",
        form=form,
        user=invite.user,
        first=accounts.is_unused(invite.user),
        proves=not has_doubtful_step(db.session(), invite.user),
        takes_password=takes_passwords() or invite.by_operator,
        offers=[tell_offer(seat) for seat in list_offered_seats(db.session(), invite)],
        district=district.name if district else "",
        judge=url_for("account.judge_invited_password", token=token),
        accept=url_for("mailed_sign_in.save_acceptance_without_password", token=token),
        least=find_least_password_length(db.session(), invite.user_id),
    )


@bp.post("/invitations/<token>/judge")
@allow_everyone
def judge_invited_password(token: str) -> ResponseReturnValue:
    """What is wrong with a password that is being typed, for the script of the page."""
    return judge_password(links.find_usable_invite(db.session(), token).user)


def tell_offer(seat: OfferedSeat) -> dict[str, str]:
    """Who invites to what, in which role and until when scoring is open, in the reader's words."""
    evaluation = seat.evaluation
    invites = gettext(
        choose_inviting_words(seat.host, chairs=seat.host_chairs),
        chair=seat.host,
        title=evaluation.title,
        district=evaluation.district.name,
    )
    return {
        "title": evaluation.title,
        "invites": invites,
        "role": gettext(choose_role_words(seat.roles)),
        "closing": describe_closing(evaluation) if seat.tells_closing else "",
    }


@bp.post("/invitations/<token>")
@allow_everyone
def save_new_password(token: str) -> ResponseReturnValue:
    """Set the password and sign in."""
    form = PasswordForm()
    if form.validate():
        try:
            found = links.accept_invite(
                token, password=form.password.data, browser=session.name_browser()
            )
            session.begin_session(found)
            return follow_sign_in(found)
        except Busy as error:
            return refuse_password(token, form, error)
        except Invalid as error:
            attach_error(form, error)
    return refuse_password(token, form)


def refuse_password(token: str, form: PasswordForm, busy: Busy | None = None) -> Response:
    """The form again, with what is wrong, or for later."""
    if busy:
        form.form_errors.append(translate_error(busy))
    if wants_json():
        page: ResponseReturnValue = jsonify(message=join_form_errors(form))
    else:
        page = render_invitation(token, form)
    response = make_response(page, 503 if busy else 422)
    if busy:
        response.headers["Retry-After"] = str(busy.seconds)
    return response
