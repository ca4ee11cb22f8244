"""The district that runs the site, and what became of its name and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from crrubric.domain.documents.logos import Logo
from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE
from crrubric.models import District, DistrictLogo, Evaluation, JournalEntry

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
    told = (
        Event.DISTRICT_CHANGED,
        Event.DISTRICT_LOGO_SET,
        Event.DISTRICT_LOGO_REMOVED,
        Event.SITE_RESTORED,
    )
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event.in_(told))
    return list(session.scalars(rows.order_by(JournalEntry.number.desc()).limit(SHOWN)))


def find_site_language(session: Session, offered: Sequence[str]) -> str:
    """What is spoken to whoever says nothing: see `choose_site_language`."""
    chosen = session.scalar(select(District.language).order_by(District.id).limit(1))
    return choose_site_language(chosen, offered)


def choose_site_language(chosen: str | None, offered: Sequence[str]) -> str:
    """The district's language if it has chosen one that is offered, else the first that is."""
    return chosen if chosen is not None and chosen in offered else offered[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLogo:
    """What a page knows of the logo, without its bytes."""

    sha256: str
    width: int
    height: int
    words: str


def select_site() -> Select[*tuple[Any, ...]]:
    """What pages need of the district: language and time zone, then sha256, width and height of its
    logo, which are empty if it has none, and the words that stand for it; no row before there is a
    district.
    """
    logo = and_(DistrictLogo.district_id == District.id, DistrictLogo.removed_at.is_(None))
    return (
        select(
            District.language.label("site_language"),
            District.time_zone.label("site_zone"),
            DistrictLogo.sha256,
            DistrictLogo.width,
            DistrictLogo.height,
            District.name.label("words"),
        )
        .outerjoin(DistrictLogo, logo)
        .order_by(District.id, DistrictLogo.id)
        .limit(1)
    )


def find_shown_logo(session: Session) -> ShownLogo | None:
    """The district's logo; None if it has none."""
    row = session.execute(select_site()).one_or_none()
    return None if row is None else make_shown_logo(row)


def make_shown_logo(row: Row[*tuple[Any, ...]]) -> ShownLogo | None:
    """The logo of a row that has its columns; None where they are empty."""
    if row.sha256 is None:
        return None
    return ShownLogo(sha256=row.sha256, width=row.width, height=row.height, words=row.words)


def load_logo(session: Session, sha256: str) -> Logo | None:
    """The logo of these bytes, whether the district still has it; None for no such hash."""
    if not sha256:
        return None
    row = session.execute(
        select(DistrictLogo.body, DistrictLogo.width, DistrictLogo.height, District.name)
        .join(District, District.id == DistrictLogo.district_id)
        .where(DistrictLogo.sha256 == sha256)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Logo(body=row.body, width=row.width, height=row.height, words=row.name)


def find_logo_hash(session: Session) -> str:
    """The SHA-256 of the present logo; empty if there is none."""
    shown = find_shown_logo(session)
    return shown.sha256 if shown else ""


def load_present_logo(session: Session) -> Logo | None:
    """The logo that papers have now."""
    shown = find_shown_logo(session)
    return load_logo(session, shown.sha256) if shown else None
