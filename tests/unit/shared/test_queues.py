"""A queue for slow work: so many at once, so many waiting, and no more."""

import threading
import time

import pytest

from crrubric.domain.errors import Busy
from crrubric.services.shared.queues import FairQueue, WorkQueue

FULL = Busy("Come again.", seconds=4)
PATIENCE = 10


def test_whoever_finds_no_room_is_sent_away_at_once_and_may_come_again():
    queue = WorkQueue(at_once=1, waiting=1, full=FULL)
    done, begun, order = threading.Event(), threading.Event(), []

    def work(name: str) -> None:
        with queue.take_turn():
            order.append(name)
            begun.set()
            assert done.wait(PATIENCE)

    first = threading.Thread(target=work, args=("first",))
    first.start()
    assert begun.wait(PATIENCE)
    second = threading.Thread(target=work, args=("second",))
    second.start()
    deadline = time.monotonic() + PATIENCE
    while queue.room.acquire(blocking=False):  # until the second one stands in the queue
        queue.room.release()
        assert time.monotonic() < deadline

    with pytest.raises(Busy, match="Come again") as refused, queue.take_turn():
        pass

    assert (refused.value.seconds, order) == (4, ["first"])
    done.set()
    for thread in (first, second):
        thread.join(PATIENCE)
    with queue.take_turn():
        order.append("third")
    assert order == ["first", "second", "third"]


def test_work_that_fails_leaves_its_place():
    queue = WorkQueue(at_once=1, waiting=0, full=FULL)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.take_turn():
            raise ZeroDivisionError


def test_one_person_never_has_more_than_a_few_places():
    queue = FairQueue(at_once=3, waiting=0, each=2)

    with queue.take_turn(1), queue.take_turn(1):
        with pytest.raises(Busy, match="Others of your analyses"), queue.take_turn(1):
            pass
        with queue.take_turn(2), pytest.raises(Busy, match="Many analyses"), queue.take_turn(3):
            pass
    with queue.take_turn(1):
        assert dict(queue.places) == {1: 1}
    assert dict(queue.places) == {}
