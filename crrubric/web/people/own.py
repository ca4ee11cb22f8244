"""One's own account: name, address, password."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.errors import Busy, Invalid, Stale, TooSoon
from crrubric.domain.typed import parse_id
from crrubric.extensions import db
from crrubric.queries.people.second_step import find_least_password_length
from crrubric.services.mail.notices import dismiss_account_news
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.links import find_address_link
from crrubric.services.people.own_account import (
    change_own_address,
    change_own_password,
    rename_own_account,
    request_own_address,
    set_own_item_mails,
)
from crrubric.web.people.account_forms import AddressForm, NameForm, NewPasswordForm
from crrubric.web.people.signing_in import judge_password
from crrubric.web.people.ways_in.proving import (
    fit_to_person,
    has_to_confirm,
    make_proof,
    redirect_to_confirmation,
)
from crrubric.web.shared import session
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("own", __name__, url_prefix="/account")
HOME = "own.show_own_account"


@bp.get("")
@require_sign_in
def show_own_account() -> ResponseReturnValue:
    """Name, address and password, each with the way to change it."""
    return render_own_account(make_name_form())


def make_name_form() -> NameForm:
    """The form with one's name as it is stored."""
    name = current_actor().name
    return NameForm(formdata=None, name=name).showing({"name": name})


def render_own_account(form: NameForm) -> str:
    """The page with the form of one's name."""
    return render_site_page("people/own_account.html", under=HOME, form=form, mailed=is_mail_on())


@bp.post("")
@require_sign_in
def save_own_name() -> ResponseReturnValue:
    """Change one's name."""
    form, status = NameForm(), 422
    if form.validate():
        try:
            rename_own_account(current_actor(), form.name.data, seen=form.version.data or "")
            flash(_("Saved."), "done")
            return redirect(url_for(HOME), code=303)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            form.meet_newer(make_name_form(), error, {})  # nobody else can have changed it
            status = 409
    return render_own_account(form), status


@bp.post("/reminders")
@require_sign_in
def save_own_reminders() -> ResponseReturnValue:
    """Be reminded of action items by mail, or no more."""
    wanted = request.form.get("wanted") == "yes"
    set_own_item_mails(current_actor(), wanted=wanted)
    flash(
        _("You are reminded of your action items again.")
        if wanted
        else _("You get no more reminders of action items."),
        "done",
    )
    return redirect(url_for(HOME), code=303)


@bp.post("/news")
@require_sign_in
def save_news_dismissal() -> ResponseReturnValue:
    """Dismiss what home told of one's account."""
    dismiss_account_news(current_actor(), last=parse_id(request.form.get("at")) or 0)
    return redirect(url_for("home.show_home"), code=303)


@bp.get("/address")
@require_sign_in
def show_own_address_form() -> ResponseReturnValue:
    """The form for another address."""
    if is_mail_on() and has_to_confirm():
        return redirect_to_confirmation(request.path)
    return render_own_address(AddressForm())


def render_own_address(form: AddressForm) -> str:
    """The form, or whom to ask where the site sends no mail."""
    fit_to_person(form)
    return render_site_page("people/own_address.html", under=HOME, form=form, mailed=is_mail_on())


@bp.post("/address")
@require_sign_in
def save_own_address() -> ResponseReturnValue:
    """Have a link sent to another address, confirmed by the password."""
    form, status = AddressForm(), 422
    fit_to_person(form)
    if is_mail_on() and form.validate():
        try:
            proof = make_proof(form)
            address = request_own_address(current_actor(), proof, email=form.email.data)
            flash(
                _(
                    "A mail is on its way to %(email)s. Until you use the link in it, you sign in"
                    " as before. If the address has an account already, the mail says so instead.",
                    email=address,
                ),
                "done",
            )
            return redirect(url_for(HOME), code=303)
        except (Busy, Invalid, Stale, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_own_address(form), status


@bp.get("/address/<token>")
@require_sign_in
def show_new_address(token: str) -> ResponseReturnValue:
    """Where the link to another address leads. Looking does not spend it."""
    invite = find_address_link(db.session(), current_actor().user_id, token)
    return render_site_page("people/new_address.html", under=HOME, address=invite.address)


@bp.post("/address/<token>")
@require_sign_in
def save_new_address(token: str) -> ResponseReturnValue:
    """Take the address to which the link was sent."""
    try:
        change_own_address(current_actor(), token)
        flash(_("Saved. From now on you sign in with the new address."), "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect(url_for(HOME), code=303)


@bp.get("/password")
@require_sign_in
def show_own_password_form() -> ResponseReturnValue:
    """The form for another password."""
    return render_own_password(NewPasswordForm(formdata=None))


def render_own_password(form: NewPasswordForm) -> str:
    """The form, with what a new password needs."""
    return render_site_page(
        "people/own_password.html",
        under=HOME,
        form=form,
        judge=url_for("own.judge_own_password"),
        least=find_least_password_length(db.session(), session.require_person().user.id),
    )


@bp.post("/password/judge")
@require_sign_in
def judge_own_password() -> ResponseReturnValue:
    """What is wrong with a password that is being typed, for the script of the page."""
    return judge_password(session.require_person().user)


@bp.post("/password")
@require_sign_in
def save_own_password() -> ResponseReturnValue:
    """Change one's password; every other browser is signed out."""
    form, status = NewPasswordForm(), 422
    if form.validate():
        try:
            found = change_own_password(
                current_actor(),
                present=form.present_password.data,
                password=form.password.data,
                level=session.current_level(),
                browser=session.name_browser(),
            )
            session.begin_session(found)
            flash(_("Your password is changed. Every other browser is signed out."), "done")
            return redirect(url_for(HOME), code=303)
        except (Busy, Invalid, TooSoon) as error:
            status = attach_refusal(form, error)
    return render_own_password(form), status
