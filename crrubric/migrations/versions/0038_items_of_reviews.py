"""action items on which a review meeting decided have a source of their own

Revision: 0038
Follows: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SOURCES = ("CAUSE", "STEP", "NEED", "PROMISE", "GOAL", "REVIEW", "OWN")
NAME = "ck_action_item_itemsource"
DECIDED = "UPDATE action_item SET source = 'REVIEW' WHERE source = 'OWN' AND origin LIKE 'review:%'"


def upgrade() -> None:
    """The table has no triggers: on SQLite a batch may copy it."""
    listed = ", ".join(f"'{source}'" for source in SOURCES)
    with op.batch_alter_table("action_item", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), sa.text(f"source IN ({listed})"))
    op.execute(DECIDED)


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
