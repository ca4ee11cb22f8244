"""The unit of work: one transaction that commits as a whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from crrubric.clock import hold_clock
from crrubric.extensions import WRITE, db
from crrubric.queries.people.access import AWAY
from crrubric.queries.shared.reading import OPEN
from crrubric.services.shared.journal import forget_entries, write_entries
from crrubric.services.shared.sent_forms import claim_sent_form


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A writing transaction: committed at the end with its journal, rolled back on any error.

    What was read before is read anew: a phase or a seal checked inside can't be out of date.

    All that it writes is of one moment: what a row says of when, its entry says as well.

    The first unit of a form that makes something claims it: sent again, it raises Repeated.

    Raises: RuntimeError inside another unit: both would have one session, so that the inner one
    would roll back what the outer one wrote and end its transaction.
    """
    session = db.session()
    if session.info.get(OPEN):
        raise RuntimeError("a unit of work was opened inside another: call a step instead")
    session.rollback()  # ends the reading transaction and expires what it loaded
    forget_entries(session)
    session.info[OPEN] = True
    session.info.pop(AWAY, None)  # asked anew inside
    try:
        session.connection(execution_options=WRITE)
        with hold_clock():
            claim_sent_form(session)
            yield session
            write_entries(session)
        session.commit()
    except BaseException:
        forget_entries(session)
        session.rollback()
        raise
    finally:
        session.info.pop(OPEN, None)
