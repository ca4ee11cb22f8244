"""Writing to the owner of an address, so that nobody can measure whether it has one.

Whoever asks for a link, or guesses passwords, is answered before the address is looked up; they
could still measure how long other answers take meanwhile. So where nobody is to be written to, the
same is written to somebody else, and taken back before it is stored.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import User
from crrubric.services.shared.journal import forget_entries, write_entries


def write_to_owner(
    session: Session, user: User | None, write: Callable[[Session, User], None]
) -> None:
    """Write to the account; to a stand-in, so that nothing is stored, if there is none.

    It has to be the last work of its transaction.

    Args: write: the mail, its link, the journal's entry.
    """
    if user is not None:
        write(session, user)
        return
    stand_in = session.scalar(select(User).order_by(User.id).limit(1))
    if stand_in is None:
        return
    with session.begin_nested() as written:
        write(session, stand_in)
        write_entries(session)
        written.rollback()
    forget_entries(session)
