"""Telling the owner of an account that somebody tries to get in: after many failures in a row.

Whether an address has an account is looked up after the answer, so that its time tells nothing.
"""

from contextlib import suppress

from sqlalchemy import select

from crrubric.domain.errors import Busy
from crrubric.extensions import db
from crrubric.models import User, UserSession
from crrubric.services.mail.account_letters import write_failure_notice
from crrubric.services.people.accounts import Known, hash_token, make_attempt
from crrubric.services.people.attempts import Attempt, AttemptStep, is_owner_told
from crrubric.services.people.mailed.stand_ins import write_to_owner
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work


def warn_of_wrong_passwords(
    email: str, *, address: str, known: Known, step: AttemptStep = AttemptStep.FIRST
) -> None:
    """A password or code of this address was wrong: its owner is told if it was one of many."""
    _warn_owner(make_attempt(email, address=address, known=known, step=step))


def warn_of_wrong_codes(token: str, *, address: str, known: Known) -> None:
    """A code was wrong behind the right password: the owner is told if it was one of many."""
    found = select(User.email_key).join(UserSession, UserSession.user_id == User.id)
    account = db.session.scalar(found.where(UserSession.token_hash == hash_token(token)))
    if account is not None:
        step = AttemptStep.CODE
        _warn_owner(make_attempt(account, address=address, known=known, step=step))


def _warn_owner(attempt: Attempt) -> None:
    if is_owner_told(attempt):
        with suppress(Busy):  # much else is going on; the next row of failures is told
            find_later_queue().put(lambda: _write_warning(attempt))


def _write_warning(attempt: Attempt) -> None:
    codes = attempt.step is AttemptStep.CODE
    found = select(User).where(User.email_key == attempt.account, User.disabled_at.is_(None))
    with unit_of_work() as session:
        write_to_owner(
            session,
            session.scalar(found),
            lambda session, user: write_failure_notice(session, user, codes=codes),
        )
