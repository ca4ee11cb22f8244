"""Writing down that sessions are in use: a page that only reads waits for nobody who writes."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from threading import Lock

from flask import current_app
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from crrubric.clock import now_utc
from crrubric.domain.errors import Busy
from crrubric.extensions import WRITE, WRITE_IF_FREE, db
from crrubric.models import UserSession
from crrubric.services.shared.later import find_later_queue

KEY = "crrubric-session-uses"  # under which an app keeps those that wait to be written down


class SessionUses:
    """When sessions were used last, as far as it is still to be written down: all in one piece."""

    def __init__(self) -> None:
        self.waiting: dict[int, datetime] = {}
        self.lock = Lock()

    def add(self, session_id: int, at: datetime) -> bool:
        """Let one wait; whether it is the first, for which somebody has to be called."""
        with self.lock:
            first = not self.waiting
            self.waiting[session_id] = at
            return first

    def take_all(self) -> dict[int, datetime]:
        """Those that wait, which then wait no more."""
        with self.lock:
            found, self.waiting = self.waiting, {}
            return found


def find_session_uses() -> SessionUses:
    """Those of the app that runs."""
    found: SessionUses = current_app.extensions.setdefault(KEY, SessionUses())
    return found


def touch_session(session_id: int) -> None:
    """Write down that the session is in use: now if nobody else writes, else after the answer.

    Not a unit of work: nothing is journaled.
    """
    now = now_utc()
    db.session.rollback()  # on SQLite this request's own reading would keep the writer out
    try:
        _write_session_uses({session_id: now}, WRITE_IF_FREE)
    except OperationalError:
        _touch_session_later(session_id, now)


def _touch_session_later(session_id: int, at: datetime) -> None:
    """If it were left to the next page, a session could end between two pages that met a writer."""
    uses = find_session_uses()
    if not uses.add(session_id, at):
        return
    try:
        find_later_queue().put(write_waiting_uses)
    except Busy:  # the next page tries again
        uses.take_all()


def write_waiting_uses() -> None:
    """Write down what waits; where the database stays busy, the next page of each tries again."""
    with suppress(OperationalError):
        _write_session_uses(find_session_uses().take_all(), WRITE)


def _write_session_uses(uses: Mapping[int, datetime], options: dict[str, bool]) -> None:
    with db.engine.connect().execution_options(**options) as connection, connection.begin():
        for session_id, at in sorted(uses.items()):
            connection.execute(
                update(UserSession)
                .where(UserSession.id == session_id, UserSession.seen_at < at)
                .values(seen_at=at)
            )
