"""The district that runs the site: its name, language and logo, and the time zone that everything
is shown in."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import current_settings, folder
from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.documents.logos import NO_PICTURE, require_logo_size
from crrubric.domain.errors import Invalid, Stale, clean_together
from crrubric.domain.events import Event
from crrubric.domain.people.zones import UNNAMED, UTC, is_zone
from crrubric.domain.text import require_line
from crrubric.domain.translation import N_
from crrubric.models import District, DistrictLogo
from crrubric.queries.people.access import require_on_site
from crrubric.queries.people.district import find_district
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import find_changes, note_event
from crrubric.services.shared.unit import unit_of_work

LOCK = 674  # the class of PostgreSQL's advisory lock that is held to make the one district


def find_or_make_district(session: Session) -> District:
    """The site's one district, made with a name of no meaning if there is none yet."""
    district = find_district(session)
    if district is not None:
        return district
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(select(func.pg_advisory_xact_lock(LOCK, 0)))
        district = find_district(session)
    if district is None:
        district = District(name=UNNAMED, time_zone=UTC)
        session.add(district)
        session.flush()
    return district


def set_district(
    actor: Actor, *, name: str, time_zone: str, language: str | None = None, seen_version: int
) -> District:
    """Set name, time zone and language of the district; nothing is noted if nothing changes.

    Args: language: None leaves it as it is; seen_version: what the actor saw; 0 if nobody had set
    them.
    Raises: NotFound unless the actor administers the site; Invalid; Stale if somebody changed them
    meanwhile, with nothing overwritten.
    """
    require_on_site(actor, SiteAction.CHANGE_DISTRICT)
    tidy = clean_together(
        name=lambda: require_line(
            name, N_("Enter the name of the district."), limit=limits.NAME, field="name"
        ),
        time_zone=lambda: _require_zone(time_zone),
        language=lambda: _require_language(language),
    )
    with unit_of_work() as session:
        district = find_or_make_district(session)
        session.refresh(district, with_for_update=True)
        if district.version != seen_version:
            raise Stale(N_("Somebody changed this meanwhile: compare, then save again."))
        if language is None:
            tidy["language"] = district.language
        _change_district(session, actor, district, tidy)
    return district


def _require_language(language: str | None) -> str | None:
    """The code of a language that the site offers. Raises: Invalid."""
    if language is not None and language not in current_settings().LANGUAGES:
        raise Invalid(N_("Choose one of the languages shown."), field="language")
    return language


def _require_zone(name: str) -> str:
    """The name of a time zone. Raises: Invalid."""
    if not is_zone(name):
        raise Invalid(N_("Choose a time zone from the list."), field="time_zone")
    return name


def _change_district(
    session: Session, actor: Actor, district: District, wanted: Mapping[str, str | None]
) -> None:
    first = district.version == 0  # what it was called until now, nobody had said
    after = {key: value for key, value in wanted.items() if value is not None}
    old, new = find_changes({} if first else {key: getattr(district, key) for key in after}, after)
    if not new:
        return
    for key, value in new.items():
        setattr(district, key, value)
    district.version += 1
    note_event(session, actor, Event.DISTRICT_CHANGED, before=None if first else old, after=new)


def set_logo(actor: Actor, data: bytes) -> None:
    """Draw a picture anew, as a PNG file of our own, and let it be the logo from now on.

    Issued memos keep the one that they had. Nothing is noted for the logo that there is.

    Raises: NotFound unless the actor administers the site; Invalid (field "file").
    """
    require_on_site(actor, SiteAction.CHANGE_DISTRICT)
    # typst: only where a picture is drawn
    from crrubric.reports.documents.pictures import UndrawablePicture, redraw_picture

    width, height = require_logo_size(data)
    try:
        templates = Path(folder("templates"))
        body = redraw_picture(data, width=width, height=height, templates=templates)
    except UndrawablePicture:
        raise Invalid(NO_PICTURE, field="file") from None
    digest = hashlib.sha256(body).hexdigest()
    with unit_of_work() as session:
        district = find_or_make_district(session)
        session.refresh(district, with_for_update=True)
        row = session.scalar(
            select(DistrictLogo).where(
                DistrictLogo.district_id == district.id, DistrictLogo.sha256 == digest
            )
        )
        if row is not None and row.removed_at is None:
            return
        _end_logos(session, district)
        if row is None:
            row = DistrictLogo(
                district_id=district.id,
                sha256=digest,
                width=width,
                height=height,
                body=body,
                added_by=actor.name,
                added_at=now_utc(),
            )
            session.add(row)
        row.removed_at = None
        note_event(
            session,
            actor,
            Event.DISTRICT_LOGO_SET,
            after={"sha256": digest, "width": width, "height": height},
        )


def remove_logo(actor: Actor) -> None:
    """Show none any more. Nothing is noted if there is none. Raises: NotFound."""
    require_on_site(actor, SiteAction.CHANGE_DISTRICT)
    with unit_of_work() as session:
        district = find_or_make_district(session)
        session.refresh(district, with_for_update=True)
        if _end_logos(session, district):
            note_event(session, actor, Event.DISTRICT_LOGO_REMOVED)


def _end_logos(session: Session, district: District) -> bool:
    """Let the present logo be a former one; whether there was one."""
    present = (DistrictLogo.district_id == district.id, DistrictLogo.removed_at.is_(None))
    found = session.scalar(select(DistrictLogo.id).where(*present).limit(1))
    session.execute(update(DistrictLogo).where(*present).values(removed_at=now_utc()))
    return found is not None
