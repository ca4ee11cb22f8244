"""Has the database still the keys, indexes, rules and columns that it was made with, and are its
indexes those of its tables? Pages read by way of an index what verification reads in the table."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.models import Base

# table, columns, whether no two rows may have the same, of which rows it is (of all: "")
Shape = tuple[str, tuple[str, ...], bool, str]
KeyOrIndex = PrimaryKeyConstraint | UniqueConstraint | Index

# SQLite has no index for a key that is one number: the table itself is in its order.
SQLITE_INDEXES = """
SELECT m.name AS "table", i.name AS name, i."unique" AS only, o.sql AS some, c.name AS "column"
FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
    LEFT JOIN sqlite_master o ON o.type = 'index' AND o.name = i.name AND i.partial
WHERE m.type = 'table'
UNION ALL
SELECT m.name, '', 1, NULL, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND c.pk = 1
    AND (SELECT max(o.pk) FROM pragma_table_info(m.name) o) = 1
"""
POSTGRESQL_INDEXES = """
SELECT c.relname AS "table", n.relname AS name, i.indisunique AS only,
    pg_get_expr(i.indpred, i.indrelid) AS some, a.attname AS "column"
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
WHERE c.relnamespace = current_schema()::regnamespace
    AND i.indisvalid AND i.indisready AND i.indislive
ORDER BY c.relname, n.relname, k.place
"""
SQLITE_TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
POSTGRESQL_RULES = """
SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS told
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.convalidated
"""
# How PostgreSQL itself writes the rules of a table: it reads them into a table that is dropped.
POSTGRESQL_PROBE = "CREATE TEMPORARY TABLE rule_probe (LIKE {table}) ON COMMIT DROP"
POSTGRESQL_PROBED = """
SELECT conname AS name, pg_get_constraintdef(oid) AS told FROM pg_constraint
WHERE conrelid = 'pg_temp.rule_probe'::regclass ORDER BY conname
"""
# of what makes a table on SQLite: texts, names and comments, in which a comma is none
SQLITE_PART = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--|/\*|[(),]|[^'\"(),/-]+|.", re.DOTALL)
Rules = dict[tuple[str, str], str]  # (table, name of a rule): its text
# (table, name of a rule): the ways in which a database may write it
Expected = dict[tuple[str, str], tuple[str, ...]]
EXPECTED: dict[tuple[str, object], Expected] = {}  # by the name and version of a database
Columns = dict[tuple[str, str], tuple[str, bool]]  # (table, column): its type, may be empty
# of each column its type, which SQLite's rows are asked for, and whether it may be empty
SQLITE_COLUMNS = """
SELECT m.name, c.name, '', NOT c."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table'
"""
POSTGRESQL_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
WHERE table_schema = current_schema()
"""
POSTGRESQL_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Text, "text"),
    (String, "character varying"),
    (Boolean, "boolean"),
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (DateTime, "timestamp with time zone"),
    (Date, "date"),
    (JSON, "json"),
    (LargeBinary, "bytea"),
)
# Of every index whether it has what its table has, where the operator has installed amcheck.
HAS_AMCHECK = """
SELECT to_regprocedure('bt_index_check(regclass, boolean)') IS NOT NULL
    AND has_function_privilege('bt_index_check(regclass, boolean)', 'EXECUTE')
"""
POSTGRESQL_TREES = """
SELECT n.relname AS name, n.oid AS oid FROM pg_index i JOIN pg_class n ON n.oid = i.indexrelid
    JOIN pg_am m ON m.oid = n.relam
WHERE n.relnamespace = current_schema()::regnamespace AND m.amname = 'btree' AND i.indisvalid
ORDER BY n.relname
"""
# what SQLite says of rows that `rows.py` counts by table, with what is wrong
TOLD_OF_ROWS = ("CHECK constraint failed", "NULL value in")


def check_table_parts(session: Session) -> Iterator[CrrubricError]:
    """Every key, index, rule or column that the database no longer has as it was made."""
    dialect = session.get_bind().dialect.name
    shapes, rules = _read_shapes(session, dialect), _read_rules(session, dialect)
    columns = _read_table_columns(session, dialect)
    for table in Base.metadata.sorted_tables:
        lost = [name for name, shape in list_shapes(table) if shape not in shapes]
        lost += [name for name in list_rules(table) if (table.name, name) not in rules]
        for name in lost:
            message = N_("The database’s table “%(table)s” is without its “%(name)s”.")
            yield Invalid(message, table=table.name, name=name)
        yield from _check_columns(table, columns)
    try:
        expected = _expect_rules(session)
    except DBAPIError as error:
        message = N_(
            "Whether the database’s rules are those that it was made with can’t be seen, for it"
            " refuses a temporary table: %(words)s."
        )
        yield Invalid(message, words=str(error.orig).splitlines()[0])
        return
    for (table_name, name), ways in expected.items():
        if rules.get((table_name, name), ways[0]) not in ways:
            message = N_("The database’s table “%(table)s” has another “%(name)s”.")
            yield Invalid(message, table=table_name, name=name)


