"""What the database refused: by the name of the constraint, and never by guessing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from crrubric.domain.errors import CrrubricError
from crrubric.models import Base

Result = TypeVar("Result")
UNIQUE = (UniqueConstraint, PrimaryKeyConstraint)

# SQLite names a CHECK; of what must be unique it tells the columns: "mark.ballot_id, mark.…".
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that was broken; None for one that has no name to tell.

    SQLite does not say which foreign key it was. A column that must be filled has no name.
    """
    told = getattr(error.orig, "diag", None)
    if told is not None:
        name: str | None = told.constraint_name
        return name
    message = str(error.orig)
    if found := _SQLITE_CHECK.fullmatch(message):
        return found[1]
    if found := _SQLITE_UNIQUE.fullmatch(message):
        return _unique_names().get(frozenset(found[1].split(", ")))
    return None


@cache
def _unique_names() -> dict[frozenset[str], str]:
    """Columns as SQLite tells them -> the name of what keeps them unique."""
    names = {}
    for table in Base.metadata.tables.values():
        unique = (row for row in table.constraints if isinstance(row, UNIQUE))
        for keeper in (*unique, *(index for index in table.indexes if index.unique)):
            names[frozenset(str(column) for column in keeper.columns)] = str(keeper.name)
    return names


@contextmanager
def explain_constraint(constraint: str, refusal: CrrubricError, *also: str) -> Iterator[None]:
    """Raise the refusal where the database refuses for this constraint, or another that holds
    the same.

    Raises: IntegrityError for any other: that is a mistake of ours.
    """
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) not in (constraint, *also):
            raise
        raise refusal.anew() from None


def run_again_if_broken(run: Callable[[], Result], *constraints: str) -> Result:
    """What `run` gives; it runs once more if somebody else was first with what one of these keeps
    unique: now it is there to be found.

    Raises: IntegrityError for any other constraint, or for the second time.
    """
    try:
        return run()
    except IntegrityError as error:
        if constraint_of(error) not in constraints:
            raise
    return run()
