"""Flask extensions, and how a database connection is set up."""

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any

from babel.support import NullTranslations
from flask import Flask, current_app
from flask_babel import Babel, Domain, get_locale
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from limits.storage import Storage, storage_from_string
from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import OperationalError

from crrubric import catalogue
from crrubric.config import PACKAGE
from crrubric.domain.text import isolate_values
from crrubric.models import Base


class CatalogueDomain(Domain):
    """Where Flask-Babel takes its texts from: `crrubric.catalogue`, not a folder of .mo files."""

    def gettext(self, string: str, **values: Any) -> str:
        """The text, its placeholders filled with what can't reorder it."""
        return str(super().gettext(string, **isolate_values(values)))

    def ngettext(self, singular: str, plural: str, num: int, **values: Any) -> str:
        """The text for this number, its placeholders filled with what can't reorder it."""
        return str(super().ngettext(singular, plural, num, **isolate_values(values)))

    def get_translations(self) -> NullTranslations:
        """The texts of the request's language; those of the source where there is no request."""
        locale = get_locale()
        return catalogue.load_translations(locale.language) if locale else NullTranslations()


class CatalogueBabel(Babel):
    """Flask-Babel on our catalogues."""

    @property
    def domain_instance(self) -> CatalogueDomain:
        """The texts of every language."""
        return CATALOGUES


class AttemptLimiter:
    """Where failed sign-ins are counted: a store of the package limits, one for each app."""

    KEY = "crrubric-attempts"

    def init_app(self, app: Flask) -> None:
        """Open the store that the settings name."""
        options = app.config["RATELIMIT_STORAGE_OPTIONS"]
        address = app.config["RATELIMIT_STORAGE_URI"]
        app.extensions[self.KEY] = storage_from_string(address, **options)

    @property
    def storage(self) -> Storage:
        """The store of the app that runs."""
        store: Storage = current_app.extensions[self.KEY]
        return store

    def reset(self) -> None:
        """Forget all that the app that runs has counted."""
        self.storage.reset()


CATALOGUES = CatalogueDomain()
db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    # A unit of work reads everything anew when it begins; after it, pages show what it wrote.
    session_options={"expire_on_commit": False},
)
login = LoginManager()
babel = CatalogueBabel()
limiter = AttemptLimiter()

WRITE = {"crrubric_write": True}
WRITE_IF_FREE = {**WRITE, "crrubric_hurried": True}  # fails at once where it would have to wait
BUSY_SECONDS = 5  # that a writer waits for others
BULKY = "crrubric_bulky"  # in the notes of one that stored so much that it is better closed
TURN = "crrubric_turn"  # in the notes of the connection whose turn it is to write
HURRIED = "crrubric_hurried"  # in the notes of one that waits for nobody
# What the driver raises when the database is busy or gone; the web knows no SQLAlchemy.
DatabaseUnavailable = OperationalError
FULL = "53100"  # what PostgreSQL calls a full disk
READ_ONLY = "25006"  # and a write to a server that only repeats what another one writes


def is_disk_full(error: DatabaseUnavailable) -> bool:
    """Whether the database could not write because there is no room for it."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == FULL


def init_app(app: Flask) -> None:
    """Bind the extensions that every door needs; the web binds its own pieces."""
    db.init_app(app)
    app.teardown_appcontext(end_last_reading)  # before the session is closed: last in, first out
    with app.app_context():
        set_up_engine(db.engine)


def end_last_reading(_error: BaseException | None) -> None:
    """End what is still read once the answer is made; it holds, wherever the database has gone."""
    if not db.session.registry.has():
        return
    try:
        db.session.rollback()
    except DatabaseUnavailable:
        db.session().invalidate()


def prepare_migrations(app: Flask) -> None:
    """Let Flask-Migrate work on the app's database."""
    from flask_migrate import Migrate  # Alembic takes long to load, and only migrations need it

    Migrate(
        app,
        db,
        directory=str(PACKAGE / "migrations"),
        compare_type=True,
        render_as_batch=True,
    )


