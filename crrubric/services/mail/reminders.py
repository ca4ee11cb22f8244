"""Reminding reviewers who are late: before the closing day by the clock, or by the chair."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.mail import mails
from crrubric.domain.mail.mails import MailText
from crrubric.domain.mail.reminders import STEPS, find_due_step, may_remind_again
from crrubric.domain.setup.closing import has_ended
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import MailKind, Phase
from crrubric.models import Evaluation, Member, OutgoingMail
from crrubric.queries.mail.lateness import REMINDERS, LateReviewer, list_late_reviewers
from crrubric.queries.mail.outgoing import is_waiting
from crrubric.queries.people.access import Seat, require_locked_seat
from crrubric.queries.people.district import is_on_site
from crrubric.queries.people.people import CLOCKWORK, Actor
from crrubric.services.mail.outbox import (
    NO_USE,
    MailPurpose,
    evaluation_path_of,
    is_mail_on,
    is_not_held,
    is_reachable,
    mail_language_of,
    make_mail_context,
    queue_mail,
    set_aside_mail,
    use_language,
)
from crrubric.services.people.accounts import is_unused
from crrubric.services.people.ways_in import name_only_ways_in
from crrubric.services.shared.days import refuse_after_end
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


def write_due_reminders(now: datetime | None = None) -> int:
    """Write the reminders that have fallen due before closing days; how many.

    One evaluation is one transaction. Args: now: only tests say another time.
    """
    at = now or now_utc()
    with unit_of_work() as session:
        slugs = session.scalars(_select_closing_slugs()).all()
    return sum(_write_evaluation_reminders(slug, at) for slug in slugs)


def _select_closing_slugs() -> Select[str]:
    """The evaluations that are scored until a day."""
    return (
        select(Evaluation.slug)
        .where(Evaluation.phase == Phase.SCORING, Evaluation.closes_on.is_not(None), is_on_site())
        .order_by(Evaluation.id)
    )


def _write_evaluation_reminders(slug: str, now: datetime) -> int:
    with unit_of_work() as session:
        try:
            seat = require_locked_seat(session, CLOCKWORK, Action.REMIND, slug)
        except WrongPhase:  # it was closed meanwhile
            return 0
        return _note_reminders(session, seat, _queue_due_reminders(session, seat, now))


def _queue_due_reminders(session: Session, seat: Seat, now: datetime) -> list[OutgoingMail | None]:
    """The reminders of an evaluation that have fallen due."""
    if has_ended(now, seat.evaluation.ends_at):
        return []  # nobody could do what the reminder asks for
    return [
        _write_reminder(session, seat, row, kind=MailKind.REMINDER, key=key, now=now)
        for row in list_late_reviewers(session, seat.evaluation.id)
        if (key := _due_reminder_key(session, seat.evaluation, row, now))
    ]


def pass_over_due_reminders(session: Session, now: datetime, why: str) -> int:
    """Take the reminders that have fallen due for sent; how many there are.

    Args: why: a text to translate.
    """
    count = 0
    for slug in session.scalars(_select_closing_slugs()).all():
        seat = require_locked_seat(session, CLOCKWORK, Action.REMIND, slug)
        for mail in filter(None, _queue_due_reminders(session, seat, now)):
            set_aside_mail(mail, why)
            count += 1
    return count


def _due_reminder_key(
    session: Session, evaluation: Evaluation, late: LateReviewer, now: datetime
) -> str | None:
    """The key of the reminder that is due for a reviewer now; None if there is none."""
    closes_on, opened = evaluation.closes_on, evaluation.opened_at
    if closes_on is None or opened is None or not may_remind_again(now, late.reminded_at):
        return None
    keys = {step: _reminder_key(late.member, closes_on, opened, step) for step in STEPS}
    there = select(OutgoingMail.dedup_key).where(OutgoingMail.dedup_key.in_(keys.values()))
    written = set(session.scalars(there))
    sent = {step for step, key in keys.items() if key in written}
    zone = ZoneInfo(evaluation.district.time_zone)
    step = find_due_step(now, closes_on, zone, opened=opened, sent=sent)
    return None if step is None else keys[step]


def _reminder_key(member: Member, closes_on: date, opened: datetime, step: int) -> str:
    """Each step once per member and round: a round begins when ballots open."""
    return f"reminder-{member.id}-{opened:%Y%m%d%H%M%S}-{closes_on:%Y%m%d}-{step}"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who is late: whom a reminder would reach, who was just reminded, who has no address."""

    reached: tuple[LateReviewer, ...]
    resting: tuple[LateReviewer, ...]
    unreachable: tuple[LateReviewer, ...]


