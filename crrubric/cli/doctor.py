"""crrubric doctor: what is wrong with an installation, in words, and how to mend it."""

import os
import shutil
import sqlite3
import ssl
import stat
import sys
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.sansio.utils import host_is_trusted

from crrubric import __version__
from crrubric.cli.districts.walls import list_open_walls
from crrubric.cli.running import (
    UTF8,
    make_app,
    print_line,
    read_database_revision,
    read_encoding,
    refuse_missing_folder,
)
from crrubric.cli.serving import find_database_file
from crrubric.config import FORMER_KEY_FILE, KEY_FILE, current_settings, name_account
from crrubric.domain.errors import Invalid
from crrubric.domain.limits import MEGABYTE
from crrubric.extensions import choose_journal_mode, db
from crrubric.hosts import list_served_sites
from crrubric.queries.operations.health import LEAST_FREE, count_late_mails, find_newest_revision
from crrubric.queries.people.district import find_named_district
from crrubric.services.mail.smtp import ServerDown, SmtpClient
from crrubric.services.people.sign_on.calls import ProviderUnavailable, take_call_turn
from crrubric.services.people.sign_on.facts import fetch_keys, fetch_metadata
from crrubric.settings.model import Settings

PATIENCE = 5  # seconds that the site may take
SKEW = 60  # seconds that two clocks may differ
NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afpfs"})
MOUNTS = Path("/proc/mounts")
LOCAL = frozenset({"", "127.0.0.1", "localhost", "::1"})


class Verdict(Enum):
    """How bad it is."""

    FINE = "ok   "
    LOOK = "look "
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, and what to do about it."""

    verdict: Verdict
    words: str


def tell_fine(words: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(Verdict.FINE, words)


def tell_oddity(words: str) -> Diagnosis:
    """Works, and should be looked at."""
    return Diagnosis(Verdict.LOOK, words)


def tell_fault(words: str) -> Diagnosis:
    """Does not work, or is not safe."""
    return Diagnosis(Verdict.WRONG, words)


@click.command("doctor")
def diagnose() -> None:
    """Look at the installation, and say what is wrong with it and how to mend it.

    What is there stays as it is, and no mail is sent. The site is asked at SITE_URL, the mail
    server is greeted. Ends with 1 if something is wrong.
    """
    refuse_missing_folder()
    app = make_app()
    print_line(f"crrubric {__version__}, Python {sys.version.split()[0]}")
    with app.app_context():
        findings = [
            *examine_installation(current_settings(), find_database_file(app)),
            *examine_districts(current_settings().INSTANCE),
        ]
    for finding in findings:
        print_line(f"{finding.verdict.value}  {finding.words}")
    count = sum(finding.verdict is Verdict.WRONG for finding in findings)
    if count:
        print_line(f"To mend: {count}", err=True)
        sys.exit(1)
    odd = sum(finding.verdict is Verdict.LOOK for finding in findings)
    print_line(f"Nothing is wrong. To look at: {odd}" if odd else "Nothing is wrong.")


def examine_installation(settings: Settings, file: Path | None) -> Iterator[Diagnosis]:
    """Everything that is looked at, in the order in which one would mend it."""
    yield from examine_folder(settings.INSTANCE, file)
    if (yield from examine_database(file)):
        yield from examine_content(settings)
    yield from describe_counting_store(settings.RATELIMIT_STORAGE_URI)
    yield from examine_addresses(settings)
    yield from examine_site(settings)
    yield from examine_mail(settings)
    yield from examine_providers(settings)


def examine_districts(folder: Path) -> Iterator[Diagnosis]:
    """Whether the districts of a server are kept apart; nothing where there is one."""
    try:
        places = list(list_served_sites(folder))
        if len(places) == 1:
            return
        walls = list(list_open_walls(places))
    except Invalid as error:
        yield tell_fault(str(error))
        return
    except SQLAlchemyError as error:
        yield tell_fault(f"A database of a district does not answer ({error.__cause__ or error}).")
        return
    for wall in walls:
        yield tell_fault(
            f"{wall.account} may open {wall.database}, the database of another district:"
            f" {wall.repair}."
        )
    yield tell_fine(
        f"This server has {len(places)} districts; “crrubric district each doctor” looks at each."
    )


def examine_folder(folder: Path, file: Path | None) -> Iterator[Diagnosis]:
    """Who may read the files, and how much room there is."""
    if not os.access(folder, os.W_OK):
        yield tell_fault(f"{folder} can’t be written: let the account that runs crrubric own it.")
    former = folder / FORMER_KEY_FILE
    if former.exists():
        yield tell_oddity(
            f"A renewal of the secret was interrupted ({former} is there): stop the server and"
            " give “crrubric settings renew-secret” again."
        )
    named = [folder / KEY_FILE, former, folder / "settings.toml", *([file] if file else [])]
    open_files = [path for path in named if path.exists() and is_open_to_others(path)]
    for path in open_files:
        yield tell_fault(f"Other accounts of this machine may read {path}: {describe_repair(path)}")
    if not open_files:
        yield tell_fine(f"No other account of this machine can read what lies in {folder}.")
    free = shutil.disk_usage(folder).free
    room = f"{free // MEGABYTE:,} MB are free where {folder} lies"
    if free >= LEAST_FREE:
        yield tell_fine(f"{room}.")
    else:
        yield tell_fault(f"{room}: make room, or saves will fail.")
    kind = find_disk_kind(file) if file else None
    if kind in NETWORK_DISKS:
        yield tell_fault(
            f"{file} lies on a network disk ({kind}), where SQLite can lose data: put it on a disk"
            " of this machine, or use PostgreSQL."
        )


def is_open_to_others(path: Path) -> bool:
    """Whether accounts but the owner's may read or write it."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def describe_repair(path: Path) -> str:
    """What makes a file its account's alone, which is the one that runs this."""
    account = "" if path.stat().st_uid == os.geteuid() else name_account(os.geteuid())
    return (f"chown {account} {path} && " if account else "") + f"chmod 600 {path}"


