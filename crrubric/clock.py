"""The one clock. Times are aware and in UTC; a zone is a matter of display."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """The present moment, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)
