"""A real mail server on this machine, which answers as a test wants."""

import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from socket import socket
from threading import Lock
from time import sleep
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DATA = Path(__file__).parent / "data" / "mail"
CERTIFICATE = DATA / "localhost-certificate.pem"


@dataclass
class Post:
    """What the server took, and what it says instead: by address, one answer a try."""

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    to_recipient: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_data: list[str] = field(default_factory=list)
    delay: float = 0
    answers_lost: int = 0  # of so many mails that it takes, the line breaks before its answer
    lock: Any = field(default_factory=Lock)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        with self.lock:
            if self.to_recipient[address]:
                return self.to_recipient[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        sleep(self.delay)
        with self.lock:
            if self.to_data:
                return self.to_data.pop(0)
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append((list(envelope.rcpt_tos), message))
            if self.answers_lost:
                self.answers_lost -= 1
                server.transport.abort()
        return "250 taken"

    @property
    def addresses(self) -> list[str]:
        """To whom the mails went that were taken."""
        return [address for addresses, _message in self.mails for address in addresses]


@contextmanager
def serving(*, tls: bool = False) -> Iterator[Post]:
    """A server on a free port; with `tls` it asks for STARTTLS."""
    post = Post()
    options: dict[str, Any] = {}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, DATA / "localhost-key.pem")
        options = {"tls_context": context, "require_starttls": True}
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, server_hostname="localhost", **options
    )
    controller.start()
    yield post
    controller.stop()
