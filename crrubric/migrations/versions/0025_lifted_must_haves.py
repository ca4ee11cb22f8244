"""which must-haves a reinstatement lifts

Revision: 0025
Follows: 0024

So far a reinstatement lifted whatever its vendor failed, also what it came to fail later. The
must-haves that it was about stand in its journal entry, by their titles as they were then. Where
these can't be read any more (two must-haves of one title, a title withheld), it is taken to be
about all that can fail now: found NOT MET, or without a finding and with at least as many NO as YES
marks. If there is none either, about every must-have, or else every criterion: no reason is lost.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# of the entries of one vendor, the last is that of the row
TOLD = """
SELECT after, at FROM journal_entry
WHERE event = 'REINSTATEMENT_RECORDED' AND vendor_id = :vendor ORDER BY number DESC
"""
CRITERIA = """
SELECT criterion.id, criterion.title, criterion.must_have FROM criterion, vendor
WHERE vendor.id = :vendor AND criterion.evaluation_id = vendor.evaluation_id ORDER BY criterion.id
"""
CORRECTIONS = """
SELECT rubric_revision.criterion_id, rubric_revision.before FROM rubric_revision, criterion, vendor
WHERE criterion.id = rubric_revision.criterion_id
  AND vendor.id = :vendor AND criterion.evaluation_id = vendor.evaluation_id
  AND rubric_revision.made_at > :at
ORDER BY rubric_revision.number DESC
"""
FAILING = """
SELECT criterion.id FROM criterion, vendor
WHERE vendor.id = :vendor AND criterion.evaluation_id = vendor.evaluation_id AND criterion.must_have
  AND (EXISTS (SELECT 1 FROM finding WHERE finding.vendor_id = vendor.id
               AND finding.criterion_id = criterion.id AND finding.value = 'NOT_MET')
       OR NOT EXISTS (SELECT 1 FROM finding WHERE finding.vendor_id = vendor.id
                      AND finding.criterion_id = criterion.id)
       AND (SELECT 2 * sum(CASE WHEN mark.answer = 'NO' THEN 1 ELSE 0 END) >= count(*)
            FROM mark, ballot
            WHERE ballot.id = mark.ballot_id AND ballot.vendor_id = vendor.id
              AND mark.criterion_id = criterion.id AND mark.answer IN ('YES', 'NO')))
ORDER BY criterion.id
"""


def upgrade() -> None:
    """The table is made anew, for its key is another one; nothing refers to it."""
    connection = op.get_bind()
    table = sa.table(
        "reinstatement", *map(sa.column, ("vendor_id", "reason", "recorded_by")),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    rows = [
        {**row, "criterion_id": criterion}
        for row in connection.execute(sa.select(table)).mappings().all()
        for criterion in find_lifted(connection, row["vendor_id"])
    ]
    op.drop_table("reinstatement")
    made = op.create_table(
        "reinstatement",
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_reinstatement_reason_given")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_reinstatement_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_reinstatement_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("vendor_id", "criterion_id", name=op.f("pk_reinstatement")),
    )
    op.create_index(op.f("ix_reinstatement_criterion_id"), "reinstatement", ["criterion_id"])
    if rows:
        connection.execute(sa.insert(made), rows)


def find_lifted(connection: sa.Connection, vendor: int) -> list[int]:
    """The must-haves that the reinstatement of a vendor is about."""
    run = connection.execute
    told = run(sa.text(TOLD).columns(at=sa.DateTime(timezone=True)), {"vendor": vendor}).first()
    criteria = run(sa.text(CRITERIA), {"vendor": vendor}).all()
    must = {row.id: row.title for row in criteria if row.must_have}
    if told is not None:
        at = sa.bindparam("at", told.at, sa.DateTime(timezone=True))
        later = run(sa.text(CORRECTIONS).bindparams(at), {"vendor": vendor}).all()
        earlier = {row.criterion_id: title for row in later if (title := title_in(row.before))}
        then = {key: earlier.get(key, title) for key, title in must.items()}
        text = read_json(told.after).get("does_not_meet")
        readings = list(islice(read_titles(text or "", then), 2))
        if len(readings) == 1:
            return readings[0]
    failing = list(run(sa.text(FAILING), {"vendor": vendor}).scalars())
    return failing or list(must) or [row.id for row in criteria]


def title_in(before: Any) -> str:
    """The title that a correction changed, if it changed one; the first one comes last."""
    return str(read_json(before).get("title") or "")


def read_json(value: Any) -> dict[str, Any]:
    """An object of a JSON column, as either database gives it."""
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def read_titles(text: str, titles: Mapping[int, str]) -> Iterator[list[int]]:
    """Every way in which a text is titles of criteria, each once, with commas between them."""
    for key, title in titles.items():
        if text == title:
            yield [key]
        elif text.startswith(f"{title}, "):
            rest = {other: words for other, words in titles.items() if other != key}
            for others in read_titles(text[len(title) + 2 :], rest):
                yield [key, *others]


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
