"""Is every value of the kind that its column says, and every key there once?

SQLite keeps whatever it is given: a 2 that Python reads as yes is none where SQL asks for 1. And a
database that has lost a rule holds rows that break it: pages may read one, verification the other.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    TextClause,
    and_,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.models import Base
from crrubric.queries.record.schema import (
    condition_of,
    is_key,
    list_keys_and_indexes,
    plain_type,
)

# how SQLite keeps a column: the type that it says, and how days and moments are written
KEPT: tuple[tuple[type[Any], str], ...] = (
    (Boolean, "integer"),
    (Integer, "integer"),
    (LargeBinary, "blob"),
    (String, "text"),
    (DateTime, "text"),
    (Date, "text"),
    (JSON, "text"),
)
DIGIT = "[0-9]"
DAY = f"{DIGIT * 4}-{DIGIT * 2}-{DIGIT * 2}"
SECOND = f"{DAY} {DIGIT * 2}:{DIGIT * 2}:{DIGIT * 2}"  # so the database itself writes a moment


def check_rows(session: Session) -> Iterator[CrrubricError]:
    """Values of another kind than their column's, rows that break a rule, keys there twice."""
    dialect = session.get_bind().dialect.name
    for table, problems, count_faults in _list_row_checks(dialect):
        counts = session.execute(count_faults).one()
        for (message, name), count in zip(problems, counts, strict=True):
            if count:
                yield Invalid(message, table=table, name=name, count=count)
    keys, count_doubles = _list_key_checks()
    for (table, name), count in zip(keys, session.execute(count_doubles).one(), strict=True):
        if count:
            message = N_("Values of %(name)s that several rows of “%(table)s” share: %(count)s.")
            yield Invalid(message, table=table, name=name, count=count)


@cache
def _list_row_checks(
    dialect: str,
) -> tuple[tuple[str, tuple[tuple[str, str], ...], Select[Any]], ...]:
    """(table, what can be wrong with a row of it, how to count the rows for each of these)."""
    found: list[tuple[str, tuple[tuple[str, str], ...], Select[Any]]] = []
    for table in Base.metadata.sorted_tables:
        wrong = [*_list_column_faults(table, dialect), *_list_broken_rules(table)]
        counts: list[ColumnElement[int]] = [func.count().filter(fault) for _problem, fault in wrong]
        problems = tuple(problem for problem, _fault in wrong)
        wanted: Any = select(*counts).select_from(table)
        found.append((table.name, problems, wanted))
    return tuple(found)


def _list_column_faults(
    table: Table, dialect: str
) -> Iterator[tuple[tuple[str, str], ColumnElement[bool]]]:
    message = N_("Rows of “%(table)s” whose %(name)s is not of its kind: %(count)s.")
    for column in table.columns:
        fault = or_(column.is_(None), *_list_wrong_values(column, dialect))
        wrong = and_(column.is_not(None), fault) if column.nullable else fault
        yield (message, column.name), wrong


def _list_wrong_values(column: Column[Any], dialect: str) -> Iterator[ColumnElement[bool]]:
    """What a value of a column can't be."""
    kind = plain_type(column.type)
    if isinstance(column.type, Enum):
        yield type_coerce(column, String).not_in(column.type.enums)
    if dialect != "sqlite":  # other databases keep the types of their columns
        return
    yield func.typeof(column) != next(name for known, name in KEPT if isinstance(kind, known))
    if isinstance(kind, Boolean):
        yield type_coerce(column, Integer).not_in((0, 1))
    if isinstance(kind, Date | DateTime):
        written = (DAY,) if isinstance(kind, Date) else (f"{SECOND}.{DIGIT * 6}", SECOND)
        as_text = type_coerce(column, String)
        yield and_(*(as_text.op("NOT GLOB", is_comparison=True)(form) for form in written))


def _list_broken_rules(table: Table) -> Iterator[tuple[tuple[str, str], ColumnElement[bool]]]:
    """The rules of a table that are written out; those of its enums are those of its columns."""
    message = N_("Rows of “%(table)s” that break its rule “%(name)s”: %(count)s.")
    rules = (part for part in table.constraints if isinstance(part, CheckConstraint))
    for rule in sorted(rules, key=lambda rule: str(rule.name)):
        if isinstance(rule.sqltext, TextClause):
            broken: Any = text(f"NOT ({rule.sqltext.text})")
            yield (message, str(rule.name)), and_(broken, literal(1) == 1)


@cache
def _list_key_checks() -> tuple[tuple[tuple[str, str], ...], Select[Any]]:
    """(table, columns) of every key, and how to count for each the values that are there twice."""
    keys, counts = [], []
    for table in Base.metadata.sorted_tables:
        for columns, condition in _list_keys(table):
            there = [column.is_not(None) for column in columns]
            doubled = (
                select(literal(1).label("one"))
                .select_from(table)
                .where(*there, *([] if condition is None else [condition]))
                .group_by(*columns)
                .having(func.count() > 1)
                .subquery()
            )
            keys.append((table.name, ", ".join(column.name for column in columns)))
            counts.append(select(func.count()).select_from(doubled).scalar_subquery())
    return tuple(keys), select(*counts)


def _list_keys(table: Table) -> Iterator[tuple[Sequence[Column[Any]], Any]]:
    """The columns of each key of a table, and of which rows it is."""
    for part in list_keys_and_indexes(table):
        if is_key(part):
            yield list(part.columns), condition_of(part)
