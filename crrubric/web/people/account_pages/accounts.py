"""The accounts of the site, for administrators: the list, a new one, one with its links."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.queries.people.accounts import find_account, list_account_changes, list_accounts
from crrubric.queries.people.identities import list_identities
from crrubric.queries.people.second_step import has_two_steps
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import add_user
from crrubric.services.people.links import make_reset_link, send_password_link
from crrubric.web.people.account_forms import AddedPersonForm
from crrubric.web.shared import session
from crrubric.web.shared.access import require_site_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import make_full_address, render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
HOME = "accounts.show_accounts"
LINK = "account-link"
OFFERED = (Standing.MEMBER, Standing.ORGANIZER, Standing.ADMINISTRATOR)


@bp.get("")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def show_accounts() -> ResponseReturnValue:
    """Everybody who has an account, and what was done to accounts lately."""
    return render_site_page(
        "people/accounts.html",
        under=HOME,
        accounts=list_accounts(db.session(), request.args.get("q", "")[: limits.EMAIL]),
        asked=request.args.get("q", "")[: limits.EMAIL],
        changes=list_account_changes(db.session()),
    )


@bp.get("/new")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def show_new_account_form() -> ResponseReturnValue:
    """The form for somebody who gets an account."""
    return render_new_account(make_new_account_form())


def make_new_account_form() -> AddedPersonForm:
    """The form with the roles that there are."""
    form = AddedPersonForm()
    form.standing.choices = [SelectChoice(one.value, _(one.label)) for one in OFFERED]
    return form


def render_new_account(form: AddedPersonForm) -> str:
    """The form, and what follows."""
    return render_site_page("people/new_account.html", under=HOME, form=form, mailed=is_mail_on())


@bp.post("/new")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def save_new_account() -> ResponseReturnValue:
    """Add the account; its owner gets a link by mail, or the administrator makes one to hand on."""
    form = make_new_account_form()
    if form.validate():
        try:
            user = add_user(
                current_actor(),
                name=form.name.data,
                email=form.email.data,
                standing=Standing(form.standing.data),
            )
        except Invalid as error:
            attach_error(form, error)
        else:
            flash(_("The account of %(name)s is added.", name=user.name), "done")
            return redirect(url_for("accounts.show_account", user_id=user.id), code=303)
    return render_new_account(form), 422


@bp.get("/<int:user_id>")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def show_account(user_id: int) -> ResponseReturnValue:
    """One account, with what an administrator may do."""
    return render_site_page(
        "people/account.html",
        under=HOME,
        account=find_account(db.session(), user_id),
        own=user_id == current_actor().user_id,
        mailed=is_mail_on(),
        two_steps=has_two_steps(db.session(), user_id),
        identities=list_identities(db.session(), user_id),
        link=take_made_link(user_id),
    )


def take_made_link(user_id: int) -> str:
    """The link that was just made for this account, which is shown once; else empty."""
    made = session.take_for_this_page(LINK, whose=user_id)
    if made is None:
        return ""
    return make_full_address("account.show_invitation", token=made[1])


@bp.post("/<int:user_id>/link")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def make_account_link(user_id: int) -> ResponseReturnValue:
    """Make a link for a new password to hand on, where the site sends no mail."""
    try:
        token = make_reset_link(current_actor(), user_id)
        session.keep_for_next_page(LINK, [user_id, token])
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect(url_for("accounts.show_account", user_id=user_id), code=303)


@bp.post("/<int:user_id>/password")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def send_account_link(user_id: int) -> ResponseReturnValue:
    """Have a link for a new password sent to the owner."""
    try:
        user = send_password_link(current_actor(), user_id)
        flash(_("A link for a new password is on its way to %(name)s.", name=user.name), "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect(url_for("accounts.show_account", user_id=user_id), code=303)
