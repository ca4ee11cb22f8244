"""The unit of work: one transaction that commits as a whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from crrubric.extensions import WRITE, db
from crrubric.services.shared.journal import forget_entries, write_entries


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A writing transaction: committed at the end with its journal, rolled back on any error.

    What was read before is read anew: a phase or a seal checked inside can't be out of date.
    """
    session = db.session()
    session.rollback()  # ends the reading transaction and expires what it loaded
    forget_entries(session)
    session.connection(execution_options=WRITE)
    try:
        yield session
        write_entries(session)
        session.commit()
    except BaseException:
        forget_entries(session)
        session.rollback()
        raise