def find_recipients(session: Session, seat: Seat) -> Recipients:
    """Who of those late, as far as the chair may know, would be reminded now."""
    late = list_late_reviewers(session, seat.evaluation.id, away=seat.shut_out)
    now = now_utc()
    there = [row for row in late if is_reachable(row.member)]
    return Recipients(
        tuple(row for row in there if may_remind_again(now, row.reminded_at)),
        tuple(row for row in there if not may_remind_again(now, row.reminded_at)),
        tuple(row for row in late if not is_reachable(row.member)),
    )


def remind_late_reviewers(actor: Actor, slug: str, *, words: str = "") -> int:
    """Remind whoever is late now, with words of the chair's own if there are any; how many.

    The mails name the ballots that the chair may know of. Raises: Invalid if mail is off, or if
    there is nobody to remind.
    """
    said = clean_text(words, limit=limits.NOTE, field="words")
    if not is_mail_on():
        raise Invalid(N_("This site sends no e-mail: copy the text and the addresses instead."))
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.REMIND, slug)
        refuse_after_end(seat.evaluation)
        to = find_recipients(session, seat).reached
        if not to:
            raise Invalid(N_("There is nobody to remind now."))
        now = now_utc()
        found = [
            _write_reminder(
                session,
                seat,
                row,
                kind=MailKind.CHAIR_REMINDER,
                key=f"chair-reminder-{row.member.id}-{now:%Y%m%d%H%M%S%f}",
                now=now,
                words=said,
            )
            for row in to
        ]
        return _note_reminders(session, seat, found)


def _write_reminder(
    session: Session,
    seat: Seat,
    late: LateReviewer,
    *,
    kind: MailKind,
    key: str,
    now: datetime,
    words: str = "",
) -> OutgoingMail | None:
    mail = reminder_mail(seat, late, now=now, words=words)
    vendors = tuple(row.id for row in late.vendors)
    row = queue_mail(session, late.member, mail, MailPurpose(kind, key, vendors))
    if row is not None:
        row.created_at = row.due_at = row.next_try_at = now
        _set_aside_older_reminders(session, row, now)
    return row


def _set_aside_older_reminders(session: Session, mail: OutgoingMail, now: datetime) -> None:
    """After an outage the newest reminder is enough; one that is being sent now goes its way."""
    session.flush()
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.member_id == mail.member_id,
            OutgoingMail.kind.in_(REMINDERS),
            OutgoingMail.id != mail.id,
            is_waiting(),
            is_not_held(now),
        )
        .values(set_aside_at=now, last_error=NO_USE)
    )


def reminder_mail(seat: Seat, late: LateReviewer, *, now: datetime, words: str = "") -> MailText:
    """What one reviewer who is late is written."""
    vendors = [row.name for row in late.vendors]
    chair = seat.actor.name if seat.member else ""
    user = late.member.user
    facts = _make_reminder_facts(seat.evaluation, vendors, now, chair, words)
    if user is not None and is_unused(user) and not name_only_ways_in():
        facts = replace(facts, uninitiated=True)
    to = make_mail_context(late.member, f"{evaluation_path_of(late.member)}ballots/")
    with use_language(mail_language_of(late.member)) as say:
        return mails.compose_reminder(say, to, facts)


def reminder_text(seat: Seat, link: str) -> MailText:
    """A text for all who are late, to be copied: it names neither people nor ballots."""
    if seat.member is None:
        raise ValueError("only somebody with a seat copies a text")
    to = mails.MailContext("", seat.evaluation.title, seat.evaluation.district.name, link)
    with use_language(mail_language_of(seat.member)) as say:
        return mails.compose_reminder(
            say, to, _make_reminder_facts(seat.evaluation, (), now_utc(), "", "")
        )


def _make_reminder_facts(
    evaluation: Evaluation, vendors: Iterable[str], now: datetime, chair: str, words: str
) -> mails.ReminderFacts:
    today = now.astimezone(ZoneInfo(evaluation.district.time_zone)).date()
    return mails.ReminderFacts(
        vendors=list(vendors), today=today, closes_on=evaluation.closes_on, chair=chair, words=words
    )


def _note_reminders(session: Session, seat: Seat, found: Iterable[OutgoingMail | None]) -> int:
    """Write down how many were reminded; not whom: that stands with the mails."""
    count = sum(row is not None for row in found)
    if count:
        note_event(
            session,
            seat.actor,
            Event.REMINDED,
            evaluation_id=seat.evaluation.id,
            subject=str(count),
        )
    return count
