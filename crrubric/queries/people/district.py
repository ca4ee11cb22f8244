"""The district that runs the site, and what became of its name and time zone."""

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE
from crrubric.models import District, Evaluation, JournalEntry

SHOWN = 20  # changes, at most


def find_district(session: Session) -> District | None:
    """The site's one district; None before there is one."""
    return session.scalar(select(District).order_by(District.id).limit(1))


def is_on_site() -> ColumnElement[bool]:
    """Whether an evaluation is of the site's one district, and not deleted.

    Addresses are unique within a district.
    """
    own = Evaluation.district_id == select(func.min(District.id)).scalar_subquery()
    return and_(own, Evaluation.deleted_at.is_(None))


def find_named_district(session: Session) -> District | None:
    """The district if somebody has set its name and time zone; None before."""
    district = find_district(session)
    return district if district is not None and district.version > 0 else None


def list_district_changes(session: Session) -> list[JournalEntry]:
    """The latest changes of name and time zone, and restorations, the newest first."""
    told = (Event.DISTRICT_CHANGED, Event.SITE_RESTORED)
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event.in_(told))
    return list(session.scalars(rows.order_by(JournalEntry.number.desc()).limit(SHOWN)))
