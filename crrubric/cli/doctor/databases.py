"""Whether the database answers, is of this version, and is reached in private."""

import sqlite3
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from crrubric.cli.doctor.diagnosis import Diagnosis, tell_fault, tell_fine, tell_oddity
from crrubric.cli.running import UTF8, read_database_revision, read_encoding
from crrubric.extensions import choose_journal_mode, db
from crrubric.queries.operations.health import count_late_mails, find_newest_revision
from crrubric.queries.people.district import find_named_district
from crrubric.services.record.server_rights import is_bound_by_rules, is_served_by_owner
from crrubric.settings.model import Settings

LOCAL = frozenset({"", "127.0.0.1", "localhost", "::1"})


def examine_database(file: Path | None) -> Generator[Diagnosis, None, bool]:
    """Whether the database answers, and is the one that the program knows.

    Returns: whether it is, so that one can look at what is in it.
    """
    if file is not None:
        yield describe_sqlite()
    try:
        found = read_database_revision()
        server = line = None
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                server = connection.execute(text("SHOW server_version")).scalar()
            line = read_database_line()
        encoding = read_encoding()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip()
        yield tell_fault(
            f"The database does not answer ({reason}): is it running, is DATABASE_URL right, may"
            " this account use it?"
        )
        return False
    if server:
        yield tell_fine(f"PostgreSQL {server} answers.")
        yield from describe_database_line(line)
        if encoding != UTF8:
            yield tell_fault(
                f"The database keeps texts as {encoding}, which has not every letter: dump it, and"
                " bring the dump into one that was made with “createdb --encoding UTF8”."
            )
    yield compare_schema(found)
    return found == find_newest_revision()


@dataclass(frozen=True, slots=True)
class DatabaseLine:
    """How the database is reached. address: None by a socket of this machine."""

    address: str | None
    encrypted: bool

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""
        return self.address is None or ip_address(self.address).is_loopback


def read_database_line() -> DatabaseLine:
    """How PostgreSQL sees our connection."""
    asked = text(
        "SELECT host(inet_server_addr()), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )
    with db.engine.connect() as connection:
        address, encrypted = connection.execute(asked).one()
    return DatabaseLine(address, bool(encrypted))


def describe_database_line(line: DatabaseLine | None) -> Iterator[Diagnosis]:
    """Whether what goes to another machine is encrypted."""
    if line is not None and not line.encrypted and not line.local:
        yield tell_fault(
            f"What goes to the database at {line.address} is not encrypted: add"
            " ?sslmode=verify-full to DATABASE_URL, and let PostgreSQL take nothing else (hostssl)."
        )


def is_this_machine(host: str | None) -> bool:
    """Whether a host is this machine; one that is not named is, too."""
    return (host or "") in LOCAL or (host or "").endswith(".localhost")


def describe_counting_store(address: str) -> Iterator[Diagnosis]:
    """Whether what is counted in Redis goes there encrypted."""
    parts = urlsplit(address)
    if parts.scheme == "redis" and not is_this_machine(parts.hostname):
        yield tell_fault(
            f"What goes to Redis at {parts.hostname} is not encrypted: let RATELIMIT_STORAGE_URI"
            " begin with rediss://"
        )


def describe_sqlite() -> Diagnosis:
    """Which library it is, and whether it may save in the faster way."""
    mode = choose_journal_mode(sqlite3.sqlite_version_info[:3])
    words = f"SQLite {sqlite3.sqlite_version}, journal mode {mode}"
    if mode == "WAL":
        return tell_fine(f"{words}.")
    return tell_oddity(
        f"{words}: this version can lose saves in the faster mode WAL, so it is not used. A"
        " Python with SQLite 3.51.3 or newer would save faster."
    )


def compare_schema(found: str | None) -> Diagnosis:
    """Whether the database is one of this program's version."""
    newest = find_newest_revision()
    if found is None:
        return tell_oddity(
            "The database is empty: crrubric serve makes its tables at the first start. If the site"
            " has one already, name its folder in CRRUBRIC_INSTANCE: this is another one."
        )
    if found == newest:
        return tell_fine(f"The database is at schema {found}, as the program is.")
    if found < newest:
        return tell_fault(
            f"The database is at schema {found}, the program at {newest}: crrubric db upgrade"
        )
    return tell_fault(
        f"The database is at schema {found}, which this program ({newest}) does not know:"
        " install the newer crrubric."
    )


def examine_rights() -> Iterator[Diagnosis]:
    """Whether whoever takes the server over could change the rules of the database."""
    if is_bound_by_rules():
        yield tell_fine("The account of the server can change no table or rule.")
    elif not is_served_by_owner():
        yield tell_oddity(
            "The account of the server owns not all tables, and could change rules all the same:"
            " give “crrubric db rights” once more, under the account that owns the tables."
        )


def examine_content(settings: Settings) -> Iterator[Diagnosis]:
    """What has to be set inside, and what waits."""
    district = find_named_district(db.session())
    if district is None:
        yield tell_oddity(
            "Name and time zone of the district are not set: days are shown in UTC. An"
            " administrator sets them on the page District."
        )
    else:
        yield tell_fine(
            f"The district is {district.name}, its days are those of {district.time_zone}."
        )
    late = count_late_mails(db.session())
    if late and settings.MAIL_HOST:
        yield tell_fault(
            f"Mails that wait for over an hour: {late}. Is MAIL_THREAD on, or does something run"
            " “crrubric mail send” each minute? “crrubric mail list” says why they wait."
        )
