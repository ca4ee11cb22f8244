"""Slow work has queues of its own, so that it never takes the threads that saves need."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar

from flask import Flask, current_app

from crrubric.config import current_settings
from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading

SERVER = "crrubric-server"  # under which an app keeps what all apps of one server share
ANALYSES = "crrubric-analyses"  # the queue of analyses and documents
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


Queue = TypeVar("Queue")


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
            raise self.full.anew()
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
        self.places: Counter[Hashable] = Counter()
        self.lock = Lock()

    @contextmanager
    def take_turn(self, who: Hashable) -> Iterator[None]:
        """Wait for a turn, and have it. Raises: Busy at once where there is no place."""
        with self.lock:
            if self.places[who] >= self.each:
                raise self.own.anew()
            self.places[who] += 1
        try:
            with self.queue.take_turn():
                yield
        finally:
            with self.lock:
                self.places[who] -= 1
                self.places += Counter()  # drops who has no place any more


def find_queue(key: str, make: Callable[[], Queue]) -> Queue:
    """The queue of this name, made where there is none yet.

    The districts of one server share it: it keeps memory and processors, which they share too.
    """
    queues: dict[str, Any] = current_app.extensions.setdefault(SERVER, {})
    found: Queue | None = queues.get(key)
    if found is None:
        found = queues.setdefault(key, make())  # or another thread's
    return found


def share_queues(first: Flask, further: Flask) -> None:
    """Let two apps of one server have the same queues."""
    further.extensions[SERVER] = first.extensions.setdefault(SERVER, {})


def find_analysis_queue() -> FairQueue:
    """The queue for analyses and the documents of memos."""

    def make() -> FairQueue:
        settings = current_settings()
        return FairQueue(
            at_once=settings.ANALYSES_AT_ONCE, waiting=settings.ANALYSES_WAITING, each=EACH
        )

    return find_queue(ANALYSES, make)


def identify_account(number: int | None) -> Hashable:
    """What tells an account from those of all districts of the server."""
    return current_app.instance_path, number


@contextmanager
def take_analysis_turn(who: int | None) -> Iterator[None]:
    """Compute an analysis or make a document when its turn has come. Raises: Busy.

    Args: who: the account for whom it is made.
    """
    end_reading(db.session())
    with find_analysis_queue().take_turn(identify_account(who)):
        yield
