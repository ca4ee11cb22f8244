"""Where passkeys work: at one host name, by a connection that nobody can change."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from crrubric.domain import limits


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site as a passkey knows it (WebAuthn calls it so).

    Args: host: the name that a passkey is for; origin: the address from which its answer comes.
    """

    host: str
    origin: str


def find_relying_party(address: str) -> RelyingParty | None:
    """What passkeys are made for where people reach the site at this address.

    None where browsers would refuse them: the host is a number, or the connection is open (on the
    machine itself it may be).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host or len(host) > limits.HOST or is_number(host):
        return None
    if parts.scheme != "https" and not is_local(host):
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def is_number(host: str) -> bool:
    """Whether this is the address of a machine and not its name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_local(host: str) -> bool:
    """Whether browsers take this name for the machine itself, whoever is asked."""
    return host == "localhost" or host.endswith(".localhost")


def find_local_name(address: str) -> str:
    """The same address by the name that passkeys can be for, on the machine itself; else empty."""
    parts = urlsplit(address)
    if parts.hostname not in {"127.0.0.1", "::1"}:
        return ""
    return f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")


def is_numeric_address(address: str) -> bool:
    """Whether people reach the site by a number, at which no passkey works."""
    return is_number(urlsplit(address).hostname or "")
