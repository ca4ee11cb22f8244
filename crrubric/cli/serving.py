"""crrubric demo and crrubric serve."""

import logging
import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from wsgiref.types import WSGIApplication

import click
from flask import Flask

from crrubric.cli.district import add_district_options, set_up_district
from crrubric.cli.mail import start_mail_thread
from crrubric.cli.running import (
    AppFactory,
    check_schema,
    find_factory,
    find_folder,
    make_app,
    print_line,
    read_database_revision,
    read_site_revision,
    upgrade_schema,
)
from crrubric.config import settings_of
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import choose_journal_mode, db
from crrubric.hosts import serve_districts
from crrubric.logs import configure_logging
from crrubric.queries.operations.health import find_newest_revision
from crrubric.services.record.backups import find_engine_file
from crrubric.services.record.whole_files import lock_file

log = logging.getLogger("crrubric")
HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", default=5000, type=click.IntRange(0, 65_535), show_default=True,
                    help="Port to listen on.")  # fmt: skip


def find_database_file(app: Flask) -> Path | None:
    """The SQLite file of the app; None on PostgreSQL.

    The engine knows where it is: a path that begins nowhere begins in the instance folder.
    """
    with app.app_context():
        return find_engine_file(db.engine)


def find_lock_file(app: Flask) -> Path | None:
    """The file by whose lock a server is alone; None on PostgreSQL, which needs none."""
    file = find_database_file(app)
    return None if file is None else file.with_suffix(".lock")


SERVED = N_("Another crrubric serves %(file)s already: stop it first, or use its address.")
RUNNING = N_("A server of crrubric uses %(file)s: stop it first.")


@contextmanager
def hold_server_lock(app: Flask, refusal: str = SERVED) -> Iterator[None]:
    """Hold a lock beside the SQLite file: a second server on it is refused.

    Args: refusal: what is said then, a text to translate.
    Raises: Invalid if another server holds it. PostgreSQL serves many servers and needs none.
    """
    file, lock = find_database_file(app), find_lock_file(app)
    if lock is None:
        yield
        return
    with lock.open("a+") as handle:
        try:
            lock_file(handle.fileno())
        except OSError:
            raise Invalid(refusal, file=file) from None
        yield


def run_server(app: Flask, host: str, port: int, answering: WSGIApplication | None = None) -> None:
    """Serve until SIGTERM or Ctrl+C.

    Args: answering: what is asked instead of the app, which has the settings of the server.
    """
    from crrubric.cli import server as http  # other commands need none

    server = http.open_server(app, host, port, answering)
    asked = http.listen_for_stop()
    http.return_large_blocks()
    notify_service_manager("READY=1")
    shown = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104  # compared, not bound
    place = f"Serving on http://{shown}:{server.port}"
    settings = settings_of(app)
    if settings.LOG_FORMAT == "json" and not settings.DEMO:
        logging.getLogger("crrubric").info(place)  # who reads the log wants nothing else in it
    else:
        print_line(f"{place} – stop with Ctrl+C.")
        sys.stdout.flush()
    http.serve_until_stopped(server, asked)


def notify_service_manager(state: str) -> None:
    """Tell systemd, if it has started us and asks for it (Type=notify): see sd_notify(3).

    So that whatever waits for the start of the service finds a server that answers.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    if address.startswith("@"):  # a name that lies in no folder
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), address)


def log_to_console(app: Flask) -> None:
    """Say what happens, and how the database is kept."""
    configure_logging(as_json=settings_of(app).LOG_FORMAT == "json")
    if find_database_file(app):
        mode = choose_journal_mode(sqlite3.sqlite_version_info[:3])
        logging.getLogger("crrubric").info(
            "SQLite %s, journal mode %s", sqlite3.sqlite_version, mode
        )


@click.command("demo")
@HOST
@PORT
@click.option("--fresh", is_flag=True, help="Delete everything done in the demo and start again.")
def serve_demo(host: str, port: int, fresh: bool) -> None:
    """Serve an invented district to try everything with; made at the first start.

    The demo has a database of its own, instance/demo.db, and shows its people's passwords on
    the sign-in page: never open it to a network.
    """
    from crrubric.services.demo.district import DEMO_PASSWORD, list_demo_people, make_demo

    file = find_folder() / "demo.db"
    app = make_app(
        {
            "DEMO": True,
            "DATABASE_URL": f"sqlite:///{file.as_posix()}",
            "MAIL_HOST": "",  # nobody of the demo has an address
        }
    )
    with hold_server_lock(app):
        with app.app_context():
            if fresh:
                db.engine.dispose()
                for suffix in ("", "-journal", "-wal", "-shm"):
                    file.with_name(file.name + suffix).unlink(missing_ok=True)
            if (
                read_database_revision() != find_newest_revision()
            ):  # looking is quicker than Alembic
                upgrade_schema()
            make_demo()
            db.session.remove()
        print_line("Demo of crrubric: an invented district. Sign in as one of")
        for person in list_demo_people():
            print_line(f"  {person.email:28} {person.name}, {person.title}")
        print_line(f"Everybody’s password: {DEMO_PASSWORD}")
        run_server(app, host, port)


@click.command()
@HOST
@PORT
@add_district_options
def serve(host: str, port: int, district: str | None, timezone: str | None) -> None:
    """Serve this district's own database; made at the first start."""
    app = make_app()
    with ExitStack() as held:
        held.enter_context(hold_server_lock(app))
        with app.app_context():
            check_schema()
            set_up_district(district, timezone)
            db.session.remove()
        log_to_console(app)
        start_mail_thread(app)
        answering = serve_districts(app, partial(open_site, find_factory(), held, sends_mail=True))
        run_server(app, host, port, answering)


def open_site(
    factory: AppFactory, held: ExitStack, folder: Path, *, sends_mail: bool = False
) -> Flask:
    """The app of a further district, on a database that is ready, alone with it on SQLite.

    Args: held: keeps the lock of its database until the server ends; sends_mail: a thread of its
    own sends what its people are mailed, if the settings say so.
    Raises: Invalid if the database is of another version, or another server has it.
    """
    app = factory({"INSTANCE": str(folder)})
    lock = hold_server_lock(app)
    lock.__enter__()
    try:
        with app.app_context():
            read_site_revision()
            check_schema()
            db.session.remove()
            db.engine.dispose()  # a connection that was opened before a fork is nobody's
    except BaseException:
        lock.__exit__(None, None, None)
        raise
    held.push(lock)
    if sends_mail:
        start_mail_thread(app)
    log.info("The site in %s is served at %s", folder, settings_of(app).SITE_URL)
    return app
