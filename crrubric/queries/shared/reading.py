"""Where reading ends: no transaction stays open over slow work."""

from flask import has_app_context
from sqlalchemy.orm import Session

from crrubric.extensions import db

OPEN = "unit of work"  # in the session's notes while one is open


def is_writing(session: Session) -> bool:
    """Whether a unit of work is open: what it has locked stays so."""
    return bool(session.info.get(OPEN))


SLOW = "slow work inside a unit of work: do it before or after"


def refuse_slow_work() -> None:
    """Raise RuntimeError inside a unit of work: whoever saves would wait for slow work.

    What parses files asks for it, so that any test that takes this way finds it.
    """
    if has_app_context() and is_writing(db.session()):
        raise RuntimeError(SLOW)


def end_reading(session: Session) -> None:
    """End the reading transaction before slow work, or it would hold its locks meanwhile.

    What was read stays as it was read; what is read later is of a transaction of its own.

    Raises: RuntimeError inside a unit of work, which would be held all the longer, and for rows
    that were changed outside of one.
    """
    if is_writing(session):
        raise RuntimeError(SLOW)
    if session.new or session.deleted or any(map(session.is_modified, session.dirty)):
        raise RuntimeError("rows were changed outside a unit of work")
    session.commit()  # a rollback would forget what was read
