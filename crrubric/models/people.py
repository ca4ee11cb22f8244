"""People of the site: accounts, their sessions, their one-time links."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    false,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.people.browsers import LONGEST
from crrubric.domain.vocabulary import LinkUse, PasskeyUse, SessionLevel, Standing
from crrubric.models.base import GIVEN_ONCE, Base, Name, checked_enum


class District(Base):
    """The school district that runs this site; its zone is the one that people read times in.

    A site has one. `version` counts how often somebody set its name and zone: 0 is a district that
    was made with its first evaluation and that nobody has named yet.
    """

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    # spoken to whoever says nothing, and that of new papers; None: nobody chose one
    language: Mapped[str | None] = mapped_column(String(limits.LANGUAGE))


class DistrictLogo(Base):
    """A picture that is or was the district's logo, as a PNG file that we wrote ourselves.

    One that was replaced or removed stays: issued memos have it. `sha256` is over the body.
    """

    __tablename__ = "district_logo"
    __table_args__ = (UniqueConstraint("district_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[Name]
    added_at: Mapped[datetime] = mapped_column(default=now_utc)
    removed_at: Mapped[datetime | None]  # None: it is the logo


class User(Base):
    """An account. `email_key` is the address folded so that spellings of it can't be two people."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    email: Mapped[str] = mapped_column(String(limits.EMAIL))
    email_key: Mapped[str] = mapped_column(String(limits.EMAIL), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(300))
    standing: Mapped[Standing] = mapped_column(checked_enum(Standing), default=Standing.MEMBER)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    disabled_at: Mapped[datetime | None]
    # when it was certain that the address is the owner's; never by a link that a chair could read
    address_proven_at: Mapped[datetime | None]
    # grows with each new password and when the account is disabled: a sign-in that began before
    # does not end in a session
    sign_in_version: Mapped[int] = mapped_column(default=0, server_default="0")
    # when somebody first signed in to it by a provider: it is used since, whatever becomes of that
    identity_linked_at: Mapped[datetime | None]
    # when somebody first signed in to it by a link, without choosing a password
    link_used_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(limits.LANGUAGE))  # None: never chose one
    # when name and address were removed: only the number is left, to which entries refer
    removed_at: Mapped[datetime | None]
    # wants no mail before their action items are due
    item_mails_off: Mapped[bool] = mapped_column(default=False, server_default=false())

    @hybrid_property
    def unused(self) -> bool:
        """Whether nobody has chosen a password for it or signed in without one yet."""
        return (
            self.password_hash is None
            and self.identity_linked_at is None
            and self.link_used_at is None
        )

    @unused.inplace.expression
    @classmethod
    def _unused_in_sql(cls) -> ColumnElement[bool]:
        return and_(
            cls.password_hash.is_(None),
            cls.identity_linked_at.is_(None),
            cls.link_used_at.is_(None),
        )


class UserSession(Base):
    """One signed-in browser. The cookie holds a secret; the table only its SHA-256.

    A level that awaits a step opens nothing but that step.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    seen_at: Mapped[datetime] = mapped_column(default=now_utc)
    ended_at: Mapped[datetime | None]
    level: Mapped[SessionLevel] = mapped_column(
        checked_enum(SessionLevel),
        default=SessionLevel.ONE_STEP,
        server_default=SessionLevel.ONE_STEP.name,
    )
    # what the browser calls itself; empty if it says nothing, or began before this was kept
    browser: Mapped[str] = mapped_column(String(LONGEST), default="", server_default="")
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")  # of the second step
    # when its person last confirmed that it is them; None once what they did it for is done
    confirmed_at: Mapped[datetime | None]
    # with a passkey that knows who uses it, which counts for both steps
    confirmed_by_key: Mapped[bool] = mapped_column(default=False, server_default=false())
    user: Mapped[User] = relationship()


class AuthenticatorApp(Base):
    """The app on a person's phone that shows a new code every 30 seconds: their second step.

    `secret` is encrypted with a key that is not in the database: whoever steals a backup can't
    make codes. It counts from `confirmed_at`, when the person showed that the app has it.
    """

    __tablename__ = "authenticator_app"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(250))
    made_at: Mapped[datetime] = mapped_column(default=now_utc)
    confirmed_at: Mapped[datetime | None]
    # the period of 30 seconds whose code was used last: no code is taken twice
    used_period: Mapped[int] = mapped_column(default=0, server_default="0")
    user: Mapped[User] = relationship()


class RecoveryCode(Base):
    """A code on paper that stands once for the authenticator app; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key pair of a person: the secret half never leaves their device, this is the other one.

    `handle` is what their devices know the account by: drawn at random, the same for all passkeys
    of a person. A passkey works at one host name only.
    """

    __tablename__ = "passkey"
    __table_args__ = (GIVEN_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[Name]
    credential_id: Mapped[str] = mapped_column(String(limits.CREDENTIAL_ID), unique=True)
    handle: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    host: Mapped[str] = mapped_column(String(limits.HOST))
    transports: Mapped[str] = mapped_column(String(100), default="", server_default="")
    # it can be asked for without an address, and knows who uses it: it signs in alone
    stands_alone: Mapped[bool] = mapped_column(default=False, server_default=false())
    uses: Mapped[int] = mapped_column(BigInteger, default=0)  # as it counts them itself; 0: not
    made_at: Mapped[datetime] = mapped_column(default=now_utc)
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class PasskeyChallenge(Base):
    """What a passkey is to sign, once and within minutes; the table has only its SHA-256.

    `user_id` is who is to answer; None where a passkey is to tell who they are.
    """

    __tablename__ = "passkey_challenge"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    use: Mapped[PasskeyUse] = mapped_column(checked_enum(PasskeyUse))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    handle: Mapped[str] = mapped_column(String(64), default="", server_default="")  # of a new one
    made_at: Mapped[datetime] = mapped_column(default=now_utc, index=True)


class ExternalIdentity(Base):
    """Who somebody is to a provider of single sign-on: its own number for them, for good.

    `email` is the address that it named last; it is shown, and finds nobody.
    """

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("user_id", "issuer"),
        GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issuer: Mapped[str] = mapped_column(String(limits.SHORT_TEXT))
    subject: Mapped[str] = mapped_column(String(limits.SUBJECT))
    email: Mapped[str] = mapped_column(String(limits.EMAIL))
    linked_at: Mapped[datetime] = mapped_column(default=now_utc)
    used_at: Mapped[datetime] = mapped_column(default=now_utc)
    user: Mapped[User] = relationship()


class Invite(Base):
    """A one-time link: random, hashed, single use, dated. Most let a person set a password.

    One with an address was sent there: who uses it has that address.
    """

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # or stopped working unused
    shown_at: Mapped[datetime | None]  # to a chair, to be copied
    use: Mapped[LinkUse] = mapped_column(
        checked_enum(LinkUse), default=LinkUse.PASSWORD, server_default=LinkUse.PASSWORD.name
    )
    address: Mapped[str | None] = mapped_column(String(limits.EMAIL))  # another one that it proves
    # it was mailed to the account's address or comes from the operator: who uses it is the owner
    proves: Mapped[bool] = mapped_column(default=False, server_default=false())
    # by the operator: lets its owner in also where nobody signs in with a password
    by_operator: Mapped[bool] = mapped_column(default=False, server_default=false())
    user: Mapped[User] = relationship()


class CalendarFeed(Base):
    """The secret link by which calendars read a person's dates; the table has only its SHA-256."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now_utc)
    user: Mapped[User] = relationship()
