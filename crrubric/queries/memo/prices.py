"""What the record says of sealed prices, for the memo."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.memo.tree import MemoPrices
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.models import Evaluation, Finding, JournalEntry, Member, Vendor

TYPING = (Event.VENDOR_ADDED, Event.VENDOR_CHANGED)


def load_memo_prices(session: Session, evaluation: Evaluation, zone: ZoneInfo) -> MemoPrices:
    """The facts; nothing but "not sealed" where prices never were."""
    if not evaluation.prices_sealed:
        return MemoPrices()
    opened = evaluation.prices_opened_at
    return MemoPrices(
        sealed=True,
        opened_at=opened.astimezone(zone) if opened else None,
        typists=list_price_typists(session, evaluation),
        changed=count_findings_after_opening(session, evaluation),
    )


def list_price_typists(session: Session, evaluation: Evaluation) -> tuple[str, ...]:
    """Reviewers who typed a price, and so knew it while they scored, by name."""
    entries = session.execute(
        select(JournalEntry.actor_id, JournalEntry.after).where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event.in_(TYPING),
            JournalEntry.actor_id.is_not(None),
        )
    )
    typed = {
        actor
        for actor, after in entries
        if any((after or {}).get(field) not in (None, "") for field in PRICE_FIELDS)
    }
    names = select(Member.name).where(
        Member.evaluation_id == evaluation.id, Member.is_reviewer, Member.user_id.in_(typed)
    )
    return tuple(session.scalars(names.order_by(Member.name)))


def count_findings_after_opening(session: Session, evaluation: Evaluation) -> int:
    """Findings that the committee changed when it knew the prices."""
    if evaluation.prices_opened_at is None:
        return 0
    rows = (
        select(func.count(Finding.id))
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .where(
            Vendor.evaluation_id == evaluation.id,
            Vendor.withdrawn_at.is_(None),
            Finding.recorded_at > evaluation.prices_opened_at,
        )
    )
    return session.scalar(rows) or 0
