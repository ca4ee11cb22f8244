"""the evaluation on ballots and on all that hangs on them; a slug for each district

Revision: 0020
Follows: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# table -> the table and column from which it knows its evaluation, what its rows refer to
OWNED = {
    "ballot": ("member", "member_id", {"member_id": "member", "vendor_id": "vendor"}),
    "mark": ("ballot", "ballot_id", {"ballot_id": "ballot", "criterion_id": "criterion"}),
    "gap": ("ballot", "ballot_id", {"ballot_id": "ballot", "criterion_id": "criterion"}),
    "sealed_ballot": ("ballot", "ballot_id", {"ballot_id": "ballot"}),
    "mark_file": ("ballot", "ballot_id", {"ballot_id": "ballot", "criterion_id": "criterion"}),
    "vendor_file": ("vendor", "vendor_id", {"vendor_id": "vendor"}),
}


def upgrade() -> None:
    """Triggers are set aside meanwhile: they refuse to change what is sealed, and SQLite copies a
    table to change it, and loses those of the copy."""
    aside = set_triggers_aside()
    for table, (parent, column, _keys) in OWNED.items():
        op.add_column(table, sa.Column("evaluation_id", sa.Integer(), nullable=True))
        op.execute(
            f"UPDATE {table} SET evaluation_id = (SELECT {parent}.evaluation_id FROM {parent}"  # noqa: S608
            f" WHERE {parent}.id = {table}.{column})"
        )
    for table in ("vendor", "member", "criterion", "ballot"):
        op.create_index(f"uq_{table}_evaluation_id_id", table, ["evaluation_id", "id"], unique=True)
    for table, (_parent, _column, keys) in OWNED.items():
        refer_within_evaluation(table, keys)
    with op.batch_alter_table("evaluation") as batch_op:
        batch_op.drop_constraint(op.f("uq_evaluation_slug"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_evaluation_district_id_slug"), ["district_id", "slug"]
        )
    for statement in aside:
        op.get_bind().exec_driver_sql(statement)


def refer_within_evaluation(table: str, keys: dict[str, str]) -> None:
    """Let rows refer to rows of their own evaluation alone."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column("evaluation_id", existing_type=sa.Integer(), nullable=False)
        for column, other in keys.items():
            batch_op.drop_constraint(op.f(f"fk_{table}_{column}_{other}"), type_="foreignkey")
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_evaluation_id_{column}_{other}"),
                other,
                ["evaluation_id", column],
                ["evaluation_id", "id"],
            )


def set_triggers_aside() -> list[str]:
    """Take the triggers off; the statements that put them back."""
    if op.get_bind().dialect.name == "postgresql":
        for table in OWNED:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in OWNED]
    wanted = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = op.get_bind().execute(wanted).all()
    for row in triggers:
        op.execute(f"DROP TRIGGER {row.name}")
    return [row.sql for row in triggers]


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
