"""Writing mails to members into the outbox: invitations, and notices that ask for an act."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from secrets import token_hex
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain import limits
from crrubric.domain.mail import mails
from crrubric.domain.planning.section_files import name_workbook_section
from crrubric.domain.policy import OPEN_WORK
from crrubric.domain.vocabulary import MailKind, NoticeKind
from crrubric.models import Evaluation, Member, Notice
from crrubric.queries.people.people import Actor, list_roles
from crrubric.services.mail.outbox import (
    MailPurpose,
    evaluation_path_of,
    mail_language_of,
    make_mail_context,
    queue_mail,
    use_language,
)
from crrubric.services.people.ways_in import name_only_ways_in


def write_notice_mails(
    session: Session, notices: Iterable[Notice], kind: NoticeKind, facts: Mapping[str, str]
) -> None:
    """A mail beside each notice, if it is of a kind that asks for an act."""
    if kind not in mails.MAILED:
        return
    session.flush()
    by_member = {notice.member_id: notice for notice in notices}
    for member in load_recipients(session, by_member):
        language = mail_language_of(member)
        to = make_mail_context(member, notice_path_of(member, kind, facts))
        with use_language(language) as say:
            mail = mails.compose_notice_mail(
                say, to, kind, facts, section=partial(name_workbook_section, language=language)
            )
        key = notice_key_of(by_member[member.id])
        queue_mail(session, member, mail, MailPurpose(MailKind.NOTICE, key))


def notice_path_of(member: Member, kind: NoticeKind, facts: Mapping[str, str]) -> str:
    """Where the mail of a notice leads: the section that is to be filled in, or the overview."""
    path = evaluation_path_of(member)
    return f"{path}plan/sections/{facts['section']}" if kind is NoticeKind.PLAN_ASKED else path


def notice_key_of(notice: Notice) -> str:
    """What tells the mail of a notice from all others."""
    return f"notice-{notice.id}"


def load_recipients(session: Session, members: Iterable[int]) -> Iterable[Member]:
    """The members with all that a mail to them needs, in one query."""
    return session.scalars(
        select(Member)
        .options(
            joinedload(Member.user),
            joinedload(Member.evaluation).joinedload(Evaluation.district),
        )
        .where(Member.id.in_(list(members)))
        .order_by(Member.id)
    ).all()


def write_invitation(session: Session, actor: Actor, member: Member, token: str | None) -> None:
    """The mail of an invitation, with its one-time link or, without a token, the evaluation's."""
    path = evaluation_path_of(member) if token is None else f"/invitations/{token}"
    with use_language(mail_language_of(member)) as say:
        mail = mails.compose_invitation(
            say,
            make_mail_context(member, path),
            seat=describe_invited_seat(actor, member),
            days=None if token is None else limits.INVITE_DAYS,
            used=member.user is not None and not member.user.unused,
            waits=member.awaits_address is not None,
            providers=name_only_ways_in(),
        )
    queue_mail(
        session, member, mail, MailPurpose(MailKind.INVITATION, f"invitation-{token_hex(16)}")
    )


def describe_invited_seat(actor: Actor, member: Member) -> mails.InvitedSeat:
    """Who invites to which seat, and the last day on which it can score."""
    evaluation = member.evaluation
    return mails.InvitedSeat(
        host=actor.name if actor.user_id is not None else "",
        roles=list_roles(member),
        closes_on=find_last_day(evaluation) if evaluation.phase in OPEN_WORK else None,
    )


def find_last_day(evaluation: Evaluation) -> date | None:
    """The closing day, or that of the hard end where there is no other; None if none is set."""
    if evaluation.closes_on is not None or evaluation.ends_at is None:
        return evaluation.closes_on
    return evaluation.ends_at.astimezone(ZoneInfo(evaluation.district.time_zone)).date()
