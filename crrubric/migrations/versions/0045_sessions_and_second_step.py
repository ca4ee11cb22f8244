"""sessions: how far they have come; authenticator apps; mails about accounts that were read here

Revision: 0045
Follows: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

LEVELS = ("AWAITS_CODE", "AWAITS_SET_UP", "ONE_STEP", "TWO_STEPS")


def upgrade() -> None:
    """Sessions that are open stay: they were begun with a password alone."""
    level = sa.Enum(
        *LEVELS, name="sessionlevel", native_enum=False, create_constraint=True, length=40
    )
    with op.batch_alter_table("user_session") as batch:
        batch.add_column(sa.Column("level", level, nullable=False, server_default="ONE_STEP"))
        batch.add_column(
            sa.Column("browser", sa.String(length=60), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    # what was told before this is no news: nobody is met by years of it
    op.execute(
        "UPDATE outgoing_mail SET read_at = created_at WHERE kind = 'ACCOUNT' AND sent_at IS NULL"
    )
    op.create_table(
        "authenticator_app",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=250), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_period", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_authenticator_app_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator_app")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])


def downgrade() -> None:
    """Everybody signs in with a password alone again; who was half-way in begins anew."""
    op.drop_table("recovery_code")
    op.drop_table("authenticator_app")
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_column("read_at")
    op.execute("DELETE FROM user_session WHERE level IN ('AWAITS_CODE', 'AWAITS_SET_UP')")
    with op.batch_alter_table("user_session") as batch:
        batch.drop_constraint(batch.f("ck_user_session_sessionlevel"), type_="check")
        batch.drop_column("wrong_codes")
        batch.drop_column("browser")
        batch.drop_column("level")
