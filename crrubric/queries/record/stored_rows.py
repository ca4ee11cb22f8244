"""Reading the rows of one evaluation, table by table, as plain values."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.record.state import Row, State
from crrubric.models import Ballot, Base, Vendor


class ReadTwice(Exception):
    """Two rows where there can be one: no order of reading says which of them counts."""


class RowsByKey(dict[Any, Any]):
    """Rows by what they are found by; a second one of the same is refused."""

    def __setitem__(self, key: Any, row: Any) -> None:
        """Raises: ReadTwice."""
        if key in self:
            raise ReadTwice
        super().__setitem__(key, row)


class StoredRows:
    """The rows of one evaluation, by table."""

    def __init__(self, session: Session, evaluation_id: int) -> None:
        self.session, self.evaluation_id = session, evaluation_id

    def read(self, model: type[Base], *path: type[Base]) -> list[RowMapping]:
        """The rows of a table in the order of their keys, by way of other tables."""
        rows = self.session.execute(select_own_rows(model, *path), {"own": self.evaluation_id})
        return list(rows.mappings())

    def read_on_ballots(self, model: type[Base]) -> list[RowMapping]:
        """The rows of a table that hangs on ballots, with member and vendor of the ballot."""
        rows = select_own_rows(model, Ballot, Vendor).add_columns(
            Ballot.member_id, Ballot.vendor_id
        )
        return list(self.session.execute(rows, {"own": self.evaluation_id}).mappings())


@cache
def select_own_rows(model: type[Base], *path: type[Base]) -> Select[Any]:
    """The columns of a table, for rows that belong to an evaluation by way of other tables."""
    table = model.__table__
    wanted = select(*table.columns).select_from(table)
    for step in path:
        wanted = wanted.join(step)
    owner: Any = path[-1] if path else model
    return wanted.where(owner.evaluation_id == bindparam("own")).order_by(*table.primary_key)


def plain_value(value: Any) -> Any:
    """A value of a column as the journal keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def plain_columns(row: RowMapping, names: Iterable[str]) -> Row:
    """Some columns of a row as the journal keeps them."""
    return {name: plain_value(row[name]) for name in names}


def sign_row(state: State, table: str, key: Any, row: RowMapping, columns: Iterable[str]) -> None:
    """Who did it, and when: names and moments as they are stored."""
    state.sign(table, key, {name: row[name] for name in columns})
