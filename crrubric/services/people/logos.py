"""The logo of the district: setting another one, and removing it."""

import hashlib

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.documents.logos import NO_PICTURE, require_logo_size
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.models import District, DistrictLogo
from crrubric.queries.people.access import require_on_site
from crrubric.queries.people.people import Actor
from crrubric.reports.documents.pictures import UndrawablePicture, redraw_picture
from crrubric.services.people.district import find_or_make_district
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


def set_logo(actor: Actor, data: bytes) -> None:
    """Draw a picture anew, as a PNG file of our own, and let it be the logo from now on.

    Issued memos keep the one that they had. Nothing is noted for the logo that there is.

    Raises: NotFound unless the actor administers the site; Invalid (field "file").
    """
    require_on_site(actor, SiteAction.CHANGE_DISTRICT)
    width, height = require_logo_size(data)
    try:
        body = redraw_picture(data, width=width, height=height)  # before anything is held
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
