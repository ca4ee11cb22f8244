"""What passkeys are to sign: drawn here, kept as a hash, taken back once and within minutes."""

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.vocabulary import PasskeyUse
from crrubric.models import PasskeyChallenge
from crrubric.services.people.accounts import hash_token

LASTS = timedelta(minutes=limits.PASSKEY_MINUTES)
BYTES = 32


def issue_challenge(
    session: Session, use: PasskeyUse, user_id: int | None, *, secret: str, handle: str = ""
) -> str:
    """A fresh one, for one person or, with None, for whoever the passkey says that they are.

    Those that nobody answered in time are forgotten.

    Args: secret: of the browser that asks, in which alone the answer counts; handle: by which the
    devices of the person will know them, where the passkey is new.
    """
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.made_at < now_utc() - LASTS))
    challenge = token_urlsafe(BYTES)
    session.add(
        PasskeyChallenge(
            challenge_hash=_hash_for(challenge, secret), use=use, user_id=user_id, handle=handle
        )
    )
    return challenge


def spend_challenge(
    session: Session, challenge: str, use: PasskeyUse, user_id: int | None, *, secret: str
) -> str | None:
    """The handle that was told with a challenge, empty where none was.

    None unless it was issued to this browser, for this use and person, within the last minutes,
    and comes back for the first time.
    """
    return session.scalar(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == _hash_for(challenge, secret),
            PasskeyChallenge.use == use,
            PasskeyChallenge.user_id.is_not_distinct_from(user_id),
            PasskeyChallenge.made_at >= now_utc() - LASTS,
        )
        .returning(PasskeyChallenge.handle)
    )


def _hash_for(challenge: str, secret: str) -> str:
    """What is kept of a challenge: whoever catches an answer has not the secret of its browser."""
    return hash_token(f"{challenge} {secret}")
