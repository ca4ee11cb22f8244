"""The site for its administrators: how it does, its evaluations from outside, settings, mails."""

import platform

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import __version__
from crrubric.config import current_settings
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.models import OutgoingMail
from crrubric.queries.operations.health import read_health
from crrubric.queries.operations.site import list_site_evaluations, read_site_mails
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.mail.trial import send_test_mail
from crrubric.settings.document import list_settings_in_force
from crrubric.settings.reading import Sources
from crrubric.web.people.account_forms import TestMailForm
from crrubric.web.shared.access import require_site_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import render_site_page

bp = Blueprint("site", __name__, url_prefix="/site")
HOME = "site.show_site"


@bp.get("")
@require_site_permission(SiteAction.MANAGE_SITE)
def show_site() -> ResponseReturnValue:
    """How the site does, and which evaluations there are."""
    return render_site_page(
        "operations/site.html",
        under=HOME,
        health=read_health(db.session(), current_settings().INSTANCE),
        evaluations=list_site_evaluations(db.session()),
        mailed=is_mail_on(),
        program=__version__,
        python=platform.python_version(),
    )


@bp.get("/settings")
@require_site_permission(SiteAction.MANAGE_SITE)
def show_site_settings() -> ResponseReturnValue:
    """The settings in force, each with where it comes from; no secret is among them."""
    settings = current_settings()
    rows = list_settings_in_force(settings, Sources(settings.INSTANCE, {}))
    return render_site_page("operations/settings.html", under=HOME, rows=list(rows))


@bp.get("/mail")
@require_site_permission(SiteAction.MANAGE_SITE)
def show_site_mail() -> ResponseReturnValue:
    """What became of mails, and the form for a test mail to oneself."""
    return render_site_mail(TestMailForm(formdata=None))


def render_site_mail(form: TestMailForm) -> str:
    """The page with the form."""
    mails = read_site_mails(db.session())
    return render_site_page(
        "operations/mail.html",
        under=HOME,
        form=form,
        mails=mails,
        latest=[(mail, explain_delay(mail)) for mail in mails.latest],
        mailed=is_mail_on(),
        sends_itself=current_settings().MAIL_THREAD,
    )


def explain_delay(mail: OutgoingMail) -> str:
    """Why a mail was not sent, in the language of the page as far as the words are ours."""
    return str(_(mail.last_error)) if mail.last_error and mail.sent_at is None else ""


@bp.post("/mail/test")
@require_site_permission(SiteAction.MANAGE_SITE)
def submit_test_mail() -> ResponseReturnValue:
    """Send a test mail now."""
    form = TestMailForm()
    if form.validate():
        try:
            send_test_mail(form.email.data)
            flash(_("The server accepted an e-mail to %(email)s.", email=form.email.data), "done")
            return redirect(url_for("site.show_site_mail"), code=303)
        except Invalid as error:
            attach_error(form, error)
    return render_site_mail(form), 422
