"""A scanner that speaks as clamd does, and calls a harmless text a virus."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

HARMLESS = b"CRRUBRIC-HARMLESS-TEST-SIGNATURE"
FOUND = "Harmless.Test-1"


@dataclass
class Scanner:
    """What was sent to it, and what it says instead of its verdict."""

    where: str = ""
    files: list[bytes] = field(default_factory=list)
    says: bytes = b""


class _Handler(socketserver.StreamRequestHandler):
    scanner: Scanner

    def handle(self) -> None:
        command = b"".join(iter(lambda: self.rfile.read(1), b"\0"))
        answer = {b"zVERSION": b"ClamAV 1.4.6", b"zINSTREAM": b""}[command]
        if command == b"zINSTREAM":
            data = b"".join(self.read_pieces())
            self.scanner.files.append(data)
            answer = f"stream: {FOUND} FOUND".encode() if HARMLESS in data else b"stream: OK"
        self.wfile.write((self.scanner.says or answer) + b"\0")

    def read_pieces(self) -> Iterator[bytes]:
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            yield self.rfile.read(length)


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def running_scanner(socket: Path | None = None) -> Iterator[Scanner]:
    """Args: socket: where it listens; none: at a free port of this machine."""
    scanner = Scanner()
    handler = type("Handler", (_Handler,), {"scanner": scanner})
    if socket is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        scanner.where = f"127.0.0.1:{server.server_address[1]}"
    else:
        server = _UnixServer(str(socket), handler)
        scanner.where = str(socket)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield scanner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
