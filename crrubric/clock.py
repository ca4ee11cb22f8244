"""The one clock. Times are aware and in UTC; a zone is a matter of display."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_HELD: ContextVar[datetime | None] = ContextVar("held", default=None)


def now_utc() -> datetime:
    """The present moment, aware, in UTC, to the microsecond; the held one while it is held."""
    return _HELD.get() or datetime.now(UTC)


@contextmanager
def hold_clock() -> Iterator[None]:
    """Let all that follows be of one moment: a row, and the journal entry that tells of it."""
    held = _HELD.set(now_utc())
    try:
        yield
    finally:
        _HELD.reset(held)
