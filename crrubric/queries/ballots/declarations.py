"""Reading declarations of interest: who stays away from which vendor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import DeclarationKind
from crrubric.models import Declaration, JournalEntry, Member, Vendor

OWN = select(Declaration).where(Declaration.member_id == bindparam("member"))  # made once


def load_own_declarations(session: Session, member: Member) -> dict[int, Declaration]:
    """A member's declarations by vendor id."""
    rows = session.scalars(OWN, {"member": member.id})
    return {row.vendor_id: row for row in rows}


def list_declared_conflicts(session: Session, evaluation_id: int) -> list[Declaration]:
    """Every declared conflict of present members, waived or not, by name and vendor."""
    return sorted(
        session.scalars(
            select(Declaration)
            .join(Declaration.member)
            .join(Declaration.vendor)
            .options(joinedload(Declaration.member), joinedload(Declaration.vendor))
            .where(
                Member.evaluation_id == evaluation_id,
                Member.removed_at.is_(None),
                Declaration.kind == DeclarationKind.CONFLICT,
            )
            .order_by(Declaration.member_id, Declaration.vendor_id)
        ),
        key=lambda row: sort_key(row.member.name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedConflict:
    """A declared conflict that its member took back, or put into other words."""

    name: str
    vendor: str
    vendor_id: int
    words: str  # as they were
    now: str  # in which other words; empty if it was taken back
    at: datetime
    reason: str


def list_changed_conflicts(session: Session, evaluation_id: int) -> list[ChangedConflict]:
    """What was declared and corrected since, the first first, as the journal tells it."""
    entries = session.execute(
        select(JournalEntry, Member.name, Vendor.name)
        .join(Member, Member.id == JournalEntry.member_id)
        .join(Vendor, Vendor.id == JournalEntry.vendor_id)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event.in_((Event.CONFLICT_RETRACTED, Event.CONFLICT_REWORDED)),
        )
        .order_by(JournalEntry.number)
    )
    return [
        ChangedConflict(
            name=name,
            vendor=vendor,
            vendor_id=entry.vendor_id or 0,
            words=(entry.before or {})["words"],
            now=(entry.after or {}).get("words", ""),
            at=entry.at,
            reason=entry.reason,
        )
        for entry, name, vendor in entries
    ]
