"""Asking the virus scanner of the district, ClamAV's clamd, about a file before it is kept.

A setting names it; without one, no file is asked about. A scanner that does not answer keeps files
out: nobody is to rely on a check that was not made. The protocol is the one of `man clamd`.
"""

import logging
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain

from crrubric.config import current_settings
from crrubric.domain.errors import Busy, Invalid
from crrubric.domain.translation import N_

PATIENCE = 30  # seconds that each piece of an answer may take
PIECE = 64 * 1024  # bytes that are sent at once
ANSWER = 1_000  # bytes of an answer, at most
SHOWN = 100  # characters of what a virus is called
UNCHECKED = N_(
    "The file can’t be checked for viruses right now, so it was not kept. Try again in a few"
    " minutes; if it goes on, tell the people who run this site."
)
log = logging.getLogger("crrubric")


class ScannerUnavailable(Exception):
    """The scanner can't be reached, or does not say whether there is something in a file."""


def refuse_infected_file(data: bytes) -> None:
    """Let a file pass in which the scanner finds nothing, and every file where there is none.

    Raises: Invalid (field "file") for one in which it finds something; Busy where it gives no
    answer.
    """
    where = current_settings().VIRUS_SCANNER
    if not where:
        return
    try:
        found = scan_bytes(where, data)
    except ScannerUnavailable as error:
        log.warning("a file was not taken: the virus scanner gives no answer (%s)", error)
        raise Busy(UNCHECKED, seconds=60) from error
    if found:
        log.warning("a file was not taken: the virus scanner calls it %s", found)
        raise Invalid(
            N_(
                "The virus scanner found %(found)s in this file, so it was not kept. Have the"
                " computer that it came from checked."
            ),
            found=found,
            field="file",
        )


def scan_bytes(where: str, data: bytes) -> str:
    """What the scanner calls it; empty if it finds nothing.

    Args: where: the path of its socket, or host:port. Raises: ScannerUnavailable.
    """
    pieces = (data[start : start + PIECE] for start in range(0, len(data), PIECE))
    sized = (struct.pack("!L", len(piece)) + piece for piece in pieces)
    answer = _ask(where, chain([b"zINSTREAM\0"], sized, [bytes(4)]))
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")[:SHOWN]
    raise ScannerUnavailable(answer or "it said nothing")


def greet_scanner(where: str) -> str:
    """Its version, as it tells it. Raises: ScannerUnavailable."""
    version = _ask(where, [b"zVERSION\0"])
    if not version.startswith("ClamAV"):
        raise ScannerUnavailable(version or "it said nothing")
    return version


def _ask(where: str, pieces: Iterable[bytes]) -> str:
    """What the scanner answers to one command, which is sent piece by piece."""
    try:
        with _connecting(where) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough, says why
                for piece in pieces:
                    connection.sendall(piece)
            return "".join(_receive(connection)).strip("\0\n ")
    except OSError as error:
        raise ScannerUnavailable(str(error) or type(error).__name__) from error


@contextmanager
def _connecting(where: str) -> Iterator[socket.socket]:
    if where.startswith("/"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(where)
            yield connection
        return
    host, _colon, port = where.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE) as connection:
        yield connection


def _receive(connection: socket.socket) -> Iterator[str]:
    """The answer until the scanner closes, or has said too much."""
    left = ANSWER
    while left > 0 and (piece := connection.recv(left)):
        left -= len(piece)
        yield piece.decode("utf-8", "replace")
