"""what was done with an account is kept as values, to be told in the language of its reader

Revision: 0055
Follows: 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was written before stays as it was written."""
    op.add_column("outgoing_mail", sa.Column("news", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """The mails keep their words."""
    op.drop_column("outgoing_mail", "news")
