"""The newest entry of a chain of the journal."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.record.chain import START
from crrubric.models import JournalEntry

# Made once: every unit of work asks it, and every page that shows results.
HEAD = (
    select(JournalEntry.number, JournalEntry.hash)
    .where(JournalEntry.chain == bindparam("chain"))
    .order_by(JournalEntry.number.desc())
    .limit(1)
)


def find_chain_head(session: Session, chain: int) -> tuple[int, str]:
    """(number, hash) of the newest entry; those before the first where there is none."""
    row = session.execute(HEAD, {"chain": chain}).one_or_none()
    return (row.number, row.hash) if row else (0, START)
