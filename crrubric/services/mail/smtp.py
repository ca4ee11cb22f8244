"""Talking to a mail server. Nothing here knows the database.

The only connection that crrubric opens to elsewhere. Certificates are verified; where TLS is
asked for and not offered, nothing is sent.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from crrubric.config import current_settings
from crrubric.domain.mail.mails import clean_header_line
from crrubric.domain.text import replace_control_characters
from crrubric.settings.model import Settings

PORTS = {"starttls": 587, "tls": 465, "none": 25}
SECONDS = 20  # how long one answer of the server may take
# what a server says when it closes the line, for whatever reason
CLOSING = 421


class MailError(Exception):
    """A mail was not taken; the text says why, for the operator and the chair."""


class ServerDown(MailError):
    """The server can't be used at all: no mail would go."""


class AnswerLost(ServerDown):
    """The whole mail was handed over, and then no answer came: perhaps the server took it."""


class TemporaryRefusal(MailError):
    """The server does not take this mail now."""


class PermanentRefusal(MailError):
    """The server will never take this mail, or it can't be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMessage:
    """A mail as it goes to the server: the same to the last byte at every try.

    `key` makes its Message-ID, by which mail systems know a second copy; `at` is its date.
    """

    id: int
    to_name: str
    to_address: str
    subject: str
    body: str
    district: str
    key: str
    at: datetime


class Handover:
    """What smtplib does not tell: whether a mail was handed over to its end.

    Before a connection of smtplib among the bases of a class.
    """

    in_data = handed_over = False

    def data(self, message: Any) -> Any:
        """Hand the content over."""
        self.in_data, self.handed_over = True, False
        try:
            return super().data(message)  # type: ignore[misc]  # of the connection beside it
        finally:
            self.in_data = False

    def send(self, content: Any) -> None:
        """Send a command, or the content; that one has its end in it."""
        self.handed_over = False
        super().send(content)  # type: ignore[misc]
        self.handed_over = self.in_data and not isinstance(content, str)


class PlainConnection(Handover, smtplib.SMTP):
    """Without TLS, or with STARTTLS."""


class TlsConnection(Handover, smtplib.SMTP_SSL):
    """With TLS from the first byte on."""


class SmtpClient:
    """One conversation with the server of the settings, begun with the first mail."""

    def __init__(self) -> None:
        self.settings = current_settings()
        self.connection: PlainConnection | TlsConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.connection is not None:
            try:
                self.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.connection.close()

    def send(self, letter: SmtpMessage) -> None:
        """Hand one mail to the server.

        Raises: ServerDown, or AnswerLost where it is not known whether the server took the mail;
        TemporaryRefusal; PermanentRefusal for whatever else goes wrong with this mail, so that it
        keeps none of the others from going.
        """
        message = make_email_message(letter, self.settings)
        connection = self.greet()
        try:
            connection.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            failure = classify_failure(error)
            if connection.handed_over and not isinstance(error, smtplib.SMTPResponseException):
                failure = AnswerLost(str(failure))
            raise failure from error
        except Exception as error:
            self._hang_up()  # nobody knows how far the conversation was
            raise PermanentRefusal(format_error(error)) from error

    def greet(self) -> PlainConnection | TlsConnection:
        """Begin the conversation, unless it has begun; nothing is sent. Raises: ServerDown."""
        if self.connection is None:
            try:
                self.connection = self._connect()
            except (smtplib.SMTPException, OSError, ValueError) as error:
                raise ServerDown(format_error(error)) from error
        return self.connection

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _connect(self) -> PlainConnection | TlsConnection:
        settings, secure = self.settings, self.settings.MAIL_SECURITY
        where = (settings.MAIL_HOST, settings.MAIL_PORT or PORTS[secure])
        own = site_host(settings)
        verified = ssl.create_default_context()
        connection: PlainConnection | TlsConnection
        if secure == "tls":
            connection = TlsConnection(*where, own, timeout=SECONDS, context=verified)
        else:
            connection = PlainConnection(*where, own, timeout=SECONDS)
        try:
            if secure == "starttls":
                connection.starttls(context=verified)
            if settings.MAIL_USER:
                connection.login(settings.MAIL_USER, settings.MAIL_PASSWORD)
        except BaseException:
            connection.close()
            raise
        return connection


def site_host(settings: Settings) -> str:
    """The host name of the site, for greetings and Message-IDs."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def make_email_message(letter: SmtpMessage, settings: Settings) -> EmailMessage:
    """The mail with its headers, as it can be sent.

    Raises: PermanentRefusal, whatever the standard library stumbles over: it raises errors of many
    kinds for an address that it can't read. ServerDown if it is our own address.
    """
    message = EmailMessage(policy=SMTP)
    sender = f"crrubric for {letter.district}" if letter.district else "crrubric"
    try:
        message["From"] = Address(clean_header_line(sender), addr_spec=settings.MAIL_SENDER)
    except Exception as error:
        raise ServerDown(format_error(error)) from error
    try:
        message["To"] = Address(clean_header_line(letter.to_name), addr_spec=letter.to_address)
        message["Subject"] = clean_header_line(letter.subject)
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<crrubric-{letter.id}-{letter.key}@{site_host(settings)}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, cte="quoted-printable")
        message.as_bytes(policy=SMTPUTF8)  # now, and not in the middle of a conversation
    except Exception as error:
        raise PermanentRefusal(format_error(error)) from error
    return message


def classify_failure(error: Exception) -> MailError:
    """What a failed conversation means for the mail, and for the others that wait."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return error_from_code(code, format_reply(code, words))
    if isinstance(error, smtplib.SMTPDataError):
        return error_from_code(error.smtp_code, format_error(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):  # an address that is not plain ASCII
        return PermanentRefusal(format_error(error))
    return ServerDown(
        format_error(error)
    )  # the line broke, or our own address is refused: like for all


def error_from_code(code: int, words: str) -> MailError:
    """5xx is for good, everything else for now."""
    if code == CLOSING:
        return ServerDown(words)
    return PermanentRefusal(words) if code >= 500 else TemporaryRefusal(words)


def format_reply(code: int, words: bytes | str) -> str:
    """A server's answer as one line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return clean_header_line(replace_control_characters(f"{code} {text}"))


def format_error(error: Exception) -> str:
    """What an error says, as one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return format_reply(error.smtp_code, error.smtp_error)
    return clean_header_line(replace_control_characters(str(error) or type(error).__name__))
