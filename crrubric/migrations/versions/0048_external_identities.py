"""who people are to providers of single sign-on; links that the operator made

Revision: 0048
Follows: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Links that are under way stay what they were: none of them counts as the operator's."""
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("identity_linked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("invite") as batch:
        batch.add_column(
            sa.Column("by_operator", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_external_identity_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_external_identity_user_id_issuer")),
    )


def downgrade() -> None:
    """Whoever came in by a provider alone needs a link to choose a password."""
    op.drop_table("external_identity")
    with op.batch_alter_table("invite") as batch:
        batch.drop_column("by_operator")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("identity_linked_at")
