"""What the progress page says of people: when they were here, which reminders they were sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.vocabulary import BallotState, MailState
from crrubric.extensions import db
from crrubric.models import OutgoingMail
from crrubric.queries.mail.item_reminders import list_sent_item_reminders
from crrubric.queries.mail.lateness import list_sent_reminders, load_last_seen
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.evaluations import BallotProgress
from crrubric.services.mail.outbox import is_mail_on
from crrubric.web.shared import words

RECENT = 14  # days that are counted; older ones are dates


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One line of the table of reminders."""

    name: str
    at: datetime
    mail: OutgoingMail
    state: str


@dataclass(frozen=True, slots=True)
class Lateness:
    """The parts of the progress page that are about people."""

    seen: Mapping[int, datetime]
    reminders: list[ReminderRow]
    late: int  # reviewers with open ballots
    may_remind: bool

    def seen_words(self, member_id: int) -> str:
        """When a member was last signed in."""
        return describe_last_seen(self.seen.get(member_id), now_utc())

    def seen_day(self, member_id: int) -> date | None:
        """The day of that where the district is: an order tells no more than the page says."""
        at = self.seen.get(member_id)
        return words.find_local_day(at) if at else None


def load_lateness(seat: Seat, rows: list[BallotProgress]) -> Lateness:
    """Who is late, when people were here, and what they were sent, in three queries."""
    late = {row.member.id for row in rows if not row.recused and row.state is BallotState.OPEN}
    reminders = [
        ReminderRow(mail.member.name if mail.member else mail.to_name, mail.created_at, mail, said)
        for mail in list_all_reminders(seat)
        if (said := describe_mail_state(mail))
    ]
    seen = load_last_seen(db.session(), seat.evaluation.id)
    return Lateness(seen, reminders, len(late), seat.may(Action.REMIND))


def list_all_reminders(seat: Seat) -> list[OutgoingMail]:
    """What members were reminded of, the newest first: ballots, and action items."""
    session = db.session()
    found = [*list_sent_reminders(session, seat), *list_sent_item_reminders(session, seat)]
    return sorted(found, key=lambda mail: mail.id, reverse=True)


def describe_last_seen(at: datetime | None, now: datetime) -> str:
    """How long ago somebody was here, by the days of the district."""
    if at is None:
        return str(_("never signed in"))
    there = words.find_local_day(at)
    days = (words.find_local_day(now) - there).days
    if days <= 0:
        return str(_("today"))
    if days == 1:
        return str(_("yesterday"))
    if days <= RECENT:
        return str(ngettext("%(num)s day ago", "%(num)s days ago", days))
    return words.format_day(there)


def describe_mail_failure(mail: OutgoingMail) -> str:
    """Why a mail was not sent: our words, or the mail server's as they are."""
    return str(_(mail.last_error)) if mail.last_error else words.NOTHING


def describe_mail_state(mail: OutgoingMail) -> str:
    """How far a mail is, with the reason where it was not sent."""
    if mail.unsure_at is not None:
        return describe_unsure_mail(mail)
    if mail.state is MailState.SENT:
        return str(_("sent %(when)s", when=words.format_moment(mail.sent_at)))
    if mail.state is MailState.FAILED:
        return str(_("failed: %(why)s", why=describe_mail_failure(mail)))
    if mail.state is MailState.SET_ASIDE:
        return str(_("not sent: %(why)s", why=describe_mail_failure(mail)))
    if not is_mail_on():
        return str(_("waiting; mail is off"))
    if mail.attempts:
        return str(_("waiting; the mail server did not take it yet"))
    return str(_("waiting"))


def describe_unsure_mail(mail: OutgoingMail) -> str:
    """The same of one of which nobody knows whether an earlier try delivered it."""
    if mail.state is MailState.SENT:
        return str(
            _(
                "sent %(when)s; it may have arrived twice, because an earlier try had no answer",
                when=words.format_moment(mail.sent_at),
            )
        )
    if mail.state is MailState.FAILED:
        return str(
            _("failed: %(why)s; it may have arrived all the same", why=describe_mail_failure(mail))
        )
    if mail.state is MailState.SET_ASIDE:
        return str(
            _("not sent again: %(why)s; it may have arrived", why=describe_mail_failure(mail))
        )
    return str(_("waiting; it may have arrived already, and is sent again to be safe"))
