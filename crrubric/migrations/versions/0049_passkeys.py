"""passkeys, what they are to sign; sessions whose person has confirmed that it is them

Revision: 0049
Follows: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

USES = ("MAKE", "SIGN_IN", "SECOND_STEP", "CONFIRM")


def upgrade() -> None:
    """Nobody has a passkey yet, and nobody has confirmed anything."""
    with op.batch_alter_table("user_session") as batch:
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(
            sa.Column("confirmed_by_key", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credential_id", sa.String(length=1364), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("stands_alone", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_passkey_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"])
    use = sa.Enum(*USES, name="passkeyuse", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_hash", sa.String(length=64), nullable=False),
        sa.Column("use", use, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("handle", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_passkey_challenge_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_passkey_challenge_challenge_hash")),
    )
    op.create_index(op.f("ix_passkey_challenge_made_at"), "passkey_challenge", ["made_at"])


def downgrade() -> None:
    """Whoever had passkeys alone signs in with a password alone again."""
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
    with op.batch_alter_table("user_session") as batch:
        batch.drop_column("confirmed_by_key")
        batch.drop_column("confirmed_at")
