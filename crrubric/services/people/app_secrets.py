"""The secret that an authenticator app and the site share: made, and read while it is set up."""

from dataclasses import dataclass
from datetime import timedelta

from pyotp import TOTP, random_base32
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.models import AuthenticatorApp, User
from crrubric.queries.people.district import find_named_district
from crrubric.services.people.encryption import decrypt_text, encrypt_anew, encrypt_text
from crrubric.services.shared.unit import unit_of_work

# A key is begun by who has just shown that it is them: whoever finds their browser open an hour
# later reads no key, and sets no app up with it.
BEGUN_FOR = timedelta(minutes=limits.SECOND_STEP_MINUTES)
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


def begin_app_secret(session: Session, user: User) -> None:
    """A secret for a person who is held and has to set an app up: the one that was begun a moment
    ago, which they may have given to their app, or another one."""
    app = session.get(AuthenticatorApp, user.id)
    if read_app_secret(session, user) is None or app is None:
        renew_app_secret(session, user)
    else:
        app.made_at = now_utc()


def encrypt_app_secrets_anew() -> tuple[int, int]:
    """Keep every secret under the site's secret of today instead of the one before.

    Returns: how many are kept, and how many could not be read: these apps have to be set up anew.
    """
    lost = 0
    with unit_of_work() as session:
        apps = list(session.scalars(select(AuthenticatorApp).with_for_update()))
        for app in apps:
            kept = encrypt_anew(app.secret)
            lost += kept is None
            app.secret = kept or app.secret
    return len(apps) - lost, lost


def is_being_set_up(app: AuthenticatorApp | None) -> bool:
    """Whether an app was begun just now and has not shown a code yet."""
    return app is not None and app.confirmed_at is None and now_utc() - app.made_at <= BEGUN_FOR


def read_app_secret(session: Session, user: User) -> AppSecret | None:
    """What the app is given; None once it has shown a code, and where none was begun just now.

    None as well where the site's secret has changed meanwhile: then it is to be made again.
    """
    app = session.get(AuthenticatorApp, user.id)
    secret = decrypt_text(app.secret) if app is not None and is_being_set_up(app) else None
    if secret is None:
        return None
    district = find_named_district(session)
    issuer = district.name if district else SITE
    return AppSecret(secret, TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer))
