"""Counting failed attempts, in memory, database or Redis: whom to let wait, and how long.

An account is slowed down from the fifth failure in a row, wherever the failures came from; a
browser that has signed in to it before is counted on its own, so that nobody can keep the owner
out. A network address is stopped by how many different accounts failed there: one guesser who goes
through all addresses of a school stops, a school whose people mistype does not.

Addresses that have no account are guesses at nothing: were each of them counted, one browser could
invent fifty and shut a school out. Were none of them counted, whoever is stopped would know that
the last address has an account. So one in twenty counts as if it had one, and always the same ones:
which, the secret of the server tells, and asking again tells no more.
"""

import hashlib
import hmac
import ipaddress
import logging
import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app
from limits.errors import StorageError

from crrubric.config import current_settings
from crrubric.domain.errors import Busy, TooSoon
from crrubric.domain.people.throttling import (
    ACCOUNTS_FROM_ADDRESS,
    ADDRESS_WINDOW,
    FAILURES_KEPT,
    FAILURES_TOLD,
    INVENTED_FOR_ONE,
    LINKS_FOR_ACCOUNT,
    LOST_KEYS,
    LOST_LINKS,
    STATE_KEPT,
    find_delay,
)
from crrubric.domain.translation import N_
from crrubric.extensions import limiter

log = logging.getLogger("crrubric")
WITH_PORT = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::[0-9]+)?")


@contextmanager
def count_or_refuse() -> Iterator[None]:
    """Nobody signs in uncounted. Raises: Busy where what counts does not answer."""
    try:
        yield
    except StorageError as error:
        log.warning("failed sign-ins can't be counted: %s", error.storage_error)
        raise Busy(
            N_("This does not work right now. Wait a few seconds, then send it again."), seconds=5
        ) from error


