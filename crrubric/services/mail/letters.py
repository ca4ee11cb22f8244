"""Writing mails to members into the outbox: invitations, and notices that ask for an act."""

from collections.abc import Iterable, Mapping
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain import limits
from crrubric.domain.mail import mails
from crrubric.domain.vocabulary import MailKind, NoticeKind
from crrubric.models import Evaluation, Member, Notice
from crrubric.queries.people.people import Actor
from crrubric.services.mail.outbox import Posting, home_of, mail_language, occasion, queue, voice


def write_notices(
    session: Session, notices: Iterable[Notice], kind: NoticeKind, facts: Mapping[str, str]
) -> None:
    """A mail beside each notice, if it is of a kind that asks for an act."""
    if kind not in mails.MAILED:
        return
    session.flush()
    by_member = {notice.member_id: notice for notice in notices}
    for member in addressees(session, by_member):
        with voice(mail_language(member)) as say:
            mail = mails.notice(say, occasion(member, home_of(member)), kind, facts)
        key = f"notice-{by_member[member.id].id}"
        queue(session, member, mail, Posting(MailKind.NOTICE, key))


def addressees(session: Session, members: Iterable[int]) -> Iterable[Member]:
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
    path = home_of(member) if token is None else f"/invitations/{token}"
    with voice(mail_language(member)) as say:
        mail = mails.invitation(
            say,
            occasion(member, path),
            chair=actor.name,
            days=None if token is None else limits.INVITE_DAYS,
        )
    queue(session, member, mail, Posting(MailKind.INVITATION, f"invitation-{token_hex(16)}"))
