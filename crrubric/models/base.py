"""The base of all models: naming, column types, time in UTC. No Flask here."""

import enum
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from crrubric.domain import limits

# on SQLite, too, a number is given once: an open page or a file may name a row that went
GIVEN_ONCE = {"sqlite_autoincrement": True}

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. SQLite forgets zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Thousandths(TypeDecorator[Decimal]):
    """A decimal number of up to three places, stored as whole thousandths: exact everywhere."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 1000).to_integral_exact())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 1000


def _text_enum(kind: type[enum.Enum], **options: bool) -> Enum:
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        validate_strings=True,
        length=40,
        name=kind.__name__.lower(),
        **options,
    )


def checked_enum(kind: type[enum.Enum]) -> Enum:
    """The enum as checked text: portable, readable in the database, refused if unknown."""
    return _text_enum(kind, create_constraint=True)


def unchecked_enum(kind: type[enum.Enum]) -> Enum:
    """The enum as text without a check in the database: for lists that grow with the code."""
    return _text_enum(kind, create_constraint=False)


Code = Annotated[str, mapped_column(String(limits.CODE))]
Title = Annotated[str, mapped_column(String(limits.TITLE))]
Name = Annotated[str, mapped_column(String(limits.NAME))]
ShortText = Annotated[str, mapped_column(String(limits.SHORT_TEXT), default="")]
# of a text, for comparing: see `key_of`; a column of keys follows the column that it is of
Key = Annotated[str, mapped_column(Text, server_default="")]
LongText = Annotated[str, mapped_column(Text, default="")]


def make_owner_key(table: str) -> Index:
    """A key with the evaluation in front, for rows that name a row together with its evaluation."""
    return Index(f"uq_{table}_evaluation_id_id", "evaluation_id", "id", unique=True)


def refer_within_evaluation(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key to a row of the same evaluation: one of another is refused."""
    return ForeignKeyConstraint(
        ["evaluation_id", column], [f"{table}.evaluation_id", f"{table}.id"]
    )


class Base(DeclarativeBase):
    """What every model inherits; Flask-SQLAlchemy is given this class and adds nothing to it."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, Decimal: Thousandths},
    )
