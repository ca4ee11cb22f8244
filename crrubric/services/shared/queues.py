"""Slow work has queues of its own, so that it never takes the threads that saves need."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from flask import current_app

from crrubric.config import current_settings
from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading

ANALYSES = "crrubric-analyses"  # under which an app keeps their queue
EACH = 2  # analyses and documents of one person at the same time
MANY = Busy(
    N_(
        "Many analyses and documents are being made right now. Wait a few seconds, then open this"
        " page again."
    ),
    seconds=5,
)
OWN = Busy(
    N_(
        "Others of your analyses and documents are being made already. Wait until they are there,"
        " then open this page again."
    ),
    seconds=5,
)


class WorkQueue:
    """So many at once, so many waiting; there is no room for more."""

    def __init__(self, *, at_once: int, waiting: int, full: Busy) -> None:
        self.turns = BoundedSemaphore(at_once)
        self.room = BoundedSemaphore(at_once + waiting)
        self.full = full
        self.taken = 0  # places that are taken now, for monitoring
        self.lock = Lock()

    @contextmanager
    def take_turn(self) -> Iterator[None]:
        """Wait for a turn, and have it. Raises: Busy at once where too many wait already."""
        if not self.room.acquire(blocking=False):
            raise Busy(self.full.message, seconds=self.full.seconds)
        self._count(1)
        try:
            with self.turns:
                yield
        finally:
            self._count(-1)
            self.room.release()

    def _count(self, more: int) -> None:
        with self.lock:
            self.taken += more


class FairQueue:
    """A queue in which nobody ever has more than a few places, running or waiting."""

    def __init__(
        self, *, at_once: int, waiting: int, each: int, full: Busy = MANY, own: Busy = OWN
    ) -> None:
        self.queue = WorkQueue(at_once=at_once, waiting=waiting, full=full)
        self.each = each
        self.own = own
        self.places: Counter[int | str | None] = Counter()
        self.lock = Lock()

    @contextmanager
    def take_turn(self, who: int | str | None) -> Iterator[None]:
        """Wait for a turn, and have it. Raises: Busy at once where there is no place."""
        with self.lock:
            if self.places[who] >= self.each:
                raise Busy(self.own.message, seconds=self.own.seconds)
            self.places[who] += 1
        try:
            with self.queue.take_turn():
                yield
        finally:
            with self.lock:
                self.places[who] -= 1
                self.places += Counter()  # drops who has no place any more


def find_analysis_queue() -> FairQueue:
    """The queue of the app that runs, for analyses and the documents of memos."""
    found: FairQueue | None = current_app.extensions.get(ANALYSES)
    if found is not None:
        return found
    settings = current_settings()
    made = FairQueue(
        at_once=settings.ANALYSES_AT_ONCE, waiting=settings.ANALYSES_WAITING, each=EACH
    )
    queue: FairQueue = current_app.extensions.setdefault(ANALYSES, made)  # or another thread's
    return queue


@contextmanager
def take_analysis_turn(who: int | None) -> Iterator[None]:
    """Compute an analysis or make a document when its turn has come. Raises: Busy.

    Args: who: the account for whom it is made.
    """
    end_reading(db.session())
    with find_analysis_queue().take_turn(who):
        yield
