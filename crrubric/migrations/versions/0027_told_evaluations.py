"""the journal of the site tells of every evaluation that there is, and of name and time zone

Revision: 0027
Follows: 0026

So that an evaluation can't be deleted together with its journal unseen, new ones are told in the
journal of the site when they begin. Those from before are told here, once: that they were there at
the upgrade, and how their journals begin; of what was deleted before nothing can tell. So is the
district where it was named and the journal does not say so, as older demos left it.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ENTRY = sa.table(
    "journal_entry",
    *map(sa.column, ("chain", "number", "actor_name", "event", "subject", "reason", "hash")),
    sa.column("version"),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("after", sa.JSON(none_as_null=True)),
    sa.column("salts", sa.JSON(none_as_null=True)),
)
EVALUATIONS = """
SELECT evaluation.title, journal_entry.chain, journal_entry.hash FROM journal_entry, evaluation
WHERE evaluation.id = journal_entry.chain AND journal_entry.number = 1 ORDER BY evaluation.id
"""
# the first district's chain is 0, that of another its number below zero
DISTRICTS = """
SELECT name, time_zone FROM district
WHERE id = (SELECT min(id) FROM district) AND (name <> 'Our district' OR time_zone <> 'UTC')
  AND NOT EXISTS (SELECT 1 FROM journal_entry WHERE chain = 0 AND event = 'DISTRICT_CHANGED')
"""
HEAD = "SELECT number, hash FROM journal_entry WHERE chain = 0 ORDER BY number DESC LIMIT 1"


def upgrade() -> None:
    """Add entries at the end of the site's chain; they are covered as docs/journal.md says."""
    connection = op.get_bind()
    head = connection.execute(sa.text(HEAD)).first()
    number, previous = (head.number, head.hash) if head else (0, "")
    told: list[dict[str, Any]] = [
        {"event": "DISTRICT_CHANGED", "after": {"name": row.name, "time_zone": row.time_zone}}
        for row in connection.execute(sa.text(DISTRICTS)).all()
    ]
    told += [
        {
            "event": "EVALUATION_BEGUN",
            "subject": row.title,
            "after": {"chain": row.chain, "first": row.hash},
        }
        for row in connection.execute(sa.text(EVALUATIONS)).all()
    ]
    for entry in told:
        number += 1
        row = cover({"subject": "", "actor_name": "crrubric", **entry}, number, previous)
        connection.execute(sa.insert(ENTRY), row)
        previous = row["hash"]


def cover(entry: dict[str, Any], number: int, previous: str) -> dict[str, Any]:
    """An entry as it is stored, with its hash."""
    at = datetime.now(UTC)
    bare = {
        **entry,
        "after": dict(entry["after"]),
        "reason": "",
        "before": None,
        **dict.fromkeys(("actor_id", "vendor_id", "criterion_id", "member_id")),
    }
    salts: dict[str, str] = {}
    texts: dict[str, str] = {}
    for part, name, pointer in (
        (bare, "actor_name", "/actor_name"),
        (bare, "subject", "/subject"),
        (bare["after"], "name", "/after/name"),
    ):
        if part.get(name):
            salts[pointer] = secrets.token_hex(16)
            salted = bytes.fromhex(salts[pointer]) + part[name].encode()
            texts[pointer] = hashlib.sha256(b"crrubric journal text\n" + salted).hexdigest()
            part[name] = None
    covered = {
        **bare,
        "texts": texts,
        "version": 3,
        "chain": 0,
        "number": number,
        "at": at.isoformat(timespec="microseconds"),
        "previous": previous,
    }
    canonical = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return {
        **entry,
        "reason": "",
        "chain": 0,
        "number": number,
        "at": at,
        "salts": salts,
        "version": 3,
        "hash": hashlib.sha256(canonical.encode()).hexdigest(),
    }


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