def _check_columns(table: Table, columns: Columns) -> Iterator[CrrubricError]:
    """The columns of a table that are of another kind, or may be empty as they might not."""
    for column in table.columns:
        kind, empty = columns.get((table.name, column.name), (None, False))
        if kind is None or (kind and kind != _name_type(column.type)):
            message = N_("The database’s table “%(table)s” has “%(name)s” of another kind.")
            yield Invalid(message, table=table.name, name=column.name)
        if empty and not column.nullable:
            message = N_("The database’s table “%(table)s” takes rows without “%(name)s”.")
            yield Invalid(message, table=table.name, name=column.name)


def check_indexes(session: Session) -> Iterator[CrrubricError]:
    """Whatever an index has otherwise than its table, or the database finds broken in its file."""
    if session.get_bind().dialect.name == "sqlite":
        for words in session.scalars(text("PRAGMA integrity_check")):
            if words != "ok" and not words.startswith(TOLD_OF_ROWS):
                message = N_("The database finds its own file broken: %(words)s.")
                yield Invalid(message, words=words)
        return
    if not session.scalar(text(HAS_AMCHECK)):
        return
    for row in session.execute(text(POSTGRESQL_TREES)).all():
        try:
            with session.begin_nested():
                session.execute(text("SELECT bt_index_check(:tree, true)"), {"tree": row.oid})
        except DBAPIError as error:
            message = N_("The database finds its index “%(name)s” broken: %(words)s.")
            yield Invalid(message, name=row.name, words=str(error.orig).splitlines()[0])


@cache
def list_shapes(table: Table) -> tuple[tuple[str, Shape], ...]:
    """(name, shape) of every key and index that a table must have."""
    found = []
    for part in list_keys_and_indexes(table):
        columns = tuple(column.name for column in part.columns)
        shape = table.name, columns, is_key(part), _write_condition(part)
        found.append((str(part.name), shape))
    return tuple(found)


def list_keys_and_indexes(table: Table) -> list[KeyOrIndex]:
    """The keys and indexes that a table must have, in the order of their names."""
    parts: list[KeyOrIndex] = [*table.indexes]
    for part in table.constraints:
        if isinstance(part, PrimaryKeyConstraint | UniqueConstraint):
            parts.append(part)
    return sorted(parts, key=lambda part: str(part.name))


def is_key(part: KeyOrIndex) -> bool:
    """Whether no two rows may have the same there."""
    return part.unique if isinstance(part, Index) else True


def condition_of(part: KeyOrIndex) -> Any:
    """Of which rows a key is; None: of all."""
    return part.dialect_options["sqlite"]["where"] if isinstance(part, Index) else None


def _write_condition(part: KeyOrIndex) -> str:
    condition = condition_of(part)
    return "" if condition is None else str(condition)


@cache
def list_rules(table: Table) -> dict[str, CheckConstraint | ForeignKeyConstraint]:
    """What every row of a table must fulfil, by name."""
    found = {
        str(part.name): part
        for part in table.constraints
        if isinstance(part, CheckConstraint | ForeignKeyConstraint)
    }
    return dict(sorted(found.items()))


def _read_shapes(session: Session, dialect: str) -> set[Shape]:
    """The keys and indexes that the database has."""
    wanted = SQLITE_INDEXES if dialect == "sqlite" else POSTGRESQL_INDEXES
    columns: dict[tuple[str, str, bool, str], list[str]] = {}
    for row in session.execute(text(wanted)):
        key = row.table, row.name, bool(row.only), _read_condition(row.some or "")
        columns.setdefault(key, []).append(row.column)
    return {
        (table, tuple(names), only, some) for (table, _name, only, some), names in columns.items()
    }


def _read_condition(told: str) -> str:
    """Of which rows an index is, as SQLite has it (at the end of what makes it) or PostgreSQL."""
    return " ".join(told.rpartition(" WHERE ")[2].split()).removeprefix("(").removesuffix(")")


