"""Recording what shows a line of the purchase's checklist, and lines of the district's own."""

from datetime import datetime

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.people.languages import SOURCE
from crrubric.domain.procurement.binder import (
    NOTHING,
    LineRecord,
    clean_line_record,
    clean_own_title,
    name_next_own_line,
    serialize_line,
)
from crrubric.domain.procurement.rules import BinderLine
from crrubric.models import Evaluation, PurchaseLine
from crrubric.queries.people.access import refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.procurement.purchases import find_writable_line, list_purchase_lines
from crrubric.services.setup.vendors import find_candidate
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def record_purchase_line(
    actor: Actor, slug: str, code: str, record: LineRecord, *, seen: str | None = None
) -> bool:
    """Store what is typed for a line of the checklist; whether anything was changed.

    Args: seen: the version that the form showed.
    Raises: Invalid naming everything that is wrong; NotFound for a line that is not there or is
    about a vendor from which the actor stays away; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_PURCHASE, slug)
        found = find_writable_line(session, seat, code, SOURCE)
        tidy = clean_line_record(record, found.line)
        if tidy.vendor_id is not None:
            refuse_recused(seat, tidy.vendor_id)
            find_candidate(session, seat.evaluation, tidy.vendor_id)
        stored = found.row.record if found.row is not None else NOTHING
        refuse_unseen_change(serialize_line(stored), serialize_line(tidy), seen)
        if tidy == stored:
            return False
        store_purchase_line(
            session, actor, seat.evaluation, line=found.line, row=found.row, record=tidy
        )
    return True


def add_purchase_line(actor: Actor, slug: str, title: str) -> str:
    """A line of the district's own; its code. Raises: Invalid."""
    tidy = LineRecord(title=clean_own_title(title))
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_PURCHASE, slug)
        code = name_next_own_line(list(list_purchase_lines(session, seat.evaluation.id)))
        line = BinderLine(code=code, title=tidy.title)
        store_purchase_line(session, actor, seat.evaluation, line=line, row=None, record=tidy)
    return code


def store_purchase_line(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    *,
    line: BinderLine,
    row: PurchaseLine | None,
    record: LineRecord,
    at: datetime | None = None,
) -> None:
    """Put the record into its row, with its entry in the journal.

    What was shown about one vendor and is about another now is told in two entries: who stays away
    from one of them reads of the other only.
    """
    moment = at or now_utc()
    if row is not None and is_about_another(row, record):
        cleared = LineRecord(title=row.title)
        store_purchase_line(
            session, actor, evaluation, line=line, row=row, record=cleared, at=moment
        )
    old = serialize_line(row.record if row is not None else NOTHING)
    about = record.vendor_id or (row.vendor_id if row is not None else None)
    if row is None:
        row = PurchaseLine(evaluation_id=evaluation.id, code=line.code)
        session.add(row)
    row.title, row.state, row.note = record.title, record.state, record.note
    row.kept_at, row.done_on, row.done_by = record.kept_at, record.done_on, record.done_by
    row.level, row.vendor_id = record.level, record.vendor_id
    row.recorded_by, row.recorded_at = actor.name, moment
    before, after = find_changes(old, serialize_line(record))
    note_event(
        session,
        actor,
        Event.PURCHASE_LINE_RECORDED,
        evaluation_id=evaluation.id,
        subject=record.title,
        about=EntryReferences(vendor_id=about),
        before=before,
        after={**after, ROW: {"code": line.code}},
        at=moment,
    )


def is_about_another(row: PurchaseLine, record: LineRecord) -> bool:
    """Whether a line that was about one vendor is to be about another."""
    return None not in (row.vendor_id, record.vendor_id) and row.vendor_id != record.vendor_id
