"""Whether the site answers at its address: proxy, certificate, clock."""

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

from crrubric.cli.doctor.databases import is_this_machine
from crrubric.cli.doctor.diagnosis import Diagnosis, tell_fault, tell_fine, tell_oddity
from crrubric.settings.model import Settings

PATIENCE = 5  # seconds that the site may take
SKEW = 60  # seconds that two clocks may differ


def examine_addresses(settings: Settings) -> Iterator[Diagnosis]:
    """Whether what is set of address, proxy and TLS fits together."""
    parts = urlsplit(settings.SITE_URL)
    host = parts.hostname or ""
    if not settings.SITE_URL:
        yield tell_oddity(
            "SITE_URL is not set: links begin with the address that was asked for. Set it to the"
            " address by which people reach the site."
        )
        return
    if parts.scheme == "https" and not settings.BEHIND_TLS:
        yield tell_fault(
            "SITE_URL begins with https and BEHIND_TLS is false: cookies could travel unprotected."
            " Set BEHIND_TLS = true."
        )
    if parts.scheme == "http" and settings.BEHIND_TLS:
        yield tell_fault(
            "BEHIND_TLS is true and SITE_URL begins with http: nobody could sign in there. Let it"
            " begin with https."
        )
    if parts.scheme == "http" and not is_this_machine(host):
        yield tell_fault(
            f"People would send their passwords to {settings.SITE_URL} unprotected: put a web"
            " server with TLS before it (docs/running.md)."
        )
    if parts.scheme == "https" and not settings.PROXY_COUNT:
        yield tell_fault(
            "SITE_URL begins with https and PROXY_COUNT is 0: all people would seem to share the"
            " address of your web server. Set PROXY_COUNT = 1."
        )
    if not is_this_machine(host) and not settings.TRUSTED_HOSTS:
        yield tell_oddity(f'Any host name is answered. Set TRUSTED_HOSTS = ["{host}"].')
    elif settings.TRUSTED_HOSTS and not host_is_trusted(host, settings.TRUSTED_HOSTS):
        yield tell_fault(f"The host of SITE_URL, {host}, is not among TRUSTED_HOSTS: add it.")


def examine_site(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the site answers at its address, with a certificate that lasts and our time."""
    parts = urlsplit(settings.SITE_URL)
    if not settings.SITE_URL or is_this_machine(parts.hostname):
        return
    secure = parts.scheme == "https"
    try:
        if secure:
            context = ssl.create_default_context()
            connection: HTTPConnection = HTTPSConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE, context=context
            )
        else:
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        connection.request("GET", "/health/live")
        if secure and isinstance(connection.sock, ssl.SSLSocket):
            yield examine_certificate(connection.sock.getpeercert() or {})
        answer = connection.getresponse()
        answer.read(4096)
        connection.close()
    except ssl.SSLError as error:
        yield tell_fault(
            f"The certificate of {settings.SITE_URL} is refused ({error.reason or error})."
        )
        return
    except (OSError, HTTPException) as error:
        yield tell_oddity(
            f"{settings.SITE_URL} does not answer from here ({error}): is the site running?"
        )
        return
    if answer.status != HTTPStatus.OK:
        yield tell_fault(
            f"{settings.SITE_URL}/health/live answers {answer.status}: does the web server hand"
            " requests on to crrubric?"
        )
        return
    yield tell_fine(f"{settings.SITE_URL} answers.")
    if not answer.headers.get("X-Request-Id"):
        yield tell_oddity("What answers there does not look like this version of crrubric.")
    yield from compare_clocks(answer.headers.get("Date"))


def examine_certificate(certificate: Mapping[str, object]) -> Diagnosis:
    """For how many days the certificate holds."""
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    words = f"The certificate holds for another {days} days"
    return tell_fine(f"{words}.") if days >= 14 else tell_oddity(f"{words}: renew it.")


def compare_clocks(date: str | None) -> Iterator[Diagnosis]:
    """Whether the machine that answers has the time of this one, as far as it says its own."""
    try:
        off = abs((parsedate_to_datetime(date or "") - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no moment, or one of no known zone
        return
    if off > SKEW:
        yield tell_fault(
            f"The clock of the web server and that of this machine differ by {off:.0f} seconds:"
            " let both follow a time server."
        )
