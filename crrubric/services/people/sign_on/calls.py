"""Asking a provider of single sign-on: with a limit on everything, and nobody else.

The packages that do it are imported when somebody signs in this way: starting the app needs none.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from crrubric.config import current_settings
from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading
from crrubric.services.shared.queues import WorkQueue, find_queue
from crrubric.settings.providers import is_safe_address

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

QUEUE = "crrubric-provider-calls"
TIMEOUT = 5  # seconds for a connection, and for each piece of an answer
WHOLE = 10  # seconds for an answer as a whole
LARGEST = 256 * 1024  # bytes of an answer
FULL = Busy(
    N_("Too many people are signing in right now. Wait a few seconds, then try again."), seconds=5
)
log = logging.getLogger("crrubric")


class ProviderUnavailable(Exception):
    """A provider gave no answer that can be used; its text is for the log."""


@contextmanager
def take_call_turn() -> Iterator[None]:
    """Speak with a provider when there is a turn: a quarter of the threads at most waits for one.

    No transaction is open meanwhile. Raises: Busy where too many wait already.
    """
    end_reading(db.session())
    share = current_settings().SERVER_THREADS // 8
    queue = find_queue(QUEUE, lambda: WorkQueue(at_once=max(1, share), waiting=share, full=FULL))
    with queue.take_turn():
        yield


def bound_answer(response: "Response", *_words: object, **_options: object) -> None:
    """Read an answer as far as it may go, for whoever reads it then.

    Raises: ProviderUnavailable if it is too large, or takes too long.
    """
    end, pieces, size = time.monotonic() + WHOLE, [], 0
    while piece := response.raw.read1(LARGEST, decode_content=True):
        size += len(piece)
        if size > LARGEST:
            raise ProviderUnavailable(f"the answer of {response.url} is too large")
        if time.monotonic() > end:
            raise ProviderUnavailable(f"the answer of {response.url} takes too long")
        pieces.append(piece)
    response.raw.close()
    response.raw = BytesIO(b"".join(pieces))


def leave_unsigned(request: "PreparedRequest") -> "PreparedRequest":
    """A request without a password of a netrc file: nobody asked for one."""
    return request


def prepare_session(session: "Session") -> None:
    """Let a session read no more than it should, and accept nothing that has to be unpacked."""
    session.hooks["response"].append(bound_answer)
    session.headers["Accept-Encoding"] = "identity"


@contextmanager
def explain_failure(address: str) -> Iterator[None]:
    """Raises: ProviderUnavailable for whatever goes wrong between here and there."""
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    if not is_safe_address(address):
        raise ProviderUnavailable(f"{address} is no address that a secret may go to")
    try:
        yield
    except (RequestException, HTTPError, OSError) as error:
        raise ProviderUnavailable(f"{address}: {error}") from error


def fetch_object(address: str, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at an address of a provider. No redirection is followed.

    Raises: ProviderUnavailable.
    """
    import requests

    headers = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    with explain_failure(address), requests.Session() as session:
        prepare_session(session)
        response = session.get(
            address,
            headers=headers,
            auth=leave_unsigned,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        )
        if response.status_code != 200:
            raise ProviderUnavailable(f"{address} answers {response.status_code}")
        return read_object(response, address)


def read_object(response: "Response", address: str) -> dict[str, Any]:
    """The JSON object of an answer. Raises: ProviderUnavailable if it is none."""
    try:
        found = response.json()
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable(f"{address} answers no JSON") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{address} answers no JSON object")
    return found
