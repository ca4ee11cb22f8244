"""When a mail that a server did not take is tried again."""

from datetime import datetime, timedelta

# After the first, second … failure; then every four hours.
MINUTES = (1, 5, 15, 60)
THEN = timedelta(hours=4)
# A mail that could not be sent for so long is of no use any more.
LONGEST = timedelta(days=3)


def find_next_try(now: datetime, attempts: int, due_at: datetime) -> datetime | None:
    """When to try again after `attempts` failures (at least one); None: give up."""
    done = attempts - 1
    wait = timedelta(minutes=MINUTES[done]) if done < len(MINUTES) else THEN
    return None if is_too_old(now + wait, due_at) else now + wait


def is_too_old(now: datetime, due_at: datetime) -> bool:
    """Whether a mail that was due then is of no use now."""
    return now - due_at > LONGEST
