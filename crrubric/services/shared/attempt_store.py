"""Counts of failed attempts in the database, which all servers of a site share.

A store of the package limits, whose interface this is, under the address `database://`. Each count
is a statement of its own in a connection of its own: it stays counted whatever becomes of the
request. It needs PostgreSQL: with SQLite there is one server, which counts in its memory.
"""

import time
from datetime import timedelta

from limits.storage import Storage
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.expression import case

from crrubric.clock import now_utc
from crrubric.extensions import DatabaseUnavailable, db
from crrubric.models import AttemptCount


class DatabaseStore(Storage):
    """Counts by key, each until its time is over. What is kept of a key is what it was given."""

    STORAGE_SCHEME = ["database"]  # as the package asks for it

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a database raises that does not answer."""
        return DatabaseUnavailable

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count so many more; the first one says for how many seconds all of them are kept.

        Returns: how many there are now.
        """
        now = now_utc()
        made = insert(AttemptCount).values(
            key=key, count=amount, ends_at=now + timedelta(seconds=expiry)
        )
        is_over = AttemptCount.ends_at <= now
        counted = made.on_conflict_do_update(
            index_elements=[AttemptCount.key],
            set_={
                "count": case(
                    (is_over, made.excluded.count), else_=AttemptCount.count + made.excluded.count
                ),
                "ends_at": case((is_over, made.excluded.ends_at), else_=AttemptCount.ends_at),
            },
        ).returning(AttemptCount.count)
        with db.engine.begin() as connection:
            count = connection.execute(counted).scalar_one()
            if count == amount:  # a new one: nobody waits for those whose time is over
                connection.execute(delete(AttemptCount).where(AttemptCount.ends_at <= now))
        return int(count)

    def get(self, key: str) -> int:
        """How many were counted; 0 once their time is over."""
        wanted = select(AttemptCount.count).where(
            AttemptCount.key == key, AttemptCount.ends_at > now_utc()
        )
        with db.engine.connect() as connection:
            return int(connection.scalar(wanted) or 0)

    def get_expiry(self, key: str) -> float:
        """Until when they are kept, in seconds since 1970; now for those that are not."""
        with db.engine.connect() as connection:
            ends_at = connection.scalar(select(AttemptCount.ends_at).where(AttemptCount.key == key))
        return time.time() if ends_at is None else float(ends_at.timestamp())

    def check(self) -> bool:
        """Whether the database answers."""
        with db.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT 1")) == 1)

    def reset(self) -> int:
        """Forget everything; how many counts there were."""
        with db.engine.begin() as connection:
            return int(connection.execute(delete(AttemptCount)).rowcount)

    def clear(self, key: str) -> None:
        """Forget what was counted under this key."""
        with db.engine.begin() as connection:
            connection.execute(delete(AttemptCount).where(AttemptCount.key == key))
