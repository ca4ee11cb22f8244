"""Reminding those who are late: who gets it and what it says, then the sending."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.services.mail import reminders as service
from crrubric.services.mail.outbox import is_mail_on
from crrubric.web.mail.forms import ReminderForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import make_full_address, redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("reminders", __name__, url_prefix="/evaluations/<slug>/progress/remind")
HOME = "evaluations.show_progress"


@bp.get("")
@require_permission(Action.REMIND)
def show_reminder_form(seat: Seat) -> ResponseReturnValue:
    """Who would be reminded, and the text."""
    return render_reminder_page(seat, ReminderForm())


def render_reminder_page(seat: Seat, form: ReminderForm) -> str:
    """The page before sending; where mail is off, a text and addresses to copy."""
    to_whom = service.find_recipients(db.session(), seat)
    example = None
    if is_mail_on() and to_whom.reached:
        example = service.reminder_mail(seat, to_whom.reached[0], now=now_utc())
    people = [row.member.user for row in to_whom.reached if row.member.user]
    return render_page(
        "mail/remind.html",
        seat,
        under=HOME,
        form=form,
        to=to_whom,
        mail_is_on=is_mail_on(),
        example=example,
        text=service.reminder_text(seat, make_ballots_link(seat)),
        addresses="; ".join(person.email for person in people),
    )


def make_ballots_link(seat: Seat) -> str:
    """The address that reviewers use; the chair's own where the settings name none."""
    return make_full_address("ballots.show_own_ballots", slug=seat.evaluation.slug)


@bp.post("")
@require_permission(Action.REMIND)
def submit_reminders(seat: Seat) -> ResponseReturnValue:
    """Remind everybody who is late and was not reminded just now."""
    form = ReminderForm()
    if form.validate():
        try:
            count = service.remind_late_reviewers(
                current_actor(), seat.evaluation.slug, words=form.words.data or ""
            )
            said = ngettext(
                "One reminder is on its way.", "%(num)s reminders are on their way.", count
            )
            flash(said, "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_reminder_page(seat, form), 422
