"""what was read of a workbook, beside a file that was uploaded and not taken yet

Revision: 0047
Follows: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty for files that wait already: they are parsed anew, as before."""
    op.add_column("import_draft", sa.Column("sheets", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """It goes: the file itself says all of it."""
    op.drop_column("import_draft", "sheets")
