"""Which rows of which tables are an evaluation's: by its column, else by what they hang on."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Table, select

from crrubric.models import Base, Evaluation, FileContent, Removal

EVALUATION: Table = Base.metadata.tables[Evaluation.__tablename__]
# the bytes of files know nobody: what has them is deleted first; a proposal goes last
APART = frozenset({FileContent.__tablename__, Removal.__tablename__})


def list_owned_tables() -> list[Table]:
    """Every table with rows of evaluations, those first to which no other refers."""
    return [
        table
        for table in reversed(Base.metadata.sorted_tables)
        if table.name not in APART and is_owned(table)
    ]


def is_owned(table: Table) -> bool:
    """Whether rows of the table belong to evaluations."""
    return table is EVALUATION or "evaluation_id" in table.c or any(_list_owners(table))


def _list_owners(table: Table) -> Iterator[tuple[ColumnElement[int], Table]]:
    """(column, table) of what rows hang on, in tables that don't name their evaluation."""
    for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
        there = key.referred_table
        if len(key.elements) == 1 and there is not table and there.name not in APART:
            column = key.elements[0].parent
            if not column.nullable and is_owned(there):
                yield column, there


def is_of_evaluation(table: Table, evaluation_id: int) -> ColumnElement[bool]:
    """Which rows of an owned table are this evaluation's."""
    if table is EVALUATION:
        return table.c.id == evaluation_id
    if "evaluation_id" in table.c:
        return table.c.evaluation_id == evaluation_id
    column, owner = next(_list_owners(table))
    return column.in_(select(owner.c.id).where(is_of_evaluation(owner, evaluation_id)))
