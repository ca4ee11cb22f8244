"""Writing about each vendor for the memo: strengths, gaps, evidence, open questions."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import clean_together
from crrubric.domain.events import Event
from crrubric.domain.memo.narratives import TOLD_PARTS, NarrativePart
from crrubric.domain.text import clean_text
from crrubric.models import Narrative, Vendor
from crrubric.queries.memo.narratives import load_narratives
from crrubric.queries.people.access import refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.setup.vendors import find_candidate
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

Texts = Mapping[NarrativePart, str]


def write_narratives(
    actor: Actor, slug: str, vendor_id: int, texts: Texts, *, seen: str | None = None
) -> bool:
    """Store what the memo says about a vendor in words; whether something was changed.

    Args: texts: of each part; an empty one is taken out. seen: the version that the form showed.
    Raises: Invalid naming what is too long; NotFound for who stays away from the vendor; Stale.
    """
    tidy = clean_narratives(texts)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.WRITE_MEMO, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        rows = load_narratives(session, vendor.id)
        old, new = read_narrative_values(rows), tell_narratives(tidy)
        refuse_unseen_change(old, new, seen)
        before, after = find_changes(old, new)
        if after:
            store_narratives(session, actor, vendor, rows, tidy)
            note_narratives(session, actor, vendor, before, after)
    return bool(after)


def clean_narratives(texts: Texts) -> dict[NarrativePart, str]:
    """The texts, tidied. Raises: Invalid naming everything that is too long."""

    def make_cleaner(part: NarrativePart) -> str:
        return clean_text(texts.get(part, ""), limit=limits.LONG_TEXT, field=part.value.lower())

    tidy = clean_together(
        **{part.value: lambda part=part: make_cleaner(part) for part in NarrativePart}
    )
    return {part: tidy[part.value] for part in NarrativePart}


def tell_narratives(texts: Texts) -> dict[str, object]:
    """The texts as the journal keeps them, all four."""
    return {name: texts.get(part, "") for part, name in TOLD_PARTS.items()}


def read_narrative_values(rows: Mapping[NarrativePart, Narrative]) -> dict[str, object]:
    """What is stored, as one version of it."""
    return tell_narratives({part: row.words for part, row in rows.items()})


def store_narratives(
    session: Session,
    actor: Actor,
    vendor: Vendor,
    rows: Mapping[NarrativePart, Narrative],
    texts: Texts,
    *,
    at: datetime | None = None,
) -> None:
    """Put those that are others into their rows, with who wrote them and when."""
    moment = at or now_utc()
    for part, words in texts.items():
        row = rows.get(part)
        if words == (row.words if row is not None else ""):
            continue
        if row is None:
            row = Narrative(vendor_id=vendor.id, part=part)
            session.add(row)
        row.words, row.written_by, row.written_at = words, actor.name, moment


def note_narratives(
    session: Session,
    actor: Actor,
    vendor: Vendor,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    at: datetime | None = None,
) -> None:
    """The journal entry of the texts that were changed."""
    note_event(
        session,
        actor,
        Event.NARRATIVES_WRITTEN,
        evaluation_id=vendor.evaluation_id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id),
        before=before,
        after=after,
        at=at,
    )
