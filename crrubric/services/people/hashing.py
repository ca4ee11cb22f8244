"""Hashing passwords, in a queue of its own, so that it never takes the threads that saves need.

A hash takes 128 MB and a processor for a third of a second: few run at once, few more wait, and
whoever comes then is asked to come again.
"""

import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TypeVar

from werkzeug.security import check_password_hash, generate_password_hash

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading
from crrubric.services.shared.queues import FairQueue, WorkQueue, find_queue

T = TypeVar("T")
KEY = "crrubric-hashing"  # the name of the queue
KEPT = 3  # one place of so many is for who is known
NICER = 10  # by how much hashes step back behind whatever else the server does
FULL = Busy(
    N_("Many people are signing in right now. Wait a few seconds, then send it again."),
    seconds=3,  # a full queue is done by then
)
_DUMMY: dict[str, str] = {}


class HashQueue:
    """A queue whose work is done by threads that leave the processors to others.

    A part of its places is kept for whoever has signed in before: what strangers send, from
    however many addresses, never takes all of them. Nor does what comes from one network address
    take all that strangers have; it has enough to keep every thread at work.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        places = at_once + waiting
        strangers = places - places // KEPT
        each = max(1, (at_once + strangers) // 2)
        self.queue = WorkQueue(at_once=at_once, waiting=waiting, full=FULL)
        self.strangers = FairQueue(at_once=strangers, waiting=0, each=each, full=FULL, own=FULL)
        self.threads = ThreadPoolExecutor(at_once, "hash", initializer=step_back)

    def run(self, work: Callable[[], T], *, known: bool, address: str = "") -> T:
        """The result of the work, when its turn has come.

        Args: address: the network from which it comes. Raises: Busy.
        """
        turn = nullcontext() if known else self.strangers.take_turn(address)
        with turn, self.queue.take_turn():
            return self.threads.submit(work).result()


def step_back() -> None:
    """Let the present thread run when the others have nothing to do: Linux can tell them apart."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(19, now + NICER))


def find_hash_queue() -> HashQueue:
    """The queue of the server that runs."""

    def make() -> HashQueue:
        settings = current_settings()
        return HashQueue(at_once=settings.HASHES_AT_ONCE, waiting=settings.HASHES_WAITING)

    return find_queue(KEY, make)


def hash_password(password: str) -> str:
    """The salted scrypt hash to store, for who has a link or is signed in. Raises: Busy."""
    end_reading(db.session())
    method = current_settings().PASSWORD_METHOD
    return find_hash_queue().run(
        lambda: generate_password_hash(password, method=method), known=True
    )


def matches_password(
    hashed: str | None, password: str, *, known: bool = False, address: str = ""
) -> bool:
    """Whether the password has this hash; where there is none, no, after the same time.

    Args: known: the browser has signed in to the account before, or is signed in; address: the
    network from which it comes.
    Raises: Busy.
    """
    end_reading(db.session())
    method = current_settings().PASSWORD_METHOD
    short = password[: limits.PASSWORD_MAX * 4]
    matches = find_hash_queue().run(
        lambda: check_password_hash(hashed or make_dummy_hash(method), short),
        known=known,
        address=address,
    )
    return matches and hashed is not None


def make_dummy_hash(method: str) -> str:
    """A hash of nobody's password: an unknown address must cost as much time as a wrong one."""
    if method not in _DUMMY:
        _DUMMY[method] = generate_password_hash(secrets.token_hex(16), method=method)
    return _DUMMY[method]