def find_disk_kind(path: Path) -> str | None:
    """The kind of file system on which a path lies, where the system tells."""
    if not MOUNTS.exists():
        return None
    mounts = (line.split()[1:3] for line in MOUNTS.read_text("utf-8", "replace").splitlines())
    here = path.resolve()
    found = [(len(at), kind) for at, kind in mounts if here.is_relative_to(at)]
    return max(found)[1] if found else None


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
    """Whether the machine that answers has the time of this one."""
    if not date:
        return
    off = abs((parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    if off > SKEW:
        yield tell_fault(
            f"The clock of the web server and that of this machine differ by {off:.0f} seconds:"
            " let both follow a time server."
        )


def examine_mail(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the mail server takes us."""
    if not settings.MAIL_HOST:
        yield tell_oddity("Mail is off: people get no invitations and reminders, links are copied.")
        return
    where = f"The mail server {settings.MAIL_HOST}"
    try:
        with SmtpClient() as client:
            client.greet()
    except ServerDown as error:
        yield tell_fault(f"{where} does not take us ({error}): look at the settings MAIL_….")
    else:
        yield tell_fine(f"{where} takes us.")


def examine_providers(settings: Settings) -> Iterator[Diagnosis]:
    """Whether each provider of single sign-on answers, and lets anybody new in."""
    for code, provider in settings.SSO_PROVIDERS.items():
        where = f"The provider {code} ({provider.title})"
        try:
            with take_call_turn():
                fetch_keys(fetch_metadata(provider).keys)
        except ProviderUnavailable as error:
            yield tell_fault(
                f"{where} can’t be used ({error}): look at SSO_PROVIDERS, and whether this machine"
                " may reach it."
            )
        else:
            yield tell_fine(f"{where} answers.")
        if not provider.domains:
            yield tell_oddity(f"{where} has no domains: nobody new comes in that way.")
