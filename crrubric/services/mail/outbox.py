"""The outbox: mails are rows, written in the transaction of what they tell, and sent later."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale, format_date, gettext, ngettext
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.mail.mails import MailContext, MailText, MailTranslator, clean_header_line
from crrubric.domain.people.languages import choose_mail_language, formats_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import MailKind
from crrubric.models import Member, OutgoingMail, User
from crrubric.queries.mail.lateness import REMINDERS
from crrubric.queries.mail.outgoing import is_waiting

OFF = N_("mail was off")
NO_USE = N_("no longer needed")
RESTORED = N_("the site was restored from a backup, and it may have been sent before that")
LOCAL = "http://127.0.0.1:5000"
# a secret that works once
WITH_LINK = (
    MailKind.INVITATION,
    MailKind.PASSWORD_LINK,
    MailKind.ADDRESS_LINK,
    MailKind.SIGN_IN_LINK,
)


def is_mail_on() -> bool:
    """Whether this site sends mail. Where it is off, mails are written and set aside at once."""
    return bool(current_settings().MAIL_HOST)


def site_url() -> str:
    """Where links in mails begin: a setting, never what a request says of its host."""
    return current_settings().SITE_URL or LOCAL


def mail_language_of(member: Member) -> str:
    """The language in which a member is written to."""
    chosen = member.user.language if member.user else None
    offered = chosen if chosen in current_settings().LANGUAGES else None
    return choose_mail_language(offered, member.evaluation.language)


@contextmanager
def use_language(language: str) -> Iterator[MailTranslator]:
    """Speak this language meanwhile, whatever the request is in."""
    with force_locale(formats_of(language)):
        yield MailTranslator(gettext, ngettext, lambda day: str(format_long_day(day)))


def format_long_day(day: date) -> str:
    """A day with its weekday, in the language that is spoken: Friday, March 12, 2027."""
    return str(format_date(day, "full", rebase=False))


def make_mail_context(member: Member, path: str) -> MailContext:
    """To a member, from their evaluation; `path` is where the link leads inside the site."""
    evaluation = member.evaluation
    link = f"{site_url()}{path}"
    return MailContext(member.name, evaluation.title, evaluation.district.name, link)


def evaluation_path_of(member: Member) -> str:
    """The path of the member's evaluation."""
    return f"/evaluations/{member.evaluation.slug}/"


@dataclass(frozen=True, slots=True)
class MailPurpose:
    """What a mail is for; of two with one key only the first is written."""

    kind: MailKind
    key: str
    vendors: tuple[int, ...] = ()  # which vendors it is about, if it tells who is late for them


def is_reachable(member: Member) -> bool:
    """Whether a member can be written to: present, with an account that works.

    What concerns a seat that waits for a proof goes to the address that was invited, or nowhere.
    """
    user = member.user
    return (
        member.removed_at is None
        and user is not None
        and user.disabled_at is None
        and member.awaits_address in (None, user.email_key)
    )


def queue_mail(
    session: Session, member: Member, mail: MailText, posting: MailPurpose
) -> OutgoingMail | None:
    """Put a mail to a member into the outbox, in the caller's transaction.

    Returns: None if the member has no address, or if it was written before.
    """
    user = member.user
    if user is None or not is_reachable(member):
        return None
    if session.scalar(select(OutgoingMail.id).where(OutgoingMail.dedup_key == posting.key)):
        return None
    row = OutgoingMail(
        dedup_key=posting.key,
        kind=posting.kind,
        evaluation_id=member.evaluation_id,
        member_id=member.id,
        user_id=user.id,
        to_name=clean_header_line(member.name),
        to_address=user.email,
        subject=mail.subject,
        body=mail.body,
        vendors=list(posting.vendors),
    )
    session.add(row)
    if not is_mail_on():
        set_aside_mail(row, OFF)
    return row


def set_aside_mail(mail: OutgoingMail, why: str) -> None:
    """Send it never; a one-time link is not kept. Args: why: a text to translate."""
    mail.set_aside_at, mail.last_error = now_utc(), why
    forget_link(mail)


def forget_link(mail: OutgoingMail) -> None:
    """Drop the text of a mail that waits no more and holds a one-time link."""
    if mail.kind in WITH_LINK:
        mail.body = ""


def set_aside_links(session: Session, user_id: int) -> None:
    """The person's earlier links have stopped working: don't send them any more."""
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.user_id == user_id,
            OutgoingMail.kind.in_(WITH_LINK),
            is_waiting(),
        )
        .values(set_aside_at=now_utc(), last_error=NO_USE, body="")
    )


def redirect_mails(session: Session, user: User) -> None:
    """What waits for a person goes to the address that they have now; of the change itself the
    former one is told."""
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.user_id == user.id, OutgoingMail.kind != MailKind.ACCOUNT, is_waiting())
        .values(to_address=user.email)
    )


def set_aside_mail_of(session: Session, key: str) -> None:
    """Don't send the mail of this key, if it waits still."""
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.dedup_key == key, is_waiting(), is_not_held(now_utc()))
        .values(set_aside_at=now_utc(), last_error=NO_USE)
    )


def set_aside_reminders(session: Session, evaluation_id: int) -> None:
    """What the reminders of an evaluation say no longer holds: don't send those that wait."""
    _set_aside_mails(session, evaluation_id, OutgoingMail.kind.in_(REMINDERS))


def set_aside_all_mails(session: Session, evaluation_id: int) -> None:
    """The evaluation is no more: don't send what waits, invitations included."""
    _set_aside_mails(session, evaluation_id, OutgoingMail.kind.in_(WITH_LINK), body="")
    _set_aside_mails(session, evaluation_id, OutgoingMail.kind.not_in(WITH_LINK))


def set_aside_after_restoring(session: Session, now: datetime) -> int:
    """Don't send what waits in a backup: it may have gone out since; how many mails.

    What is due later can't have been sent, unless it holds a link, which works no more.
    """
    # of a sender that had one in hand nothing is left, either
    waiting = select(OutgoingMail).where(
        is_waiting(), or_(OutgoingMail.due_at <= now, OutgoingMail.kind.in_(WITH_LINK))
    )
    mails = session.scalars(waiting).all()
    for mail in mails:
        set_aside_mail(mail, RESTORED)
        mail.held_until = None
    return len(mails)


def _set_aside_mails(
    session: Session, evaluation_id: int, which: ColumnElement[bool], **values: str
) -> None:
    now = now_utc()
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.evaluation_id == evaluation_id, which, is_waiting(), is_not_held(now))
        .values(set_aside_at=now, last_error=NO_USE, **values)
    )


def is_not_held(now: datetime) -> ColumnElement[bool]:
    """Which mails no sender has in hand: what is being sent goes its way."""
    return or_(OutgoingMail.held_until.is_(None), OutgoingMail.held_until <= now)


def list_waiting_mails(session: Session) -> Sequence[OutgoingMail]:
    """The mails that wait, in the order of their next try."""
    order = (OutgoingMail.next_try_at, OutgoingMail.id)
    return session.scalars(select(OutgoingMail).where(is_waiting()).order_by(*order)).all()
