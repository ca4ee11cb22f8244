"""Reminding those who are late: who gets it and what it says, then the sending."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.services.mail import reminders as service
from crrubric.services.mail.outbox import mail_is_on, site_url
from crrubric.web.mail.forms import ReminderForm
from crrubric.web.setup.evaluations import to
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.page import page
from crrubric.web.shared.session import actor

bp = Blueprint("reminders", __name__, url_prefix="/evaluations/<slug>/progress/remind")
HOME = "evaluations.progress"


@bp.get("")
@in_evaluation(Action.REMIND)
def preview(seat: Seat) -> ResponseReturnValue:
    """Who would be reminded, and the text."""
    return preview_page(seat, ReminderForm())


def preview_page(seat: Seat, form: ReminderForm) -> str:
    """The page before sending; where mail is off, a text and addresses to copy."""
    to_whom = service.recipients(db.session(), seat)
    example = None
    if mail_is_on() and to_whom.reached:
        example = service.reminder_mail(seat, to_whom.reached[0], now=now_utc())
    people = [row.member.user for row in to_whom.reached if row.member.user]
    return page(
        "mail/remind.html",
        seat,
        under=HOME,
        form=form,
        to=to_whom,
        mail_is_on=mail_is_on(),
        example=example,
        text=service.reminder_text(seat, link_to_ballots(seat)),
        addresses=", ".join(person.email for person in people),
    )


def link_to_ballots(seat: Seat) -> str:
    """The address that reviewers use; the chair's own where the settings name none."""
    path = url_for("ballots.index", slug=seat.evaluation.slug)
    if current_settings().SITE_URL:
        return site_url() + path
    return url_for("ballots.index", slug=seat.evaluation.slug, _external=True)


@bp.post("")
@in_evaluation(Action.REMIND)
def send(seat: Seat) -> ResponseReturnValue:
    """Remind everybody who is late and was not reminded just now."""
    form = ReminderForm()
    if form.validate():
        try:
            count = service.remind_late(actor(), seat.evaluation.slug, words=form.words.data or "")
            said = ngettext(
                "One reminder is on its way.", "%(num)s reminders are on their way.", count
            )
            flash(said, "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return preview_page(seat, form), 422
