"""Sending what the outbox holds, one mail at a time.

A mail is held before it is sent and marked after it: two senders never take the same one at the
same time. If the line breaks or the process dies between the server's yes and our note of it,
nobody knows whether the mail went. It goes out again as it was, with the same Message-ID, by which
mail systems can drop the second copy, and the outbox says so: at least once, seldom twice, never
lost.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, and_, case, or_, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import NotReady
from crrubric.domain.mail.retries import find_next_try, is_too_old
from crrubric.domain.setup.closing import has_ended
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import MailKind, Phase
from crrubric.models import Ballot, District, Evaluation, Member, OutgoingMail
from crrubric.queries.mail.lateness import REMINDERS, select_open_ballots
from crrubric.queries.mail.outgoing import is_waiting
from crrubric.services.mail.item_reminders import drop_stale_item_reminder
from crrubric.services.mail.outbox import (
    NO_USE,
    forget_link,
    is_mail_on,
    is_reachable,
    set_aside_mail,
)
from crrubric.services.mail.smtp import (
    AnswerLost,
    PermanentRefusal,
    ServerDown,
    SmtpClient,
    SmtpMessage,
    TemporaryRefusal,
)
from crrubric.services.shared.days import today_in_district
from crrubric.services.shared.unit import unit_of_work

HELD = timedelta(minutes=10)  # longer than any conversation with a server takes
BATCH = 200
WAITED = N_("it waited for more than three days")


@dataclass(kw_only=True)
class SendingResult:
    """What one run did."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    set_aside: int = 0
    down: str = ""  # why the server could not be used, if it could not


def send_due_mails(*, most: int = BATCH) -> SendingResult:
    """Send what is due, at most so many; stops at the first sign that the server is down.

    Raises: NotReady if mail is off.
    """
    if not is_mail_on():
        raise NotReady(N_("Mail is off: set MAIL_HOST, MAIL_SENDER and SITE_URL."))
    done = SendingResult()
    with SmtpClient() as server:
        for _number in range(most):
            letter = _take_next_mail(done)
            if letter is None or not _send_mail(server, letter, done):
                break
    return done


def _send_mail(server: SmtpClient, letter: SmtpMessage, done: SendingResult) -> bool:
    """Send one mail and write down what came of it; False if the server is down."""
    try:
        server.send(letter)
    except ServerDown as error:
        done.down = str(error)
        done.failed += _note_failure(letter, done.down, unsure=isinstance(error, AnswerLost))
        return False
    except TemporaryRefusal as error:
        failed = _note_failure(letter, str(error))
        done.failed += failed
        done.later += not failed
    except PermanentRefusal as error:
        done.failed += _note_failure(letter, str(error), for_good=True)
    else:
        with unit_of_work() as session:
            mail = _lock_mail(session, letter)
            # it is out, even if it was set aside meanwhile: its link was renewed, for instance
            mail.sent_at, mail.set_aside_at = now_utc(), None
            mail.last_error, mail.held_until = "", None
            forget_link(mail)
        done.sent += 1
    return True


def _note_failure(
    letter: SmtpMessage, why: str, *, for_good: bool = False, unsure: bool = False
) -> bool:
    """When to try again, or that it is given up; whether it is.

    Args: unsure: perhaps the server took it.
    """
    with unit_of_work() as session:
        mail = _lock_mail(session, letter)
        mail.held_until = None
        if unsure:
            mail.unsure_at = now_utc()
        if mail.set_aside_at is not None:  # while it was on its way: nothing to try again
            return False
        again = None if for_good else find_next_try(now_utc(), mail.attempts, mail.due_at)
        mail.last_error = why
        if again is None:
            mail.given_up_at = now_utc()
            forget_link(mail)
        else:
            mail.next_try_at = again
    return again is None


def _lock_mail(session: Session, letter: SmtpMessage) -> OutgoingMail:
    """The row of a mail that was on its way, so that nobody sets it aside at this moment."""
    return session.get_one(OutgoingMail, letter.id, with_for_update=True)


