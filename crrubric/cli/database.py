"""crrubric db …"""

import click

from crrubric.cli.running import find_newest_revision, make_app, upgrade_schema
from crrubric.extensions import prepare_migrations


@click.group("db")
def db_group() -> None:
    """Make or upgrade the database."""


@db_group.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the newest schema; makes it if there is none."""
    app = make_app()
    with app.app_context():
        upgrade_schema()
    click.echo("The database is ready.")


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
