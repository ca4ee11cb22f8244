"""Slow work has queues of its own, so that it never takes the threads that saves need."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from crrubric.domain.errors import Busy


class WorkQueue:
    """So many at once, so many waiting; there is no room for more."""

    def __init__(self, *, at_once: int, waiting: int, full: Busy) -> None:
        self.turns = BoundedSemaphore(at_once)
        self.room = BoundedSemaphore(at_once + waiting)
        self.full = full

    @contextmanager
    def take_turn(self) -> Iterator[None]:
        """Wait for a turn, and have it. Raises: Busy at once where too many wait already."""
        if not self.room.acquire(blocking=False):
            raise Busy(self.full.message, seconds=self.full.seconds)
        try:
            with self.turns:
                yield
        finally:
            self.room.release()
