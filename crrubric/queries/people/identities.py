"""Who people are to providers of single sign-on."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.config import current_settings
from crrubric.domain.people.providers import WELL_KNOWN
from crrubric.models import ExternalIdentity, Passkey, User
from crrubric.queries.people.second_step import list_passkeys


@dataclass(frozen=True, slots=True)
class NamedIdentity:
    """Somebody's account at a provider, as people know it."""

    row: ExternalIdentity
    title: str
    usable: bool  # the settings still have the provider


def find_identity(session: Session, issuer: str, subject: str) -> ExternalIdentity | None:
    """Whose account a provider's number for somebody stands for, if it does for one."""
    return session.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject
        )
    )


def list_identities(session: Session, user_id: int | None) -> list[NamedIdentity]:
    """The accounts elsewhere with which a person signs in, the oldest first."""
    rows = select(ExternalIdentity).where(ExternalIdentity.user_id == user_id)
    return [name_identity(row) for row in session.scalars(rows.order_by(ExternalIdentity.id))]


def name_identity(row: ExternalIdentity) -> NamedIdentity:
    """An account elsewhere under the name that the settings give its provider."""
    for provider in current_settings().SSO_PROVIDERS.values():
        if provider.address.removesuffix(WELL_KNOWN).rstrip("/") == row.issuer.rstrip("/"):
            return NamedIdentity(row, provider.title, usable=True)
    return NamedIdentity(row, row.issuer, usable=False)


def takes_passkeys_alone() -> bool:
    """Whether a passkey signs in by itself: where passwords are off, providers decide who comes."""
    return current_settings().PASSWORD_SIGN_IN


def has_way_in(
    user: User, identities: Iterable[NamedIdentity], passkeys: Iterable[Passkey]
) -> bool:
    """Whether a person can sign in by themselves with these, or with a password."""
    if user.password_hash is not None and current_settings().PASSWORD_SIGN_IN:
        return True
    if current_settings().SIGN_IN_LINKS or any(one.usable for one in identities):
        return True
    return takes_passkeys_alone() and any(key.stands_alone for key in passkeys)


def is_only_way_in(session: Session, user: User, row: ExternalIdentity) -> bool:
    """Whether a person could not sign in any more without this account elsewhere."""
    others = [one for one in list_identities(session, user.id) if one.row.id != row.id]
    return not has_way_in(user, others, list_passkeys(session, user.id))
