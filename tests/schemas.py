"""The schema of a database: made by the migrations once, and compared with another one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, inspect

from crrubric.extensions import db
from tests.databases import Image, is_movable, take_image
from tests.workers import load_kept, store_kept

MADE: dict[str, Image] = {}  # an SQLite database without a row, by its revision
# (table, kind of thing, its name) -> what it is
Schema = dict[tuple[str, str, str | None], str]
SCRATCH = "made_from_models"  # a schema of PostgreSQL, as long as a transaction
BOOKKEEPING = "alembic_version"


def make_schema(revision: str = "head") -> None:
    """Bring the database of the current app to a revision.

    On SQLite the migrations run once for all workers: they take a second each time. A database that
    has tables already is upgraded with what it holds.
    """
    from flask_migrate import upgrade

    if not is_movable() or inspect(db.engine).get_table_names():
        upgrade(revision=revision)
        return
    name = f"schema of {revision}"
    if found := MADE.get(revision) or load_kept(name):
        found.put_back()
    else:
        upgrade(revision=revision)
        found = take_image()
        store_kept(name, found)
    MADE[revision] = found


def read_made_from(metadata: MetaData, like: Connection) -> Schema:
    """The tables that the models make on a database of the same kind; nothing of them stays."""
    if like.dialect.name == "sqlite":
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            metadata.create_all(connection)
            return read_schema(connection)
    with like.engine.connect() as connection:  # never committed
        connection.exec_driver_sql(f"CREATE SCHEMA {SCRATCH}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCRATCH}")
        metadata.create_all(connection, checkfirst=False)
        return read_schema(connection, SCRATCH)


def read_schema(connection: Connection, schema: str | None = None) -> Schema:
    """Columns, keys, constraints and indexes of every table, as the database itself tells."""
    return {
        (table, kind, row["name"]): describe(row)
        for (_, table), kind, row in read_rows(connection, schema)
        if table != BOOKKEEPING and "duplicates_constraint" not in row
    }


def read_rows(
    connection: Connection, schema: str | None
) -> Iterator[tuple[tuple[str | None, str], str, dict[str, Any]]]:
    """(schema and table), kind of thing, what is known of it."""
    look = inspect(connection)
    for kind, read in (
        ("column", look.get_multi_columns),
        ("unique", look.get_multi_unique_constraints),
        ("index", look.get_multi_indexes),
        ("foreign key", look.get_multi_foreign_keys),
        ("check", look.get_multi_check_constraints),
    ):
        for table, rows in read(schema=schema).items():
            yield from ((table, kind, dict(row)) for row in rows)
    for table, row in look.get_multi_pk_constraint(schema=schema).items():
        yield table, "primary key", dict(row)


def describe(row: dict[str, Any]) -> str:
    """All that is known of a thing but its name and the schema it lies in."""
    options = {key: str(value) for key, value in row.get("dialect_options", {}).items()}
    facts = {**row, "dialect_options": options}  # of an index: which rows are in it
    return "; ".join(
        f"{key} {without_scratch(str(facts[key]))}"
        for key in sorted(facts)
        if key not in {"name", "referred_schema"}
    )


def without_scratch(text: str) -> str:
    """The text on one line, as it would read in the usual schema."""
    return " ".join(text.replace(f'"{SCRATCH}".', "").split())


def find_differences(migrated: Schema, made: Schema) -> list[str]:
    """What is not the same, as sentences."""
    return [
        f"{kind} {name} of {table}: the migrations make {migrated.get(key, 'none')},"
        f" the models {made.get(key, 'none')}"
        for key in sorted(migrated.keys() | made.keys(), key=str)
        if migrated.get(key) != made.get(key)
        for table, kind, name in (key,)
    ]


def list_triggers(connection: Connection) -> set[tuple[str, str]]:
    """(table, name) of every trigger; models know none, migrations make them."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        )
    else:
        rows = connection.exec_driver_sql(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
    return {(table, name) for table, name in rows}