class AttemptStep(StrEnum):
    """What is tried: each has failures of its own."""

    FIRST = "sign-in"
    CODE = "second-step"
    KEY = "passkey"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: to which account, from which network address, by a browser that ..."""

    account: str  # the folded address, whether it has an account or not
    address: str = ""
    known: bool = False  # ... has signed in to the account before
    step: AttemptStep = AttemptStep.FIRST

    @property
    def lane(self) -> str:
        """What its failures are counted under."""
        return f"{self.step}/{'known' if self.known else 'any'}/{_digest(self.account)}"

    @property
    def network(self) -> str:
        """Where it comes from."""
        return f"sign-in/from/{_digest(network_of(self.address))}"

    @property
    def asking_network(self) -> str:
        """The same, where a link is asked for."""
        return f"link/from/{_digest(network_of(self.address))}"


@count_or_refuse()
def begin_attempt(attempt: Attempt) -> bool:
    """Count the attempt as failed before anything is compared: many at once don't slip through.

    Returns: whether the next one has to wait because of it.
    Raises: TooSoon if one has to wait; that counts as no failure.
    """
    if not current_settings().RATELIMIT_ENABLED:
        return False
    store, wait = limiter.storage, f"{attempt.lane}/wait"
    if not attempt.known and store.get(attempt.network) >= ACCOUNTS_FROM_ADDRESS:
        raise TooSoon(
            N_(
                "Too many different people failed to sign in from your network. Minutes to wait:"
                " %(minutes)s."
            ),
            seconds=_seconds_left(attempt.network),
            minutes=math.ceil(_seconds_left(attempt.network) / 60),
        )
    if store.get(wait):
        raise _make_too_soon(wait)
    delay = find_delay(store.incr(attempt.lane, FAILURES_KEPT), known=attempt.known)
    if delay and store.incr(wait, delay) > 1:  # of those who came in the same moment, one goes on
        store.incr(attempt.lane, FAILURES_KEPT, amount=-1)
        raise _make_too_soon(wait)
    return delay > 0


@count_or_refuse()
def is_owner_told(attempt: Attempt) -> bool:
    """Whether this failure is the one of which the owner of the account is told."""
    if not current_settings().RATELIMIT_ENABLED:
        return False
    failures: int = limiter.storage.get(attempt.lane)
    return failures == FAILURES_TOLD


@count_or_refuse()
def withdraw_attempt(attempt: Attempt, *, delays: bool) -> None:
    """The attempt came to nothing, as nothing was compared: it counts as no failure.

    Args: delays: the next one has to wait because of it, and not of another one that is compared.
    """
    if current_settings().RATELIMIT_ENABLED:
        limiter.storage.incr(attempt.lane, FAILURES_KEPT, amount=-1)
        if delays:
            limiter.storage.clear(f"{attempt.lane}/wait")


@count_or_refuse()
def begin_request(attempt: Attempt) -> None:
    """Somebody asks for a link for an account: each so many times from a network, and of as many
    accounts as may fail there (`note_requested_account`).

    Raises: TooSoon for more.
    """
    if not current_settings().RATELIMIT_ENABLED:
        return
    once = f"{attempt.asking_network}/{_digest(attempt.account)}"
    for key, most in ((attempt.asking_network, ACCOUNTS_FROM_ADDRESS), (once, LINKS_FOR_ACCOUNT)):
        if limiter.storage.get(key) >= most:
            raise _make_too_soon(key)
    limiter.storage.incr(once, ADDRESS_WINDOW)


def note_requested_account(attempt: Attempt, *, exists: bool) -> None:
    """A link was asked for: one more account of the network that asks, if it is another one."""
    _count_account(attempt.asking_network, attempt.account, exists=exists)


@count_or_refuse()
def note_lost_link(address: str) -> None:
    """Somebody asked for a calendar with a link that leads nowhere: so many times from a network.

    Links that work are not counted: many people's calendars are read from few addresses.
    Raises: TooSoon for more; Busy.
    """
    _count_from_network("calendar", address, LOST_LINKS)


@count_or_refuse()
def begin_return(address: str) -> None:
    """Somebody comes back from a provider: counted until it is known who, by network.

    Raises: TooSoon after as many who came to nothing as accounts may fail there; Busy.
    """
    _count_from_network("provider", address, ACCOUNTS_FROM_ADDRESS)


@count_or_refuse()
def forget_return(address: str) -> None:
    """Whoever came back is known to the provider: they count no more."""
    _forget_from_network("provider", address)


@count_or_refuse()
def begin_key_request(address: str) -> None:
    """Somebody asks for a passkey's turn: counted until it has shown who they are, by network.

    Raises: TooSoon after too many that came to nothing; Busy.
    """
    _count_from_network("passkey", address, LOST_KEYS)


@count_or_refuse()
def forget_key_request(address: str) -> None:
    """The passkey has shown who somebody is: they count no more."""
    _forget_from_network("passkey", address)


def _count_from_network(what: str, address: str, most: int) -> None:
    """Count one more of something from a network. Raises: TooSoon for more than there may be."""
    if not current_settings().RATELIMIT_ENABLED:
        return
    key = f"{what}/from/{_digest(network_of(address))}"
    if limiter.storage.incr(key, ADDRESS_WINDOW) > most:
        raise _make_too_soon(key)


def _forget_from_network(what: str, address: str) -> None:
    """One of something from a network counts no more."""
    if current_settings().RATELIMIT_ENABLED:
        key = f"{what}/from/{_digest(network_of(address))}"
        limiter.storage.incr(key, ADDRESS_WINDOW, amount=-1)


def _make_too_soon(key: str) -> TooSoon:
    """The refusal until what was counted under a key is forgotten."""
    left = _seconds_left(key)
    return TooSoon(N_("Too many attempts. Seconds to wait: %(seconds)s."), seconds=left)


@count_or_refuse()
def spend_state(state: str) -> bool:
    """Whether the state of a sign-in by a provider comes back for the first time."""
    return limiter.storage.incr(f"provider/state/{_digest(state)}", STATE_KEPT) == 1


@count_or_refuse()
def forget_failures(attempt: Attempt) -> None:
    """The attempt has succeeded: the next one counts from the beginning."""
    if current_settings().RATELIMIT_ENABLED:
        limiter.storage.clear(attempt.lane)
        limiter.storage.clear(f"{attempt.lane}/wait")


def note_failed_account(attempt: Attempt, *, exists: bool) -> None:
    """The attempt has failed: one more account of its network address, if it is another one."""
    _count_account(attempt.network, attempt.account, exists=exists)


@count_or_refuse()
def _count_account(network: str, account: str, *, exists: bool) -> None:
    """Count an account of a network, once; the steps are the same whether it exists or not."""
    if not current_settings().RATELIMIT_ENABLED:
        return
    counts = is_counted_as_account(account) or exists
    if limiter.storage.incr(f"{network}/counted/{_digest(account)}", ADDRESS_WINDOW) == 1:
        limiter.storage.incr(network, ADDRESS_WINDOW, amount=int(counts))


def is_counted_as_account(account: str) -> bool:
    """Whether an address would count even if nobody had it: one in INVENTED_FOR_ONE would."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    number = int.from_bytes(hmac.digest(secret, account.encode(), hashlib.sha256))
    return number % INVENTED_FOR_ONE == 0


def network_of(address: str) -> str:
    """Whose address it is: of IPv6 one household or office has all that begin alike.

    A proxy may say an address of IPv4 inside one of IPv6, which all begin alike, and may add the
    port of the connection, which is another one each time.
    """
    said = WITH_PORT.fullmatch(address)
    try:
        found = ipaddress.ip_address(said[1] or said[2] if said else address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return str(found)


def _seconds_left(key: str) -> int:
    return max(1, math.ceil(limiter.storage.get_expiry(key) - time.time()))


def _digest(text: str) -> str:
    """A key of one length, whatever somebody typed."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
