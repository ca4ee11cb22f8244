"""Where reading ends: no transaction stays open over slow work."""

from sqlalchemy.orm import Session

OPEN = "unit of work"  # in the session's notes while one is open


def is_writing(session: Session) -> bool:
    """Whether a unit of work is open: what it has locked stays so."""
    return bool(session.info.get(OPEN))


def end_reading(session: Session) -> None:
    """End the reading transaction before slow work, or it would hold its locks meanwhile.

    What was read stays as it was read; what is read later is of a transaction of its own.

    Raises: RuntimeError inside a unit of work, which would be held all the longer, and for rows
    that were changed outside of one.
    """
    if is_writing(session):
        raise RuntimeError("slow work inside a unit of work: do it before or after")
    if session.new or session.deleted or any(map(session.is_modified, session.dirty)):
        raise RuntimeError("rows were changed outside a unit of work")
    session.commit()  # a rollback would forget what was read
