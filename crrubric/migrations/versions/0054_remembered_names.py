"""what is remembered of a file of marks holds no names

Revision: 0054
Follows: 0053
"""

import hashlib
import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

HIDDEN = re.compile("[0-9a-f]{16}")
KEPT = sa.table(
    "column_mapping",
    sa.column("district_id"), sa.column("kind"), sa.column("headers"), sa.column("mapping"),
)  # fmt: skip
# what earlier versions remembered as it stood in the file
NAMED = {"sheets": {}, "vendor": "", "reviewers": {}, "vendors": {}}


def upgrade() -> None:
    """Labels become what stands for them, as if the file had been taken by this version."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(KEPT).where(KEPT.c.kind == "MARKS")).all():
        told = read_mapping(row.mapping)
        columns = {hide_label(label): role for label, role in told.get("columns", {}).items()}
        text = json.dumps({**told, **NAMED, "columns": columns}, ensure_ascii=False, sort_keys=True)
        connection.execute(
            sa.update(KEPT)
            .where(
                KEPT.c.district_id == row.district_id,
                KEPT.c.kind == row.kind,
                KEPT.c.headers == row.headers,
            )
            .values(mapping=text)
        )


def read_mapping(text: str) -> dict[str, Any]:
    """What is remembered; nothing where it can't be read, which the program can't either."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def hide_label(label: str) -> str:
    """What stands for the label of a column, which can be a reviewer's name."""
    if HIDDEN.fullmatch(label):
        return label
    return hashlib.sha256(label.encode()).hexdigest()[:16]


def downgrade() -> None:
    """Names do not come back; an older version guesses the columns anew."""
    op.execute("DELETE FROM column_mapping WHERE kind = 'MARKS'")
