"""Whether a person signs in with two steps, and whether the site asks it of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.people.second_step import needs_two_steps
from crrubric.domain.policy import FROM_DECIDED
from crrubric.models import AuthenticatorApp, Evaluation, Member, Passkey, RecoveryCode, User
from crrubric.queries.people.people import has_seat


@dataclass(frozen=True, slots=True)
class SecondStep:
    """How far a person has got with two-step sign-in."""

    app_since: datetime | None  # an authenticator app shows codes since then
    passkeys: Sequence[Passkey]
    codes_left: int  # recovery codes that were not used
    required: bool  # by the settings of the site

    @property
    def is_on(self) -> bool:
        """Whether there is an app or a passkey, and so a second step."""
        return self.app_since is not None or bool(self.passkeys)


def has_two_steps(session: Session, user_id: int) -> bool:
    """Whether a second step is asked for after this person's password: an app, or a passkey.

    A passkey counts wherever it works: who reaches the site by another name skips nothing.
    """
    app = select(AuthenticatorApp.user_id).where(
        AuthenticatorApp.user_id == user_id, AuthenticatorApp.confirmed_at.is_not(None)
    )
    key = select(Passkey.user_id).where(Passkey.user_id == user_id)
    return session.execute(union_all(app, key).limit(1)).first() is not None


def has_app(session: Session, user_id: int) -> bool:
    """Whether an authenticator app of this person counts."""
    app = session.get(AuthenticatorApp, user_id)
    return app is not None and app.confirmed_at is not None


def list_passkeys(session: Session, user_id: int) -> list[Passkey]:
    """The passkeys of a person, the oldest first."""
    rows = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return list(session.scalars(rows))


def find_least_password_length(session: Session, user_id: int) -> int:
    """How many characters a new password of this person has at least."""
    two_steps = has_two_steps(session, user_id)
    return limits.PASSWORD_MIN_OF_TWO_STEPS if two_steps else limits.PASSWORD_MIN


def is_asked_for_two_steps(session: Session, user: User) -> bool:
    """Whether the settings ask this person for two steps."""
    rule = current_settings().TWO_STEPS_FOR
    if rule in {"nobody", "everybody"}:  # whatever seats they have
        return needs_two_steps(rule, user.standing, chairs=False)
    seat = (
        select(Member.id)
        .join(Evaluation, Evaluation.id == Member.evaluation_id)
        .where(
            has_seat(user.id),
            Member.is_chair,
            Evaluation.deleted_at.is_(None),
            Evaluation.phase.not_in(FROM_DECIDED),
        )
    )
    chairs = session.scalar(seat.limit(1)) is not None
    return needs_two_steps(rule, user.standing, chairs=chairs)


def read_second_step(session: Session, user: User) -> SecondStep:
    """How far this person has got with it."""
    app = session.get(AuthenticatorApp, user.id)
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    return SecondStep(
        app_since=app.confirmed_at if app else None,
        passkeys=list_passkeys(session, user.id),
        codes_left=session.scalar(left) or 0,
        required=is_asked_for_two_steps(session, user),
    )
