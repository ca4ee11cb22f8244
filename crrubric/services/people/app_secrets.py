"""The secret that an authenticator app and the site share: made, and read while it is set up."""

from dataclasses import dataclass

from pyotp import TOTP, random_base32
from sqlalchemy import delete
from sqlalchemy.orm import Session

from crrubric.models import AuthenticatorApp, User
from crrubric.queries.people.district import find_named_district
from crrubric.services.people.encryption import decrypt_text, encrypt_text

SITE = "crrubric"  # what an app calls the site while the district has no name


@dataclass(frozen=True, slots=True)
class AppSecret:
    """What an authenticator app is given: typed from the page, or read from a picture of `uri`."""

    secret: str
    uri: str


def renew_app_secret(session: Session, user: User) -> None:
    """Another secret for a person who is held, in the place of one that does not count."""
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.user_id == user.id))
    session.add(AuthenticatorApp(user_id=user.id, secret=encrypt_text(random_base32())))
    session.flush()


def read_app_secret(session: Session, user: User) -> AppSecret | None:
    """What the app is given; None once it has shown a code, and where none was begun.

    None as well where the site's secret has changed meanwhile: then it is to be made again.
    """
    app = session.get(AuthenticatorApp, user.id)
    secret = decrypt_text(app.secret) if app is not None and app.confirmed_at is None else None
    if secret is None:
        return None
    district = find_named_district(session)
    issuer = district.name if district else SITE
    return AppSecret(secret, TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer))