def _read_rules(session: Session, dialect: str) -> Rules:
    """The rules that the database has."""
    if dialect == "sqlite":
        return {
            (row.name, name): told
            for row in session.execute(text(SQLITE_TABLES))
            for name, told in read_table_rules(row.sql)
        }
    rows = session.execute(text(POSTGRESQL_RULES))
    return {(row.table, row.name): row.told for row in rows}


def read_table_rules(sql: str) -> Iterator[tuple[str, str]]:
    """(name, text) of every rule in what makes a table on SQLite; none where there are comments,
    of which nothing of ours has any: a rule in one is none."""
    parts, depth = [""], 0
    for piece in SQLITE_PART.findall(sql):
        if piece in ("--", "/*"):
            return
        depth += (piece == "(") - (piece == ")")
        if (piece == "," and depth == 1) or (piece == "(" and depth == 1):
            parts.append("")
        elif depth > 0:
            parts[-1] += piece
    for part in parts:
        words = part.split()
        if words[:1] == ["CONSTRAINT"]:
            yield words[1].strip('"'), " ".join(words[2:])


def _expect_rules(session: Session) -> Expected:
    """As `_write_rules`, once a process: one version of a database writes them always alike."""
    dialect = session.get_bind().dialect
    key = dialect.name, getattr(dialect, "server_version_info", None)
    if key not in EXPECTED:
        EXPECTED[key] = _write_rules(session)
    return EXPECTED[key]


def _write_rules(session: Session) -> Expected:
    """The rules that all tables must have, as this database writes them. Raises: DBAPIError."""
    dialect = session.get_bind().dialect
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    found: Expected = {}
    for table in Base.metadata.sorted_tables:
        rules = list_rules(table)
        if dialect.name == "sqlite":
            told = (f"({compiler.process(rule)})" for rule in rules.values())
            written: list[tuple[str, tuple[str, ...]]] = [
                (name, (way,)) for each in told for name, way in read_table_rules(each)
            ]
        else:
            checks = [rule for rule in rules.values() if isinstance(rule, CheckConstraint)]
            written = _probe_rules(session, table, [compiler.process(rule) for rule in checks])
            written += [
                (name, (_write_reference(rule),))
                for name, rule in rules.items()
                if isinstance(rule, ForeignKeyConstraint)
            ]
        found |= {(table.name, name): told for name, told in written}
    return found


def _probe_rules(
    session: Session, table: Table, checks: list[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """What PostgreSQL makes of rules of a table, and what it makes of that: a dump that was brought
    back has it so. Raises: DBAPIError."""
    first = _read_probe(session, table, checks)
    # to the driver a lone % is the beginning of a place for a value
    once_more = [f"CONSTRAINT {name} {told}".replace("%", "%%") for name, told in first]
    again = _read_probe(session, table, once_more)
    return [(name, (told, way)) for (name, told), (_name, way) in zip(first, again, strict=True)]


def _read_probe(session: Session, table: Table, checks: list[str]) -> list[tuple[str, str]]:
    """How PostgreSQL writes rules of a table, by name. Raises: DBAPIError."""
    if not checks:
        return []
    with session.begin_nested() as probe:
        connection = session.connection()
        connection.exec_driver_sql(POSTGRESQL_PROBE.format(table=table.name))
        for told in checks:
            connection.exec_driver_sql(f"ALTER TABLE pg_temp.rule_probe ADD {told}")
        found = [(row.name, row.told) for row in session.execute(text(POSTGRESQL_PROBED))]
        probe.rollback()
    return found


def _write_reference(key: ForeignKeyConstraint) -> str:
    """A foreign key as PostgreSQL writes it."""
    there = ", ".join(element.column.name for element in key.elements)
    own = ", ".join(column.name for column in key.columns)
    return f"FOREIGN KEY ({own}) REFERENCES {key.referred_table.name}({there})"


def _read_table_columns(session: Session, dialect: str) -> Columns:
    """The columns that the database has."""
    rows = session.execute(text(SQLITE_COLUMNS if dialect == "sqlite" else POSTGRESQL_COLUMNS))
    return {(table, column): (kind, bool(empty)) for table, column, kind, empty in rows}


def _name_type(kind: TypeEngine[Any]) -> str:
    """What PostgreSQL calls the type of a column."""
    plain = plain_type(kind)
    return next(name for known, name in POSTGRESQL_TYPES if isinstance(plain, known))


def plain_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type as which a column is stored; an enum is text."""
    if isinstance(kind, TypeDecorator):
        return plain_type(kind.impl_instance)
    return kind if not isinstance(kind, Enum) else String(kind.length)
