"""crrubric db …"""

import click

from crrubric.cli.backups import back_up_before_upgrade
from crrubric.cli.running import (
    make_app,
    print_line,
    read_database_revision,
    refuse_encoding,
    refuse_newer_schema,
    remind_of_districts,
    run_in_app,
    upgrade_schema,
)
from crrubric.cli.serving import RUNNING, hold_server_lock
from crrubric.extensions import prepare_migrations
from crrubric.queries.operations.health import find_newest_revision
from crrubric.services.record.removing import compact_database
from crrubric.services.record.server_rights import grant_server_rights


@click.group("db")
def db_group() -> None:
    """Make or upgrade the database."""


@db_group.command("upgrade")
@click.option("--no-backup", is_flag=True, help="Upgrade without a backup before it.")
def upgrade_database(no_backup: bool) -> None:
    """Bring the database to the newest schema; makes it if there is none.

    A database that is older is backed up first: SQLite beside itself, PostgreSQL into the instance
    folder, if pg_dump is there. Stop the server before.
    """
    app = make_app()
    with hold_server_lock(app, RUNNING), app.app_context():
        found = read_database_revision()
        if found is None:
            refuse_encoding()
        else:
            refuse_newer_schema(found)
            if found < find_newest_revision() and not no_backup:
                back_up_before_upgrade(found)
        upgrade_schema()
    print_line("The database is ready.")
    remind_of_districts("db upgrade")


@db_group.command("rights")
@click.argument("account")
@run_in_app
def grant_rights(account: str) -> None:
    """Let the PostgreSQL account ACCOUNT serve this site, and change none of its rules.

    Give it under the account that owns the tables; then put ACCOUNT into DATABASE_URL, and name
    the owner for “db upgrade” and “restore” alone.
    """
    grant_server_rights(account)
    print_line(f"{account} may read and write what this site keeps, and change no table or rule.")


@db_group.command("compact")
@run_in_app
def rewrite_database() -> None:
    """Write the database anew, so that nothing of what was removed is left in its file.

    Whoever saves meanwhile waits: run it when nobody works. SQLite needs as much room once more.
    """
    compact_database()
    print_line("The database is written anew.")


@db_group.command("revision")
@click.option("-m", "--message", required=True, help="What the migration does.")
def write_migration(message: str) -> None:
    """Write a migration for changed models (for developers)."""
    from flask_migrate import revision

    app = make_app()
    with app.app_context():
        number = f"{int(find_newest_revision()) + 1:04d}"
        prepare_migrations(app)
        revision(message=message, autogenerate=True, rev_id=number)
