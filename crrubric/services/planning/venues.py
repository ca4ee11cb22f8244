"""Where and when the settings of triage happen in an evaluation."""

from collections.abc import Mapping

from sqlalchemy import delete

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue, write_venue
from crrubric.models import StoredVenue
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.triage import load_venues
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def make_venues_version(venues: Mapping[Setting, Venue]) -> dict[str, object]:
    """What the form lets people change, as the journal keeps it."""
    return {setting.value: write_venue(venues[setting]) for setting in Setting}


def set_venues(
    actor: Actor, slug: str, venues: Mapping[Setting, Venue], *, seen: str | None = None
) -> None:
    """Say where and when each setting happens; what its table implies is kept in no row.

    Args: seen: the version that the form showed. Raises: Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_TRIAGE, slug)
        before = make_venues_version(load_venues(session, evaluation.id))
        after = make_venues_version(venues)
        refuse_unseen_change(before, after, seen)
        if before == after:
            return
        session.execute(delete(StoredVenue).where(StoredVenue.evaluation_id == evaluation.id))
        session.add_all(
            StoredVenue(
                evaluation_id=evaluation.id, setting=setting, kind=venue.kind, hours=venue.hours
            )
            for setting, venue in venues.items()
            if venue != DEFAULT_VENUES[setting]
        )
        note_evaluation_change(
            session, actor, Event.VENUES_CHANGED, evaluation, old=before, new=after
        )