def choose_journal_mode(version: tuple[int, int, int]) -> str:
    """The SQLite journal mode that is safe with this library version.

    WAL of 3.7.0 to 3.51.2 can lose commits when two connections write or checkpoint at the same
    moment; it is fixed in 3.51.3, 3.50.7 and 3.44.6.
    """
    fixed = version >= (3, 51, 3) or (
        version[:2] in {(3, 50), (3, 44)}
        and version >= ((3, 50, 7) if version[1] == 50 else (3, 44, 6))
    )
    return "WAL" if fixed else "TRUNCATE"


def set_up_engine(engine: Engine) -> None:
    """Make every connection keep its promises: writers wait, but not for ever; on SQLite, too,
    keys are checked and saves are on disk.
    """
    if engine.dialect.name != "sqlite":
        wait_for_locks(engine)
        return
    mode = choose_journal_mode(sqlite3.sqlite_version_info[:3])

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # We begin transactions ourselves (below): the driver would begin them deferred.
        connection.isolation_level = None
        keep_to_ourselves(connection)
        for pragma in (
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else a row that REPLACE deletes is deleted past its seal
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"journal_mode={mode}",
            "synchronous=FULL",
            "secure_delete=ON",  # what is deleted is written over, whatever the library's default
        ):
            connection.execute(f"PRAGMA {pragma}")

    begin_in_turn(engine)


def keep_to_ourselves(connection: sqlite3.Connection) -> None:
    """Let a database file that was made just now be read by its own account alone.

    What SQLite makes beside it has its rights. One that is in use keeps those it has: `crrubric
    doctor` says if they are too wide.
    """
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    if file and Path(file).stat().st_size == 0:
        Path(file).chmod(0o600)


def wait_for_locks(engine: Engine) -> None:
    """On PostgreSQL, too, whoever waits longer for a lock is told that the server is busy."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        connection.commit()  # a setting of a transaction that is rolled back is gone

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if is_hurried(connection):
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")  # 0 were for ever

    leave_standbys(engine)


def leave_standbys(engine: Engine) -> None:
    """Take a server that refuses to write for one that is away: another one is the primary now."""

    @event.listens_for(engine, "handle_error")
    def leave(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True  # each connection is made anew, with whoever writes
            error = context.original_exception
            raise OperationalError(context.statement, None, error) from error


def is_hurried(connection: Connection) -> bool:
    """Whether the transaction that begins gives up where it would have to wait."""
    return bool(connection.get_execution_options().get("crrubric_hurried"))


def begin_to_write(connection: Connection) -> None:
    """Begin a transaction of SQLite that writes, waiting for other processes unless in a hurry."""
    if is_hurried(connection):
        connection.info[HURRIED] = True  # nor does its end wait for those who read
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_in_turn(engine: Engine) -> None:
    """Begin transactions of a SQLite engine, those that write one after the other.

    SQLite lets one write at a time and has the others ask again and again, whoever is lucky next.
    Threads of one server wait for each other here instead, and leave the processor to the writer.
    """
    turn = Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once, whatever the time-out:
        # units of work say beforehand that they write.
        if not connection.get_execution_options().get("crrubric_write"):
            connection.exec_driver_sql("BEGIN")
            return
        if not turn.acquire(timeout=0 if is_hurried(connection) else BUSY_SECONDS):
            busy = sqlite3.OperationalError("another writer takes too long")
            raise OperationalError("BEGIN IMMEDIATE", None, busy)
        connection.info[TURN] = True
        begin_to_write(connection)

    @event.listens_for(engine, "checkin")
    def pass_turn(connection: Any, record: Any) -> None:
        # when the connection comes back its transaction is over, however it ended
        if record.info.pop(HURRIED, False) and connection is not None:
            connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        if record.info.pop(TURN, False):
            turn.release()
        if record.info.pop(BULKY, False):
            record.invalidate()  # a statement that is kept for the next time keeps its values
