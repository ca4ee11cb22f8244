"""The district that runs the site: its name, and the time zone that everything is shown in."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, Stale, clean_together
from crrubric.domain.events import Event
from crrubric.domain.people.zones import UNNAMED, UTC, is_zone
from crrubric.domain.text import require_line
from crrubric.domain.translation import N_
from crrubric.models import District
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
