"""Work that goes on after the answer: nobody can tell from an answer's time what it led to."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from flask import Flask, current_app

from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_

KEY = "crrubric-later"  # under which an app keeps its queue
WAITING = 50  # pieces of work, each of a few thousandths of a second
FULL = N_("Too many people ask for something right now. Wait a few seconds, then send it again.")
log = logging.getLogger("crrubric")


class LaterQueue:
    """One thread that does one piece of work after the other, each in a context of its own."""

    def __init__(self, app: Flask, *, waiting: int = WAITING) -> None:
        self.app = app
        self.room = BoundedSemaphore(waiting)
        self.thread = ThreadPoolExecutor(1, "later")

    def put(self, work: Callable[[], None]) -> None:
        """Have the work done soon. Raises: Busy at once where too much waits already."""
        if not self.room.acquire(blocking=False):
            raise Busy(FULL, seconds=3)
        self.thread.submit(self._do, work)

    def settle(self) -> None:
        """Wait until all that was put here before is done."""
        self.thread.submit(lambda: None).result()

    def _do(self, work: Callable[[], None]) -> None:
        try:
            with self.app.app_context():
                work()
        except Exception:
            log.exception("Work that was to be done after an answer failed")
        finally:
            self.room.release()


def find_later_queue() -> LaterQueue:
    """The queue of the app that runs."""
    found: LaterQueue | None = current_app.extensions.get(KEY)
    if found is not None:
        return found
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    queue: LaterQueue = app.extensions.setdefault(KEY, LaterQueue(app))  # or another thread's
    return queue
