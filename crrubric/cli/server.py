"""The HTTP server: its limits, and an end that lets answers finish."""

import ctypes
import logging
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.utilities import RequestEntityTooLarge

from crrubric.config import SPARE_CONNECTIONS, settings_of
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.settings.model import Settings

MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
TICK = 1  # seconds that the loop sleeps at most
RESTING = 10  # seconds: a connection that was quiet for less may be about to ask again
JUST_ASKED = 1  # seconds: so quick is the next request of a page that is being loaded
HEAD_SENT = 2  # seconds that the head of a request may take where others wait for a connection
# What a thread writes before it waits for whoever reads: the largest file with all that goes with
# it, so that a slow reader of one holds no thread (what is more than a megabyte waits on disk).
UNREAD_BYTES = 24 * limits.MEGABYTE
STALLED = 30  # seconds: a reader for whom a thread waits and who took nothing for so long is gone
HALF_SENT = 30  # seconds that a request may take to come, however small it is
SLOWEST = 16 * 1024  # bytes a second that the body of a larger one must come with
UNTAKEN = 60  # seconds that an answer may wait for whoever reads it, however small it is
SLOWEST_READER = 4 * 1024  # bytes a second that a larger one must be taken with
UNSENT_BYTES = 64 * 1024  # that the system keeps of an answer: what it has, we can't see taken
BODIES_AT_ONCE = 8  # largest requests of which all that is on its way may have the bytes
OTHER_FILES = 100  # descriptors: the database, logs, modules, uploads that wait on disk

