"""The outbox: mails are rows, written in the transaction of what they tell, and sent later."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale, format_date, gettext, ngettext
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.mail.mails import Mail, Occasion, Voice, header_line
from crrubric.domain.people.languages import formats_of
from crrubric.domain.people.languages import mail_language as spoken_to
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import MailKind
from crrubric.models import Member, OutgoingMail
from crrubric.queries.mail.lateness import REMINDERS

OFF = N_("mail was off")
NO_USE = N_("no longer needed")
LOCAL = "http://127.0.0.1:5000"


def mail_is_on() -> bool:
    """Whether this site sends mail. Where it is off, mails are written and set aside at once."""
    return bool(current_settings().MAIL_HOST)


def site_url() -> str:
    """Where links in mails begin: a setting, never what a request says of its host."""
    return current_settings().SITE_URL or LOCAL


def mail_language(member: Member) -> str:
    """The language in which a member is written to."""
    chosen = member.user.language if member.user else None
    offered = chosen if chosen in current_settings().LANGUAGES else None
    return spoken_to(offered, member.evaluation.language)


@contextmanager
def voice(language: str) -> Iterator[Voice]:
    """Speak this language meanwhile, whatever the request is in."""
    with force_locale(formats_of(language)):
        yield Voice(gettext, ngettext, lambda day: str(long_day(day)))


def long_day(day: date) -> str:
    """A day with its weekday, in the language that is spoken: Friday, March 12, 2027."""
    return str(format_date(day, "full", rebase=False))


def occasion(member: Member, path: str) -> Occasion:
    """To a member, from their evaluation; `path` is where the link leads inside the site."""
    evaluation = member.evaluation
    link = f"{site_url()}{path}"
    return Occasion(member.name, evaluation.title, evaluation.district.name, link)


def home_of(member: Member) -> str:
    """The path of the member's evaluation."""
    return f"/evaluations/{member.evaluation.slug}/"


@dataclass(frozen=True, slots=True)
class Posting:
    """What a mail is for; of two with one key only the first is written."""

    kind: MailKind
    key: str
    vendors: tuple[int, ...] = ()  # which vendors it is about, if it tells who is late for them


def reachable(member: Member) -> bool:
    """Whether a member can be written to: present, with an account that works."""
    return member.removed_at is None and member.user is not None and member.user.disabled_at is None


def queue(session: Session, member: Member, mail: Mail, posting: Posting) -> OutgoingMail | None:
    """Put a mail to a member into the outbox, in the caller's transaction.

    Returns: None if the member has no address, or if it was written before.
    """
    user = member.user
    if user is None or not reachable(member):
        return None
    if session.scalar(select(OutgoingMail.id).where(OutgoingMail.dedup_key == posting.key)):
        return None
    row = OutgoingMail(
        dedup_key=posting.key,
        kind=posting.kind,
        evaluation_id=member.evaluation_id,
        member_id=member.id,
        user_id=user.id,
        to_name=header_line(member.name),
        to_address=user.email,
        subject=mail.subject,
        body=mail.body,
        vendors=list(posting.vendors),
    )
    session.add(row)
    if not mail_is_on():
        set_aside(row, OFF)
    return row


def set_aside(mail: OutgoingMail, why: str) -> None:
    """Send it never; a one-time link is not kept. Args: why: a text to translate."""
    mail.set_aside_at, mail.last_error = now_utc(), why
    forget_link(mail)


def forget_link(mail: OutgoingMail) -> None:
    """Drop the text of an invitation that waits no more: it holds a one-time link."""
    if mail.kind is MailKind.INVITATION:
        mail.body = ""


def set_aside_invitations(session: Session, user_id: int) -> None:
    """The person's earlier links have stopped working: don't send them any more."""
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.user_id == user_id,
            OutgoingMail.kind == MailKind.INVITATION,
            still_waits(),
        )
        .values(set_aside_at=now_utc(), last_error=NO_USE, body="")
    )


def set_aside_reminders(session: Session, evaluation_id: int) -> None:
    """What the reminders of an evaluation say no longer holds: don't send those that wait."""
    now = now_utc()
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.evaluation_id == evaluation_id,
            OutgoingMail.kind.in_(REMINDERS),
            still_waits(),
            not_held(now),
        )
        .values(set_aside_at=now, last_error=NO_USE)
    )


def not_held(now: datetime) -> ColumnElement[bool]:
    """Which mails no sender has in hand: what is being sent goes its way."""
    return or_(OutgoingMail.held_until.is_(None), OutgoingMail.held_until <= now)


def still_waits() -> ColumnElement[bool]:
    """Which mails are neither sent, given up nor set aside."""
    return and_(
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.given_up_at.is_(None),
        OutgoingMail.set_aside_at.is_(None),
    )


def waiting(session: Session) -> Sequence[OutgoingMail]:
    """The mails that wait, in the order of their next try."""
    order = (OutgoingMail.next_try_at, OutgoingMail.id)
    return session.scalars(select(OutgoingMail).where(still_waits()).order_by(*order)).all()
