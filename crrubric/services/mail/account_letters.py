"""Writing mails about an account into the outbox: they belong to no evaluation."""

from collections.abc import Callable
from secrets import token_hex

from sqlalchemy.orm import Session

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.mail.account_mails import (
    compose_address_link,
    compose_confirmation_link,
    compose_password_link,
    compose_sign_in_link,
)
from crrubric.domain.mail.account_news import (
    AccountNews,
    IdentityNews,
    NewsKind,
    PasskeyNews,
    TwoStepNews,
    compose_account_news,
)
from crrubric.domain.mail.mails import (
    SITE_NAME,
    MailContext,
    MailText,
    MailTranslator,
    clean_header_line,
)
from crrubric.domain.vocabulary import MailKind
from crrubric.models import OutgoingMail, User
from crrubric.queries.people.district import find_named_district, find_site_language
from crrubric.services.mail.outbox import OFF, is_mail_on, set_aside_mail, site_url, use_language

Compose = Callable[[MailTranslator, MailContext], MailText]


def write_password_link(session: Session, user: User, token: str, *, asked_by: str = "") -> None:
    """The link for a new password, to the address itself."""

    def compose(say: MailTranslator, to: MailContext) -> MailText:
        return compose_password_link(
            say,
            to,
            minutes=limits.RESET_MINUTES,
            asked_by=asked_by,
            first=user.password_hash is None,
        )

    path = f"/invitations/{token}"
    _queue_account_mail(session, user, compose, path=path, kind=MailKind.PASSWORD_LINK)


def write_sign_in_link(session: Session, user: User, token: str) -> None:
    """The link that signs in, to the address itself."""

    def compose(say: MailTranslator, to: MailContext) -> MailText:
        return compose_sign_in_link(say, to, minutes=limits.SIGN_IN_LINK_MINUTES)

    path = f"/sign-in/link/{token}"
    _queue_account_mail(session, user, compose, path=path, kind=MailKind.SIGN_IN_LINK)


def write_confirmation_link(session: Session, user: User, token: str) -> None:
    """The link that shows that it is still them, to the address itself."""

    def compose(say: MailTranslator, to: MailContext) -> MailText:
        return compose_confirmation_link(say, to, minutes=limits.SIGN_IN_LINK_MINUTES)

    path = f"/account/sign-in/confirm/link/{token}"
    _queue_account_mail(session, user, compose, path=path, kind=MailKind.SIGN_IN_LINK)


def write_link_notice(session: Session, user: User, *, by: str = "") -> None:
    """That a link for the account was made. Args: by: the administrator; empty: on the server."""
    _queue_account_news(session, user, AccountNews(NewsKind.LINK, {"by": by}))


def write_password_notice(session: Session, user: User) -> None:
    """That the password was changed."""
    _queue_account_news(session, user, AccountNews(NewsKind.PASSWORD))


def write_failure_notice(session: Session, user: User, *, codes: bool) -> None:
    """That many passwords in a row were wrong, or codes behind the right one."""
    facts = {"codes": "yes" if codes else ""}
    _queue_account_news(session, user, AccountNews(NewsKind.FAILURE, facts))


def write_two_step_notice(session: Session, user: User, news: TwoStepNews) -> None:
    """What became of the second step of their sign-in."""
    _queue_account_news(session, user, AccountNews(NewsKind.TWO_STEP, {"news": news.value}))


def write_passkey_notice(session: Session, user: User, news: PasskeyNews, name: str) -> None:
    """What became of a passkey of theirs."""
    facts = {"news": news.value, "name": name}
    _queue_account_news(session, user, AccountNews(NewsKind.PASSKEY, facts))


def write_identity_notice(session: Session, user: User, news: IdentityNews, provider: str) -> None:
    """What became of signing in with an account of a provider."""
    facts = {"news": news.value, "provider": provider}
    _queue_account_news(session, user, AccountNews(NewsKind.IDENTITY, facts))


def write_address_link(session: Session, user: User, token: str, address: str) -> None:
    """The link that proves another address: there and nowhere else."""

    def compose(say: MailTranslator, to: MailContext) -> MailText:
        return compose_address_link(say, to, minutes=limits.RESET_MINUTES)

    path, kind = f"/account/address/{token}", MailKind.ADDRESS_LINK
    _queue_account_mail(session, user, compose, path=path, kind=kind, address=address)


def write_taken_notice(session: Session, owner: User) -> None:
    """That somebody asked for the address of this account, which goes on as it was."""
    _queue_account_news(session, owner, AccountNews(NewsKind.TAKEN))


def write_address_notices(session: Session, user: User, old: str) -> None:
    """That the address was changed: to both."""
    news = AccountNews(NewsKind.ADDRESS, {"old": old, "new": user.email})
    for address in (old, user.email):
        _queue_account_news(session, user, news, address=address)


def _queue_account_news(
    session: Session, user: User, news: AccountNews, *, address: str = ""
) -> None:
    """Write what was done as a mail, and keep it as values for a page in whatever language."""

    def compose(say: MailTranslator, to: MailContext) -> MailText:
        return compose_account_news(say, to, news)

    _queue_account_mail(session, user, compose, address=address, news=news)


def _queue_account_mail(
    session: Session,
    user: User,
    compose: Compose,
    *,
    path: str = "/",
    kind: MailKind = MailKind.ACCOUNT,
    address: str = "",
    news: AccountNews | None = None,
) -> None:
    """Put a mail into the outbox, in the caller's transaction; where mail is off, set it aside."""
    district = find_named_district(session)
    name = district.name if district else SITE_NAME
    to = MailContext(user.name, name, name, f"{site_url()}{path}")
    settings = current_settings()
    chosen = user.language if user.language in settings.LANGUAGES else None
    with use_language(chosen or find_site_language(session, settings.LANGUAGES)) as say:
        mail = compose(say, to)
    row = OutgoingMail(
        dedup_key=f"account-{token_hex(16)}",
        kind=kind,
        user_id=user.id,
        to_name=clean_header_line(user.name),
        to_address=address or user.email,
        subject=mail.subject,
        body=mail.body,
        vendors=[],
        news=news and news.serialize(),
    )
    session.add(row)
    if not is_mail_on():
        set_aside_mail(row, OFF)
