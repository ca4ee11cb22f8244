"""What administrators do with somebody's account: a page says what will happen, then it does."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.people.account_effects import STANDING_OF, AccountAct, list_account_acts
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.accounts import (
    find_account,
    foresee_act_on_account,
    read_account_facts,
)
from crrubric.queries.people.people import Actor
from crrubric.services.people.administration import (
    change_standing,
    set_account_disabled,
    vouch_for_address,
)
from crrubric.services.people.own_sessions import sign_out_everywhere
from crrubric.services.people.second_step import reset_two_steps
from crrubric.services.people.sign_on.identities import unlink_all_identities
from crrubric.web.shared.access import require_site_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm
from crrubric.web.shared.page import ActWords, render_site_act_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("account_acts", __name__, url_prefix="/accounts")
LIST = "accounts.show_accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """An act with its words: the page's title, its button, what is said when it is done."""

    title: str
    button: str
    done: str
    run: Callable[[Actor, int, str], User]


def make_standing_page(standing: Standing, *, title: str, button: str) -> ActPage:
    """The page that gives another role on the site."""

    def run(actor: Actor, user_id: int, seen: str) -> User:
        return change_standing(actor, user_id, standing, seen=seen)

    return ActPage(title=title, button=button, done=N_("The role of %(name)s is saved."), run=run)


PAGES = {
    AccountAct.MAKE_MEMBER: make_standing_page(
        STANDING_OF[AccountAct.MAKE_MEMBER],
        title=N_("Make a member"),
        button=N_("Make %(name)s a member"),
    ),
    AccountAct.MAKE_ORGANIZER: make_standing_page(
        STANDING_OF[AccountAct.MAKE_ORGANIZER],
        title=N_("Make an organizer"),
        button=N_("Make %(name)s an organizer"),
    ),
    AccountAct.MAKE_ADMINISTRATOR: make_standing_page(
        STANDING_OF[AccountAct.MAKE_ADMINISTRATOR],
        title=N_("Make an administrator"),
        button=N_("Make %(name)s an administrator"),
    ),
    AccountAct.DISABLE: ActPage(
        title=N_("Disable an account"),
        button=N_("Disable the account of %(name)s"),
        done=N_("%(name)s is signed out and can’t sign in any more."),
        run=lambda actor, key, seen: set_account_disabled(actor, key, disabled=True, seen=seen),
    ),
    AccountAct.ENABLE: ActPage(
        title=N_("Enable an account again"),
        button=N_("Enable the account of %(name)s"),
        done=N_("%(name)s can sign in again."),
        run=lambda actor, key, seen: set_account_disabled(actor, key, disabled=False, seen=seen),
    ),
    AccountAct.CONFIRM_ADDRESS: ActPage(
        title=N_("Confirm an address"),
        button=N_("Confirm the address of %(name)s"),
        done=N_("The address of %(name)s is confirmed."),
        run=lambda actor, key, seen: vouch_for_address(actor, key, seen=seen),
    ),
    AccountAct.TURN_OFF_TWO_STEPS: ActPage(
        title=N_("Turn off a second step"),
        button=N_("Turn off the second step of %(name)s"),
        done=N_("%(name)s signs in with one step until they set up the second again."),
        run=lambda actor, key, seen: reset_two_steps(actor, key, seen=seen),
    ),
    AccountAct.END_IDENTITIES: ActPage(
        title=N_("End signing in with other accounts"),
        button=N_("End it for %(name)s"),
        done=N_("%(name)s signs in with no other account any more."),
        run=lambda actor, key, seen: unlink_all_identities(actor, key, seen=seen),
    ),
    AccountAct.SIGN_OUT: ActPage(
        title=N_("Sign out everywhere"),
        button=N_("Sign %(name)s out everywhere"),
        done=N_("%(name)s is signed out everywhere."),
        run=lambda actor, key, seen: sign_out_everywhere(actor, key, seen=seen),
    ),
}


@bp.get("/<int:user_id>/<act>")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def show_account_act(user_id: int, act: str) -> ResponseReturnValue:
    """What will happen to the account, or back to it where that can't be done with it now."""
    wanted = read_act(act)
    account = find_account(db.session(), user_id)
    if user_id == current_actor().user_id:
        return refuse_act(user_id, _("Another administrator can do that with your account."))
    if wanted not in list_account_acts(read_account_facts(db.session(), account)):
        return refuse_act(user_id, _("Nothing of that is left to do: this is how it stands now."))
    return render_account_act(account, wanted, ActForm(formdata=None))


def read_act(word: str) -> AccountAct:
    """The act that the address names. Raises: NotFound."""
    try:
        return AccountAct(word)
    except ValueError:
        raise make_not_found() from None


def refuse_act(user_id: int, words: str) -> ResponseReturnValue:
    """Back to the account, which says why."""
    flash(words, "problem")
    return redirect(url_for("accounts.show_account", user_id=user_id), code=303)


def render_account_act(account: User, act: AccountAct, form: ActForm) -> str:
    """The page with what will happen to whom."""
    page = PAGES[act]
    words = ActWords(
        title=_(page.title),
        about=f"{account.name} ({account.email})",
        button=_(page.button, name=account.name),
    )
    back = url_for("accounts.show_account", user_id=account.id)
    foreseen = foresee_act_on_account(db.session(), act, account)
    return render_site_act_page(form, foreseen, words, back=back, under=LIST)


@bp.post("/<int:user_id>/<act>")
@require_site_permission(SiteAction.MANAGE_ACCOUNTS)
def save_account_act(user_id: int, act: str) -> ResponseReturnValue:
    """Do it, if it is still what the page said."""
    wanted, form, status = read_act(act), ActForm(), 422
    if form.validate():
        try:
            user = PAGES[wanted].run(current_actor(), user_id, form.version.data or "")
            flash(_(PAGES[wanted].done, name=user.name), "done")
            return redirect(url_for("accounts.show_account", user_id=user_id), code=303)
        except Invalid as error:
            return refuse_act(user_id, translate_error(error))
        except Stale as error:
            status = attach_refusal(form, error)
    return render_account_act(find_account(db.session(), user_id), wanted, form), status
