"""numbers that stand in addresses and forms are given once, on SQLite as well

Revision: 0056
Follows: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# of these, rows go while pages that name them stay open
GIVEN_ONCE = (
    "section", "declaration", "ballot", "passkey", "external_identity", "removal",
)  # fmt: skip


def upgrade() -> None:
    """PostgreSQL never gives a number again."""
    copy_tables(autoincrement=True)


def copy_tables(*, autoincrement: bool) -> None:
    """Make the tables anew on SQLite, which loses their triggers meanwhile."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    wanted = sa.text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = connection.execute(wanted).all()
    for row in triggers:
        op.execute(f"DROP TRIGGER {row.name}")
    for table in GIVEN_ONCE:
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}
        ):
            pass  # copied as it is
    for row in triggers:
        connection.exec_driver_sql(row.sql)


def downgrade() -> None:
    """Numbers of rows that went can be given again."""
    copy_tables(autoincrement=False)