def _take_next_mail(done: SendingResult) -> SmtpMessage | None:
    """Hold the next mail that is due and still of use; None if there is none."""
    while True:
        with unit_of_work() as session:
            mail = _find_next_mail(session)
            if mail is None:
                return None
            if not _hold_mail(session, mail):
                continue  # another sender was quicker
            if _drop_stale_mail(session, mail):
                done.set_aside += 1
                continue
            return smtp_message_of(session, mail)


def _find_next_mail(session: Session) -> OutgoingMail | None:
    order = (OutgoingMail.next_try_at, OutgoingMail.id)
    return session.scalar(select(OutgoingMail).where(_is_due(now_utc())).order_by(*order).limit(1))


def _is_due(now: datetime) -> ColumnElement[bool]:
    held = OutgoingMail.held_until
    return and_(is_waiting(), OutgoingMail.next_try_at <= now, or_(held.is_(None), held <= now))


def _hold_mail(session: Session, mail: OutgoingMail) -> bool:
    """Take the mail, unless somebody took it since: the database decides, in one statement.

    Who held it before and never said what came of it may have sent it.
    """
    now, held = now_utc(), OutgoingMail.held_until
    taken = session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail.id, _is_due(now))
        .values(
            held_until=now + HELD,
            attempts=OutgoingMail.attempts + 1,
            unsure_at=case((held.is_(None), OutgoingMail.unsure_at), else_=held),
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(mail)
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def _drop_stale_mail(session: Session, mail: OutgoingMail) -> bool:
    """Set a mail aside that holds no more, give one up that nobody sent for days; whether so."""
    if is_too_old(now_utc(), mail.due_at):
        mail.given_up_at, mail.last_error = now_utc(), WAITED
        forget_link(mail)
        return True
    if drop_stale_item_reminder(session, mail):
        return True
    member = mail.member
    if member is None or (is_reachable(member) and _is_still_late(session, mail, member)):
        return False
    set_aside_mail(mail, NO_USE)
    return True


def _is_still_late(session: Session, mail: OutgoingMail, member: Member) -> bool:
    """Whether a reminder still holds; so does every other mail."""
    if mail.kind not in REMINDERS:
        return True
    evaluation = member.evaluation
    if evaluation.phase is not Phase.SCORING or _has_closed_since(mail, evaluation):
        return False
    own = select_open_ballots(evaluation.id).where(
        Ballot.member_id == member.id, Ballot.vendor_id.in_(mail.vendors)
    )
    return session.scalar(own.limit(1)) is not None


def _has_closed_since(mail: OutgoingMail, evaluation: Evaluation) -> bool:
    """Whether the closing day passed while a reminder waited: "by Friday" is wrong on Saturday.

    A chair may remind after that day as well; what they write then says so. Nobody may after the
    hard end: what a reminder asks for is not taken any more.
    """
    if has_ended(now_utc(), evaluation.ends_at):
        return True
    zone, closes_on = ZoneInfo(evaluation.district.time_zone), evaluation.closes_on
    if closes_on is None or today_in_district(evaluation) <= closes_on:
        return False
    by_the_clock = mail.kind is MailKind.REMINDER
    return by_the_clock or mail.created_at.astimezone(zone).date() <= closes_on


def smtp_message_of(session: Session, mail: OutgoingMail) -> SmtpMessage:
    """A mail of the outbox as it goes to the server."""
    return SmtpMessage(
        id=mail.id,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        body=mail.body,
        district=district_name(session),
        key=hashlib.sha256(mail.dedup_key.encode()).hexdigest()[:24],
        at=max(mail.created_at, mail.due_at),
    )


def district_name(session: Session) -> str:
    """The name of the site's district; nothing before there is one."""
    return session.scalar(select(District.name).order_by(District.id).limit(1)) or ""
