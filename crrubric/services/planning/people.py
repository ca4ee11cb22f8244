"""Who works on the planning workbook: the chair asks members to fill or read a section."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import NoticeKind, PlanAccess
from crrubric.models import PlanAssignment
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.workbook import list_askable_members
from crrubric.services.mail.notices import notify_members, withdraw_notices
from crrubric.services.planning.workbook import require_plan_section
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

WantedAccess = Mapping[int, PlanAccess | None]


def assign_plan_section(
    actor: Actor, slug: str, code: str, wanted: WantedAccess, *, seen: str | None = None
) -> None:
    """Ask members to fill in a section, or to read it; None: neither.

    Args: wanted: by id of the member; seen: the version of who was asked, as the page showed it.
    Raises: NotFound for somebody who has no seat, or for whom nothing is to be asked; Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_seat(session, actor, Action.MANAGE_PLAN, slug).evaluation
        require_plan_section(code)
        members = {row.id: row for row in list_askable_members(session, evaluation.id)}
        if not wanted.keys() <= members.keys():
            raise make_not_found()
        rows = {
            row.member_id: row
            for row in session.scalars(
                select(PlanAssignment).where(
                    PlanAssignment.evaluation_id == evaluation.id, PlanAssignment.section == code
                )
            )
        }
        stored = serialize_access(
            {key: rows[key].access if key in rows else None for key in wanted}
        )
        refuse_unseen_change(stored, serialize_access(wanted), seen)
        for key, access in sorted(wanted.items()):
            before = rows[key].access if key in rows else None
            if access == before:
                continue
            _write_assignment(
                session,
                rows.get(key),
                access,
                {"section": code, "member_id": key, "evaluation_id": evaluation.id},
            )
            _tell_asked_member(session, actor, key, code, access)
            note_event(
                session,
                actor,
                Event.PLAN_ASSIGNED,
                evaluation_id=evaluation.id,
                subject=code,
                about=EntryReferences(member_id=key),
                before={"name": members[key].name, "access": before},
                after={"name": members[key].name, "access": access, ROW: {"plan_section": code}},
            )


def _tell_asked_member(
    session: Session, actor: Actor, member_id: int, code: str, access: PlanAccess | None
) -> None:
    """Who is asked to fill in a section is told so; what they were told before holds no more."""
    withdraw_notices(session, member_id, NoticeKind.PLAN_ASKED, {"section": code})
    if access is PlanAccess.FILL:
        facts = {"name": actor.name, "section": code}
        notify_members(session, [member_id], NoticeKind.PLAN_ASKED, facts, vendor_id=None)


def _write_assignment(
    session: Session,
    row: PlanAssignment | None,
    access: PlanAccess | None,
    keys: Mapping[str, object],
) -> None:
    if row is not None and access is None:
        session.delete(row)
    elif row is not None and access is not None:
        row.access = access
    elif access is not None:
        session.add(PlanAssignment(**keys, access=access))


def serialize_access(access: WantedAccess) -> dict[str, object]:
    """Who is asked what, as one version of it."""
    return {str(key): value.value if value else "" for key, value in sorted(access.items())}
