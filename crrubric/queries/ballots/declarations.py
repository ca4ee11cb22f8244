"""Reading declarations of interest: who stays away from which vendor."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import DeclarationKind
from crrubric.models import Declaration, Member


def load_own_declarations(session: Session, member: Member) -> dict[int, Declaration]:
    """A member's declarations by vendor id."""
    rows = session.scalars(select(Declaration).where(Declaration.member_id == member.id))
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