Sockets = dict[int, Any]  # every socket of the server, by its descriptor
log = logging.getLogger("crrubric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that listens, and all of its sockets."""

    waitress: Any
    sockets: Sockets
    most: int
    most_held: int
    most_bytes: int
    stop_seconds: int

    @property
    def port(self) -> int:
        """The port that it listens on; the system's choice where 0 was asked for."""
        return int(next(self.listeners()).effective_port)

    def listeners(self) -> Iterator[Any]:
        """The sockets that take new connections: one for each address of the host."""
        return (one for one in list(self.sockets.values()) if isinstance(one, BaseWSGIServer))

    def channels(self) -> list[HTTPChannel]:
        """The connections that are open."""
        return [one for one in list(self.sockets.values()) if isinstance(one, HTTPChannel)]


class OwnParser(HTTPRequestParser):  # type: ignore[misc]  # waitress ships no types
    """Reads requests, and takes no more of one than its address can need.

    The body of a roster stays in memory, where others wait on disk.
    """

    completed: bool
    expect_continue: bool

    def received(self, data: bytes) -> int:
        """Take more of a request. Returns: how many bytes of it belong to this one."""
        taken: int = super().received(data)
        if self.completed:
            self.expect_continue = False  # there is no body; waitress would wait for one
        if self.completed or not self.headers_finished or self.body_rcv is None:
            return taken
        if is_roster(self.path):
            self.body_rcv.buf.overflow = limits.REQUEST_BYTES
        most = find_most_bytes(self.path)
        if max(self.content_length, self.body_bytes_received) > most:
            self.error = RequestEntityTooLarge(f"more than {most} bytes")
            self.completed = True
        return taken


class OwnChannel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """A connection whose requests are read by our own parser.

    `began`: when the last request did; `waits_since`: since when an answer waits to be taken, if
    one does; `taken`: how many bytes were taken meanwhile.
    """

    parser_class = OwnParser
    began = 0.0
    waits_since: float | None = None
    taken = 0

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Hand bytes to the system. Returns: how many of them it took."""
        sent: int = super().send(data, do_close)
        self.taken += sent
        return sent

    def received(self, data: bytes) -> bool:
        """Take what came. Returns: whether the connection goes on."""
        if self.request is None:
            self.began = time.time()
        goes_on: bool = super().received(data)
        return goes_on


def is_roster(path: str) -> bool:
    """Whether learners' rows are sent to this address."""
    return path.endswith("/plan/triage/roster")


def find_most_bytes(path: str) -> int:
    """How much may be sent to this address; the app refuses less, in better words."""
    if is_roster(path):
        return limits.REQUEST_BYTES
    return sys.maxsize if path.endswith("/files") else 2 * limits.REQUEST_BYTES


def server_options(settings: Settings) -> dict[str, Any]:
    """What waitress is told of the settings."""
    return {
        "threads": settings.SERVER_THREADS,
        "connection_limit": settings.SERVER_CONNECTIONS,
        "backlog": settings.SERVER_BACKLOG,
        "channel_timeout": settings.SERVER_IDLE_SECONDS,
        "cleanup_interval": min(30, settings.SERVER_IDLE_SECONDS),
        "outbuf_high_watermark": UNREAD_BYTES,
        "max_request_body_size": settings.SERVER_BODY_MB * limits.MEGABYTE,
        # select() takes no descriptor above 1,023
        "asyncore_use_poll": hasattr(select, "poll"),
        # waitress drops what proxies say unless it is told their address; ProxyFix counts them
        "clear_untrusted_proxy_headers": settings.PROXY_COUNT == 0,
        "ident": None,
    }


def open_server(
    app: Flask, host: str, port: int, answering: WSGIApplication | None = None
) -> Server:
    """A server that listens already.

    Args: answering: what is asked instead of the app, which has the settings of the server.
    Raises: Invalid if the port can't be used.
    """
    settings = settings_of(app)
    options = server_options(settings)
    options["connection_limit"] = find_connection_limit(settings)
    sockets: Sockets = {}
    try:
        waitress = create_server(answering or app, map=sockets, host=host, port=port, **options)
    except OSError as error:
        raise Invalid(
            N_("Port %(port)s can’t be used (%(why)s): choose another with --port."),
            port=port,
            why=error.strerror,
        ) from None
    for listener in list(sockets.values()):
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = OwnChannel
            own = (socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES)
            listener.adj.socket_options = [*listener.adj.socket_options, own]
    return Server(
        waitress=waitress,
        sockets=sockets,
        most=options["connection_limit"],
        most_held=max(1, settings.SERVER_THREADS // 4),
        most_bytes=BODIES_AT_ONCE * options["max_request_body_size"],
        stop_seconds=settings.SERVER_STOP_SECONDS,
    )


def find_connection_limit(settings: Settings) -> int:
    """As many connections as the settings say, or as the system has file descriptors for."""
    spare = OTHER_FILES + 2 * (settings.SERVER_THREADS + SPARE_CONNECTIONS)
    files = raise_file_limit(settings.SERVER_CONNECTIONS + spare)
    possible = max(20, files - spare)
    if possible < settings.SERVER_CONNECTIONS:
        log.warning(
            "Only %s connections, not %s: the system allows %s open files (ulimit -n).",
            possible,
            settings.SERVER_CONNECTIONS,
            files,
        )
    return min(possible, settings.SERVER_CONNECTIONS)


def raise_file_limit(wanted: int) -> int:
    """Ask the system for so many open files; how many it allows."""
    if sys.platform == "win32":
        return wanted  # sockets are no files there
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return wanted if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def return_large_blocks() -> None:
    """Have memory of a megabyte and more returned to the system as soon as it is free.

    Else glibc keeps what a file of 20 MB took, once for each thread that ever had one.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library, which has no such habit
            ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, limits.MEGABYTE)


def listen_for_stop() -> Event:
    """Set as soon as SIGTERM or Ctrl+C asks the server to stop; the second one ends it at once."""
    asked = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return asked


def serve_until_stopped(server: Server, asked: Event) -> None:
    """Answer requests until asked to stop; then finish those that are under way."""
    looked = time.monotonic()
    while not asked.is_set():
        run_loop_once(server)
        close_resting_channels(server)
        if time.monotonic() - looked >= TICK:  # not at every event: it looks at every connection
            looked = time.monotonic()
            close_stalled_channels(server)
            close_slow_senders(server)
            close_excess_senders(server)
            close_slow_readers(server)
    log.info("Stopping: answers under way have %s s.", server.stop_seconds)
    finish_answers(server)
    server.waitress.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(server.sockets, ignore_all=True)


def run_loop_once(server: Server, timeout: float = TICK) -> None:
    """Wait for something to happen on a socket, and let waitress do what it does then."""
    use_poll = hasattr(select, "poll")
    wasyncore.loop(timeout=timeout, use_poll=use_poll, map=server.sockets, count=1)


def close_resting_channels(server: Server) -> None:
    """Where all connections are taken, close those that are missed least: a tenth of them.

    Else a few browsers, or somebody who means it, would keep everybody out, and whoever asks
    whether the server lives.
    """
    if len(server.sockets) < server.most:
        return
    found = list_dispensable_channels(server.channels(), time.time())
    for channel in found[: max(1, server.most // 10)]:
        channel.handle_close()


def list_dispensable_channels(channels: Sequence[HTTPChannel], now: float) -> list[HTTPChannel]:
    """The connections that can be closed, the one that is missed least first.

    Those that have begun a request and do not come to the end of its head: browsers send it at
    once. Those that have been quiet for long. Those that have been sending their request, or
    reading their answer, for long. At last, where most of them are quiet, those too that asked
    something just before: whoever does so every few seconds would hold a connection for ever.
    """
    idle = sorted((one for one in channels if is_idle(one)), key=lambda one: one.last_activity)
    since = {one: find_start(one) for one in channels}
    busy = sorted(
        (one for one, began in since.items() if began is not None),
        key=lambda one: since[one] or 0,
    )
    crowd = len(idle) > len(channels) // 2  # else these are the browsers of people
    heads = [one for one in busy if one.request and not one.request.headers_finished]
    return [
        *(one for one in heads if (since[one] or 0) < now - HEAD_SENT),
        *(one for one in idle if one.last_activity < now - RESTING),
        *(one for one in busy if one not in heads and (since[one] or 0) < now - RESTING),
        *(one for one in idle if crowd and now - RESTING <= one.last_activity < now - JUST_ASKED),
    ]


def close_stalled_channels(server: Server) -> None:
    """Close connections for which a thread waits until somebody reads: those that have stalled,
    and beyond a quarter of the threads those that have taken nothing for longest.

    A computer that sleeps in the middle of a large file, or reads it byte by byte, would hold a
    thread until it wakes, and a few of them all.
    """
    held = [one for one in server.channels() if one.total_outbufs_len > UNREAD_BYTES]
    held.sort(key=lambda one: one.last_activity, reverse=True)
    before = time.time() - STALLED
    for number, channel in enumerate(held):
        if number >= server.most_held or channel.last_activity < before:
            log.warning("A connection was closed: its answer was not read.")
            channel.handle_close()


def close_slow_senders(server: Server) -> None:
    """Close connections whose request does not come to its end: a byte now and then is no sending.

    A whole request may take half a minute, and as much longer as its bytes need on a slow line.
    """
    now = time.time()
    for channel in server.channels():
        request = channel.request
        if request is None:
            continue
        if now - channel.began > HALF_SENT + request.body_bytes_received / SLOWEST:
            channel.handle_close()


def close_excess_senders(server: Server) -> None:
    """Close those that have been sending for longest, while requests hold too much of the disk.

    Anybody may send as much as a file has, signed in or not: that is known when all of it is there.
    """
    sending = [one for one in server.channels() if one.request is not None]
    sending.sort(key=lambda one: one.began)
    held = sum(one.request.body_bytes_received for one in sending)
    for channel in sending:
        if held <= server.most_bytes:
            return
        held -= channel.request.body_bytes_received
        log.warning("A connection was closed: requests under way are too large together.")
        channel.handle_close()


def close_slow_readers(server: Server) -> None:
    """Close connections whose answer is not taken: nothing else would ever close them.

    The system keeps a connection for as long as the other side is there, and a few hundred such
    would be all that there are.
    """
    now = time.time()
    for channel in server.channels():
        if not channel.total_outbufs_len:
            channel.waits_since = None
        elif channel.waits_since is None:
            channel.waits_since, channel.taken = now, 0
        elif now - channel.waits_since > UNTAKEN + channel.taken / SLOWEST_READER:
            channel.handle_close()


def find_start(channel: HTTPChannel) -> float | None:
    """Since when a request is sent or an answer read on a connection; None while neither is."""
    if channel.request is not None:
        return float(channel.began)
    return channel.waits_since if channel.total_outbufs_len else None


def is_idle(channel: HTTPChannel) -> bool:
    """Whether nothing is asked, answered or sent on a connection."""
    return not (channel.requests or channel.request or channel.total_outbufs_len)


def finish_answers(server: Server) -> None:
    """Take no new connection; close each one when its answer is out, all of them at the end."""
    for listener in server.listeners():
        wasyncore.dispatcher.close(listener)  # its trigger stays: threads wake the loop with it
    end = time.monotonic() + server.stop_seconds
    while server.channels() and time.monotonic() < end:
        for channel in server.channels():
            if is_idle(channel):
                channel.handle_close()
        run_loop_once(server, timeout=0.1)
    if left := len(server.channels()):
        log.warning("%s connections were cut off.", left)
