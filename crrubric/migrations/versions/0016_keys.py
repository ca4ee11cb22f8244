"""keys under which two spellings of a title, of a company with its product, of an address are one

Revision: 0016
Follows: 0015
"""

import unicodedata
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain columns and indexes: on SQLite a batch would copy tables to which others point.

    Rows that are there already stay, even two under one key: behind the key of the second stands
    its id, so that nothing is merged, nothing is refused, and `crrubric verify` names them.
    """
    connection = op.get_bind()
    for table, column in (("evaluation", "title_key"), ("vendor", "name_key")):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    titles = connection.execute(
        sa.text("SELECT id, district_id, title FROM evaluation ORDER BY id")
    ).all()
    keys = number_doubles((row.id, row.district_id, key_of(row.title)) for row in titles)
    write_keys("UPDATE evaluation SET title_key = :key WHERE id = :id", keys)
    vendors = connection.execute(
        sa.text("SELECT id, evaluation_id, company, product FROM vendor ORDER BY id")
    ).all()
    keys = number_doubles(
        (row.id, row.evaluation_id, f"{key_of(row.company)}\n{key_of(row.product)}")
        for row in vendors
    )
    write_keys("UPDATE vendor SET name_key = :key WHERE id = :id", keys)
    op.create_index(
        "uq_evaluation_district_id_title_key", "evaluation", ["district_id", "title_key"],
        unique=True,
    )  # fmt: skip
    op.create_index(
        "uq_vendor_evaluation_id_name_key", "vendor", ["evaluation_id", "name_key"], unique=True
    )
    renew_email_keys()


def renew_email_keys() -> None:
    """Give accounts the shorter key, unless another account has it: that one keeps its own."""
    rows = op.get_bind().execute(
        sa.text("SELECT id, email, email_key FROM user_account ORDER BY id")
    ).all()  # fmt: skip
    taken = {row.email_key for row in rows}
    changed = []
    for row in rows:
        key = key_of(row.email)
        if key not in taken:
            taken.add(key)
            changed.append((row.id, key))
    write_keys("UPDATE user_account SET email_key = :key WHERE id = :id", changed)


def number_doubles(rows: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, str]]:
    """(id, key) of (id, owner, key); behind a key that its owner has already stands the id."""
    taken: set[tuple[int, str]] = set()
    for id_, owner, key in rows:
        yield id_, f"{key}\n{id_}" if (owner, key) in taken else key
        taken.add((owner, key))


def write_keys(statement: str, keys: Iterable[tuple[int, str]]) -> None:
    for id_, key in keys:
        op.get_bind().execute(sa.text(statement), {"id": id_, "key": key})


def key_of(text: str) -> str:
    """As the code had it when this was written."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
