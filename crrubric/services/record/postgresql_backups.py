"""Backups of a PostgreSQL database, with its own tools: pg_dump and pg_restore.

Passwords go to them in their environment, where other people of the machine can't read them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.translation import N_
from crrubric.queries.record.backups import NOT_OURS, BackupFacts, read_backup_facts

HEADER = b"PGDMP"
MISSING = N_(
    "%(tool)s is not there: install PostgreSQL’s own tools, of the server’s version, and have"
    " them in the PATH. docs/running.md says how to back up without them."
)
FAILED = N_("%(tool)s: %(why)s")
NOT_EMPTY = N_(
    "The database “%(name)s” is not empty, and what it holds stays as it is. Make a new one"
    " (createdb NAME), put its name into DATABASE_URL, restore, then start the server."
)
NO_FORMER = N_(
    "%(name)s can’t be read (%(why)s): --former names the database that was in use before."
)
# of the list of a dump: what only somebody with more rights could bring back, and we don't need
LEFT_OUT = re.compile(r"^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|SCHEMA - public)\b")
REVISION = re.compile(r"^(\d{4})$", re.M)


def find_tool(name: str) -> str:
    """The path of one of PostgreSQL's tools. Raises: NotReady if it is not there."""
    found = shutil.which(name)
    if found is None:
        raise NotReady(MISSING, tool=name)
    return found


def has_tools() -> bool:
    """Whether a database can be dumped from here."""
    return shutil.which("pg_dump") is not None


def run_tool(name: str, words: list[str], *, password: str = "") -> str:
    """Run one of PostgreSQL's tools; what it printed. Raises: NotReady, Invalid if it fails."""
    environment: Mapping[str, str] = {**os.environ, "PGAPPNAME": "crrubric"}
    if password:
        environment = {**environment, "PGPASSWORD": password}
    done = subprocess.run(  # noqa: S603  # no shell, and no word that anybody typed into a page
        [find_tool(name), *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise Invalid(FAILED, tool=name, why=" ".join(said[:3]) or str(done.returncode))
    return done.stdout


def name_server(engine: Engine) -> tuple[str, str]:
    """(how libpq finds the database, without its password; the password)."""
    from psycopg.conninfo import make_conninfo  # only where PostgreSQL is used

    # as the dialect tells the driver: hosts can be several, each with a port of its own
    _none, told = engine.dialect.create_connect_args(engine.url)
    parts = {name: value for name, value in told.items() if isinstance(value, str | int)}
    password = str(parts.pop("password", ""))
    return make_conninfo("", **parts), password


def dump_database(engine: Engine, target: Path) -> BackupFacts:
    """Write a dump in PostgreSQL's own format; what it holds, at the moment that it is of.

    Raises: NotReady if the tools are not there; Invalid if they fail, or if it is no database of
    crrubric.
    """
    find_tool("pg_dump")
    server, password = name_server(engine)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        facts = read_backup_facts(connection, name=engine.url.database)
        words = ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"]
        run_tool("pg_dump", [*words, f"--dbname={server}"], password=password)
    read_dump_revision(target)
    run_tool("pg_restore", [f"--file={os.devnull}", str(target)])  # reads all of it
    return facts


def read_dump_revision(file: Path) -> str:
    """The revision of the schema in a dump. Raises: Invalid if it is no dump of crrubric."""
    with file.open("rb") as opened:
        if opened.read(len(HEADER)) != HEADER:
            raise Invalid(NOT_OURS, file=file)
    script = run_tool(
        "pg_restore", ["--data-only", "--table=alembic_version", "--file=-", str(file)]
    )
    found = REVISION.search(script)
    if found is None:
        raise Invalid(NOT_OURS, file=file)
    return found[1]


def refuse_full_database(engine: Engine) -> None:
    """Raise Invalid unless the database is empty: a restoration deletes nothing."""
    with engine.connect() as connection:
        if inspect(connection).get_table_names():
            raise Invalid(NOT_EMPTY, name=engine.url.database)


def load_dump(engine: Engine, file: Path, contents: Path) -> BackupFacts:
    """Bring a dump back into an empty database, all of it or nothing; what it holds.

    Args: contents: a file to write to, for the list of what is brought back.
    Raises: NotReady, Invalid.
    """
    refuse_full_database(engine)
    server, password = name_server(engine)
    listed = run_tool("pg_restore", ["--list", str(file)]).splitlines(keepends=True)
    contents.write_text("".join(line for line in listed if not LEFT_OUT.match(line)), "utf-8")
    run_tool(
        "pg_restore",
        [
            "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
            f"--use-list={contents}", f"--dbname={server}", str(file),
        ],
        password=password,
    )  # fmt: skip
    with engine.connect() as connection:
        return read_backup_facts(connection, name=file)


def read_server_pairs(engine: Engine, wanted: str) -> dict[str, str] | None:
    """The rows of two columns that a statement gives; None where the database can't be asked that:
    it is of before there was such a thing."""
    try:
        with engine.connect() as connection:
            return {str(key): words for key, words in connection.execute(text(wanted))}
    except ProgrammingError:
        return None


@contextmanager
def open_former_database(url: str) -> Iterator[Engine]:
    """The database that was in use before. Raises: Invalid if it can't be read."""
    try:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    except ArgumentError as error:
        raise Invalid(NO_FORMER, name="--former", why=error) from None
    try:
        engine.connect().close()
        yield engine
    except OperationalError as error:
        raise Invalid(NO_FORMER, name=engine.url.render_as_string(), why=error.orig) from None
    finally:
        engine.dispose()
