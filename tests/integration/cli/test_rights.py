"""A server whose account of PostgreSQL owns nothing: all works, and no rule can be changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from crrubric.app import create_app
from crrubric.cli import database
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.queries.record.verification import verify_record
from crrubric.services.record.backups import write_backup_file
from tests.conftest import SETTINGS, fresh_app
from tests.factories import Factory
from tests.integration.record.test_removals import archive, remove, years_later
from tests.integration.record.test_restorations import empty_database, run_on
from tests.integration.record.whole import make_whole_record

OWNER, SERVER = "rights_owner", "rights_server"
FORBIDDEN = [
    "ALTER TABLE mark DISABLE TRIGGER ALL",
    "DROP TRIGGER {trigger}",
    "TRUNCATE mark",
    "CREATE TABLE more (id int)",
    "CREATE FUNCTION public.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE mark ADD COLUMN more int",
    "DROP TABLE journal_entry",
    "UPDATE alembic_version SET version_num = '0001'",
    "SET session_replication_role = replica",
    f"SET ROLE {OWNER}",
]


@dataclass(frozen=True)
class Accounts:
    """The addresses of a database: as its owner sees it, and as the server does."""

    owner: str
    server: str


@pytest.fixture
def accounts(postgresql: str) -> Iterator[Accounts]:
    address = make_url(postgresql).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    own = address.render_as_string(hide_password=False)
    with engine.connect() as connection:
        for name in (OWNER, SERVER):
            connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'p'")
        try:
            with empty_database(own, OWNER, f"OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0"):
                connection.exec_driver_sql(f"REVOKE CONNECT ON DATABASE {OWNER} FROM PUBLIC")
                place = address.set(database=OWNER, password="p")
                yield Accounts(
                    *(
                        place.set(username=name).render_as_string(hide_password=False)
                        for name in (OWNER, SERVER)
                    )
                )
        finally:
            for name in (SERVER, OWNER):
                connection.exec_driver_sql(f"DROP ROLE {name}")
    engine.dispose()


@pytest.fixture
def served(accounts: Accounts, tmp_path: Path) -> Iterator[Flask]:
    """The site under an account that only serves."""
    owners = fresh_app(accounts.owner, tmp_path / "owner")
    with owners.app_context():
        db.engine.dispose()
    told = run_on(accounts.owner, tmp_path / "owner", "db", "rights", SERVER)
    assert "may read and write what this site keeps, and change no table or rule." in told.output
    settings = {**SETTINGS, "INSTANCE": str(tmp_path / "server"), "DATABASE_URL": accounts.server}
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_everything_works_for_an_account_that_owns_nothing(
    served: Flask, tools: None, tmp_path: Path
):
    make = Factory(served, changed=lambda: True)
    made = make.evaluation(title="Long ago")
    archive(make, made)
    ada, bob = (make.actor(name, standing=Standing.ADMINISTRATOR) for name in ("Ada", "Bob"))
    with years_later():
        remove(ada, bob, made)
    make_whole_record(make, tmp_path)
    write_backup_file(tmp_path / "backup.dump")

    db.session.rollback()
    assert list(verify_record(db.session()).problems) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_account_changes_no_table_and_no_rule(served: Flask, statement: str):
    named = "SELECT quote_ident(tgname) || ' ON ' || tgrelid::regclass FROM pg_trigger"
    trigger = db.session.scalar(text(f"{named} WHERE NOT tgisinternal LIMIT 1"))

    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.session.connection().exec_driver_sql(statement.format(trigger=trigger))
    db.session.rollback()


def test_what_needs_the_owner_says_so(
    served: Flask, accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "server"

    compact = run_on(accounts.server, folder, "db", "compact")
    rights = run_on(accounts.server, folder, "db", "rights", OWNER)
    doctor = run_on(accounts.server, folder, "doctor")
    db.session.rollback()
    monkeypatch.setattr(database, "find_newest_revision", lambda: "9999")
    monkeypatch.setattr(
        database, "upgrade_schema", lambda: db.session.execute(text("CREATE TABLE more (id int)"))
    )
    upgrade = run_on(accounts.server, folder, "db", "upgrade", "--no-backup")

    for told in (compact, rights, upgrade):
        assert told.exit_code == 1
        assert "under the account that owns the tables" in told.output
    assert "ok     The account of the server can change no table or rule." in doctor.output


def test_rights_are_for_an_account_that_owns_nothing(accounts: Accounts, tmp_path: Path):
    app = fresh_app(accounts.owner, tmp_path / "owner")
    with app.app_context():
        db.engine.dispose()

    told = [
        run_on(accounts.owner, tmp_path / "owner", "db", "rights", name)
        for name in ("nobody_at_all", OWNER, "postgres")
    ]

    assert [done.exit_code for done in told] == [1, 1, 1]
    assert "PostgreSQL has no account nobody_at_all" in told[0].output
    assert all("owns the tables, or may do everything" in done.output for done in told[1:])


def as_superuser(postgresql: str) -> str:
    """The address of the same database, for who may do everything."""
    place = make_url(postgresql).set(drivername="postgresql+psycopg", database=OWNER)
    return place.render_as_string(hide_password=False)


def test_a_superuser_gives_no_rights_to_the_owner(
    accounts: Accounts, postgresql: str, tmp_path: Path
):
    app = fresh_app(accounts.owner, tmp_path / "owner")
    with app.app_context():
        db.engine.dispose()

    told = run_on(as_superuser(postgresql), tmp_path / "other", "db", "rights", OWNER)

    assert told.exit_code == 1
    assert "owns the tables, or may do everything" in told.output


def test_a_server_that_could_add_to_the_rules_is_told(
    served: Flask, accounts: Accounts, postgresql: str, tmp_path: Path
):
    engine = create_engine(as_superuser(postgresql), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
    engine.dispose()

    doctor = run_on(accounts.server, tmp_path / "server", "doctor")

    assert "and could change rules all the same: give “crrubric db rights”" in doctor.output
    assert "can change no table or rule" not in doctor.output


def test_sqlite_knows_no_accounts(sqlite_app: Flask, tmp_path: Path):
    (tmp_path / "s").mkdir()
    fresh_app("", tmp_path / "s")

    assert (
        "SQLite, which knows no accounts" in run_on("", tmp_path / "s", "db", "rights", "a").output
    )
