"""What the text of a setting must look like. Every function returns the value or raises ValueError.

A plain ValueError leads to the sentence “… can’t be …: give …”, made of what the setting's `About`
expects; a `Refusal` says its own sentence.
"""

import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from crrubric.domain.people.languages import NAMES

PORTS = 65_536
SECRET_LENGTH = 32  # characters; what is made at the first start has 64
SQLITE, POSTGRESQL = "sqlite", "postgresql+psycopg"
DATABASES = {
    "sqlite": SQLITE,
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    POSTGRESQL: POSTGRESQL,
}
HOST = re.compile(r"[^\s/@:,;\"'\\]+|\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]?")
ADDRESS = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+")


class Refusal(ValueError):
    """A value can't be used, for a reason that needs a sentence of its own."""


def check_number(value: object) -> object:
    """A number as it is: for Python, true is 1, and for us it is a mistake."""
    if isinstance(value, bool):
        raise ValueError
    return value


def split_list(value: object) -> object:
    """A list from text: comma-separated, or in JSON; anything else as it is."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list)]


def check_secret(value: str) -> str:
    """A secret that nobody guesses; empty: one is made."""
    if value and (len(value) < SECRET_LENGTH or value.isdecimal()):
        raise ValueError
    return value


def check_database(value: str) -> str:
    """The address of a database as SQLAlchemy takes it; empty: SQLite in the instance folder."""
    if not value:
        return value
    kind, separator, rest = value.partition("://")
    if not separator or kind not in DATABASES:
        raise ValueError
    if DATABASES[kind] == POSTGRESQL:
        require_package("psycopg", "DATABASE_URL names PostgreSQL", "crrubric[postgresql]")
        rest = list_database_hosts(rest)
    address = f"{DATABASES[kind]}://{rest}"
    try:
        parts = make_url(address)
    except (ArgumentError, ValueError):  # a port that is no number
        raise ValueError from None
    if parts.database in {None, "", ":memory:"}:  # what is in memory alone is lost at the end
        raise ValueError
    return address


def list_database_hosts(rest: str) -> str:
    """What follows “://” in an address, with its hosts, if they are several, as parameters.

    libpq takes “user@a:5432,b:5432/name”; SQLAlchemy takes one host there, and hands parameters on.
    Raises: ValueError if one has no name, or a port that is no number.
    """
    authority, _slash, name = rest.partition("/")
    person, at, listed = authority.rpartition("@")
    if "," not in listed:
        return rest
    parts = [urlsplit(f"//{host}") for host in listed.split(",")]
    hosts = [part.hostname or "" for part in parts]
    ports = [str(part.port or "") for part in parts]
    if not all(hosts):
        raise ValueError
    told = f"host={','.join(hosts)}" + (f"&port={','.join(ports)}" if any(ports) else "")
    return f"{person}{at}/{name}{'&' if '?' in name else '?'}{told}"


def check_limits_store(value: str) -> str:
    """Where failed sign-ins are counted: in this process, in the database, or in Redis."""
    if value in {"", "memory://", "database://"}:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError
    require_package("redis", "RATELIMIT_STORAGE_URI names Redis", "crrubric[redis]")
    return value


def check_metrics_token(value: str) -> str:
    """A secret that opens the metrics; empty: there are none."""
    if value:
        if len(value) < SECRET_LENGTH:
            raise ValueError
        require_package("prometheus_client", "METRICS_TOKEN is set", "crrubric[metrics]")
    return value


def require_package(module: str, why: str, package: str) -> None:
    """Raise Refusal if a package that a setting needs is not installed."""
    if find_spec(module) is None:
        raise Refusal(f"{why}: install the package {package}, or leave the setting out.")


def check_site(value: str) -> str:
    """Where links begin, without a slash at the end; empty: not known."""
    if not value:
        return value
    parts = urlsplit(value)
    parts.port  # noqa: B018  # raises ValueError if it is none
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in {"http", "https"} or not is_host(parts.hostname or "") or beyond:
        raise ValueError
    return value.rstrip("/")


def check_host(value: str) -> str:
    """The name or address of a host, without a port; empty: none."""
    if value and not is_host(value):
        raise ValueError
    return value


def is_host(value: str) -> bool:
    """Whether it can be the name or the address of a host."""
    return HOST.fullmatch(value) is not None


def check_scanner(value: str) -> str:
    """The path of a scanner's socket, or host and port; empty: none."""
    if not value or (value.startswith("/") and "\0" not in value):
        return value
    host, _colon, port = value.rpartition(":")
    if not is_host(host) or not port.isdecimal() or not 0 < int(port) < PORTS:
        raise ValueError
    return value


def check_address(value: str) -> str:
    """A plain e-mail address; empty: none."""
    if value and not ADDRESS.fullmatch(value):
        raise ValueError
    return value


def check_hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names of hosts; with a dot before it, one stands for all below it."""
    return check_each(values, lambda value: is_host(value) and value != ".")


def check_languages(values: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that there are, at least one, none twice."""
    if not values or len(set(values)) < len(values):
        raise ValueError
    return check_each(values, NAMES.__contains__)


def check_each(values: tuple[str, ...], good: Callable[[Any], bool]) -> tuple[str, ...]:
    """The values, if all are good."""
    if not all(good(value) for value in values):
        raise ValueError
    return values
