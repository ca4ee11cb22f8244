"""Reading triage of an evaluation: its line, the past cohort, venues, and counts that are kept."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from crrubric.domain.events import Event
from crrubric.domain.planning.calibration import Calibration, make_calibration
from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue, read_venue
from crrubric.models import JournalEntry, KeptTriage, StoredGroup, StoredPoint, StoredVenue


def find_own_calibration(session: Session, evaluation_id: int) -> Calibration | None:
    """The evaluation's own line from pace to chance; None where the guide's counts."""
    points = session.scalars(
        select(StoredPoint)
        .where(StoredPoint.evaluation_id == evaluation_id)
        .order_by(StoredPoint.position)
    ).all()
    if not points:
        return None
    return make_calibration((Fraction(point.pace), Fraction(point.chance)) for point in points)


def list_cohort_groups(session: Session, evaluation_id: int) -> tuple[CohortGroup, ...]:
    """The groups of the past cohort by pace."""
    rows = session.scalars(
        select(StoredGroup)
        .where(StoredGroup.evaluation_id == evaluation_id)
        .order_by(StoredGroup.position)
    )
    return tuple(
        CohortGroup(
            pace_from=Fraction(row.pace_from),
            pace_to=Fraction(row.pace_to),
            learners=row.learners,
            graduated=row.graduated,
        )
        for row in rows
    )


def load_venues(
    session: Session, evaluation_id: int, until: datetime | None = None
) -> dict[Setting, Venue]:
    """Where and when each setting happens. Args: until: at this moment, as the journal tells it."""
    if until is not None:
        return _read_told_venues(session, evaluation_id, until)
    rows = session.scalars(select(StoredVenue).where(StoredVenue.evaluation_id == evaluation_id))
    return {**DEFAULT_VENUES, **{row.setting: Venue(row.kind, row.hours) for row in rows}}


def _read_told_venues(
    session: Session, evaluation_id: int, until: datetime
) -> dict[Setting, Venue]:
    """As the entries tell one after the other: each has what it changed alone."""
    told = session.scalars(
        select(JournalEntry.after)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event == Event.VENUES_CHANGED,
            JournalEntry.at <= until,
        )
        .order_by(JournalEntry.number)
    )
    changed = {name: text for after in told for name, text in (after or {}).items()}
    return {
        setting: read_venue(changed[setting.value])
        if setting.value in changed
        else DEFAULT_VENUES[setting]
        for setting in Setting
    }


def list_kept_triage(session: Session, evaluation_id: int) -> list[KeptTriage]:
    """What was kept of rosters, the newest version first."""
    return list(
        session.scalars(
            select(KeptTriage)
            .where(KeptTriage.evaluation_id == evaluation_id)
            .options(selectinload(KeptTriage.counts))
            .order_by(KeptTriage.number.desc())
        )
    )


def find_newest_kept(
    session: Session, evaluation_id: int, until: datetime | None = None
) -> KeptTriage | None:
    """What was kept last, with its counts, in one query. Args: until: at this moment."""
    wanted = select(KeptTriage).where(KeptTriage.evaluation_id == evaluation_id)
    if until is not None:
        wanted = wanted.where(KeptTriage.kept_at <= until)
    newest = wanted.order_by(KeptTriage.number.desc()).limit(1)
    return session.scalar(newest.options(joinedload(KeptTriage.counts)))
