"""How long records are kept, and removing one whose time is over: proposed by one person,
confirmed by another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.events import Event
from crrubric.domain.record.retention.times import (
    KeepingTimes,
    find_cutoff,
)
from crrubric.domain.text import clean_text, key_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import RecordKind
from crrubric.extensions import db
from crrubric.models import District, Evaluation, JournalEntry, KeepingSchedule, Removal
from crrubric.queries.people.access import make_not_found, require_on_site
from crrubric.queries.people.people import Actor
from crrubric.queries.record.retention import (
    count_administrators,
    count_evaluation,
    find_kept_record,
    find_removal_of,
    foresee_removal,
    read_keeping_times,
)
from crrubric.queries.results.kept import find_kept_results
from crrubric.services.people.district import find_or_make_district
from crrubric.services.record.removing import remove_due_rows, remove_evaluation
from crrubric.services.shared.journal import find_changes, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change

BOUNDS: Mapping[str, limits.NumberLimits] = {
    "evaluation_years": limits.KEPT_YEARS,
    "account_years": limits.KEPT_YEARS,
    "mail_days": limits.KEPT_DAYS,
    "sign_in_days": limits.KEPT_DAYS,
}


def set_keeping_times(actor: Actor, wanted: KeepingTimes, *, seen: str | None = None) -> None:
    """Set how long each kind of record is kept, and what holds every removal.

    Raises: NotFound unless the actor administers the site; Invalid; Stale.
    """
    require_on_site(actor, SiteAction.REMOVE_RECORDS)
    values = wanted.serialize()
    numbers = {name: int(str(values[name])) for name in BOUNDS}
    tidy = clean_together(
        hold=lambda: clean_text(wanted.hold, limit=limits.NOTE, field="hold"),
        numbers=lambda: [
            require_in_bounds(number, BOUNDS[name], field=name) for name, number in numbers.items()
        ],
    )
    times = KeepingTimes(**numbers, hold=str(tidy["hold"]))
    with unit_of_work() as session:
        district = _lock_schedule(session)
        row = session.get(KeepingSchedule, district.id)
        old, new = read_keeping_times(session).serialize(), times.serialize()
        refuse_unseen_change(old, new, seen)
        before, after = find_changes(old, new)
        if not after:
            return
        if row is None:
            row = KeepingSchedule(district_id=district.id)
            session.add(row)
        for name, value in new.items():
            setattr(row, name, value)
        note_event(session, actor, Event.KEEPING_CHANGED, before=before, after=after)


def hold_record(
    actor: Actor, evaluation_id: int, *, hold: str, reason: str = "", seen: str | None = None
) -> None:
    """Put a legal hold on an evaluation, with what it is for, or lift it with a reason.

    It is the hold that its chair can set as well. Raises: NotFound; Invalid; Stale; DoneAlready
    for another reason of what is done.
    """
    require_on_site(actor, SiteAction.REMOVE_RECORDS)
    tidy = clean_together(
        hold=lambda: clean_text(hold, limit=limits.NOTE, field="hold"),
        reason=lambda: clean_text(reason, limit=limits.NOTE, field="reason"),
    )
    with unit_of_work() as session:
        evaluation = _lock_evaluation(session, evaluation_id)
        old, new = {"hold": evaluation.legal_hold}, {"hold": tidy["hold"]}
        refuse_unseen_change(old, new, seen)
        if old == new:
            if why := tidy["reason"]:
                confirm_same_act(
                    session, actor, Event.RETENTION_CHANGED, why, evaluation_id=evaluation_id
                )
            return
        if not tidy["hold"] and not tidy["reason"]:
            raise Invalid(N_("Say why the legal hold ends."), field="reason")
        evaluation.legal_hold = tidy["hold"]
        note_event(
            session,
            actor,
            Event.RETENTION_CHANGED,
            evaluation_id=evaluation.id,
            before=old,
            after=new,
            reason=tidy["reason"],
        )


def propose_removal(actor: Actor, kind: RecordKind, evaluation_id: int | None = None) -> int:
    """Propose to remove an evaluation that is due, or what else is due of a kind; its number.

    Proposed already, it is that proposal. Raises: NotFound unless the actor administers the site
    with an account of their own; Invalid for what is not due.
    """
    require_on_site(actor, SiteAction.REMOVE_RECORDS)
    if actor.user_id is None or (kind is RecordKind.EVALUATION) != (evaluation_id is not None):
        raise make_not_found()
    with unit_of_work() as session:
        now = now_utc()
        if evaluation_id is not None:
            _lock_evaluation(session, evaluation_id)
        _lock_schedule(session)  # two who propose at once wait for it as well
        if evaluation_id is not None:
            there = find_removal_of(session, evaluation_id)
        else:
            there = session.scalar(select(Removal).where(Removal.kind == kind))
        if there is not None:
            return there.id
        if evaluation_id is not None:
            _require_due(session, evaluation_id, now)
        else:
            _refuse_hold(session)
        removal = Removal(
            kind=kind,
            evaluation_id=evaluation_id,
            proposed_by_id=actor.user_id,
            proposed_by=actor.name,
            proposed_at=now,
        )
        session.add(removal)
        session.flush()
        note_event(
            session,
            actor,
            Event.REMOVAL_PROPOSED,
            subject=_name_subject(session, removal),
            after=_tell_removal(removal),
        )
        return removal.id


def withdraw_removal(actor: Actor, removal_id: int) -> None:
    """Take a proposal back, whoever made it. Raises: NotFound."""
    require_on_site(actor, SiteAction.REMOVE_RECORDS)
    with unit_of_work() as session:
        removal = _lock_removal(session, removal_id)
        note_event(
            session,
            actor,
            Event.REMOVAL_WITHDRAWN,
            subject=_name_subject(session, removal),
            before=_tell_removal(removal),
        )
        session.delete(removal)


def confirm_removal(
    actor: Actor, removal_id: int, *, typed: str = "", seen: str | None = None
) -> None:
    """Remove for good what another person proposed; the site's journal keeps a certificate.

    The operator at the server's console can be the second person where nobody else administers the
    site. Args: typed: the title of the evaluation, as whoever confirms typed it; seen: the
    fingerprint of what the page before said.

    Raises: NotFound; Invalid for one's own proposal, for another title (field "typed"), and for
    what may not be removed now; Stale.
    """
    require_on_site(actor, SiteAction.REMOVE_RECORDS)
    with unit_of_work() as session:
        now = now_utc()
        removal = _lock_removal(session, removal_id)
        removed = removal.evaluation_id
        _require_second_person(session, actor, removal)
        subject = _name_subject(session, removal)
        if removal.evaluation_id is not None:
            _lock_evaluation(session, removal.evaluation_id)
        _lock_schedule(session)
        if removal.evaluation_id is not None:
            if key_of(typed) != key_of(subject):
                raise Invalid(
                    N_("Type the title of the evaluation as it stands above: “%(title)s”."),
                    title=subject,
                    field="typed",
                )
            _require_due(session, removal.evaluation_id, now)
        _refuse_hold(session)
        refuse_unforeseen(foresee_removal(session, removal), seen)
        told = _tell_removal(removal)
        about = {"proposed by": removal.proposed_by, "proposed at": removal.proposed_at.isoformat()}
        removal.confirmed_by_id, removal.confirmed_at = actor.user_id, now
        session.flush()  # from here on the database lets the record go
        if removal.evaluation_id is not None:
            counts = _describe_evaluation(session, removal.evaluation_id, now)
            remove_evaluation(session, removal)
        else:
            before = find_cutoff(removal.kind, read_keeping_times(session), removal.proposed_at)
            counts = {
                "before": before.isoformat(),
                "rows": remove_due_rows(session, removal.kind, before, now),
            }
            session.delete(removal)
        note_event(
            session,
            actor,
            Event.RECORD_REMOVED,
            subject=subject,
            after={**told, **counts, **about},
        )
    if removed is not None:
        find_kept_results(db.session()).forget(removed)


def _describe_evaluation(session: Session, evaluation_id: int, now: datetime) -> dict[str, object]:
    """What a certificate says of an evaluation: how much there was, and how its journal ended."""
    kept = find_kept_record(session, evaluation_id, now)
    chain = JournalEntry.chain == evaluation_id
    hashes = select(JournalEntry.hash).where(chain)
    archive = session.scalar(
        select(JournalEntry)
        .where(chain, JournalEntry.event == Event.ARCHIVE_MADE)
        .order_by(JournalEntry.number.desc())
        .limit(1)
    )
    return {
        "first": session.scalar(hashes.order_by(JournalEntry.number).limit(1)),
        "head": session.scalar(hashes.order_by(JournalEntry.number.desc()).limit(1)),
        "kept through": kept.last_day.isoformat(),
        "archive": (archive.after or {}).get("sha256") if archive else None,
        **count_evaluation(session, evaluation_id).serialize(),
    }


def _lock_evaluation(session: Session, evaluation_id: int) -> Evaluation:
    """The evaluation, deleted or not, held. Raises: NotFound."""
    found = session.get(Evaluation, evaluation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise make_not_found()
    return found


def _lock_schedule(session: Session) -> District:
    """Let whoever would change how long records are kept, or hold all of them, wait: what is
    removed is removed before. After an evaluation, where one is held. Returns: the district."""
    district = find_or_make_district(session)
    session.refresh(district, with_for_update=True)
    return district


def _lock_removal(session: Session, removal_id: int) -> Removal:
    """The proposal, held. Raises: NotFound."""
    found = session.get(Removal, removal_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise make_not_found()
    return found


def _require_second_person(session: Session, actor: Actor, removal: Removal) -> None:
    """Raise Invalid for whoever proposed it, and for an operator who is not needed."""
    if actor.user_id == removal.proposed_by_id:
        raise Invalid(
            N_("You proposed this removal yourself: another administrator has to confirm it.")
        )
    if actor.user_id is None and count_administrators(session) > 1:
        raise Invalid(
            N_("Another administrator of the site confirms this: there is more than one.")
        )


def _require_due(session: Session, evaluation_id: int, now: datetime) -> None:
    """Raise Invalid, with the first reason, for an evaluation that may not be removed now."""
    kept = find_kept_record(session, evaluation_id, now)
    for remark in kept.obstacles:
        names = ", ".join(name for name, _detail in remark.names)
        if names:
            raise Invalid(
                N_("Evaluations that renew it have to go first: %(titles)s."), titles=names
            )
        values: dict[str, Any] = dict(remark.values)
        raise Invalid(remark.message, **values)


def _refuse_hold(session: Session) -> None:
    """Raise Invalid while nothing at all may be removed."""
    if hold := read_keeping_times(session).hold:
        raise Invalid(N_("A legal hold stops every removal: %(hold)s"), hold=hold)


def _name_subject(session: Session, removal: Removal) -> str:
    """What is removed, as the journal names it: a title, or the name of a kind."""
    if removal.evaluation_id is None:
        return removal.kind.name
    return session.get_one(Evaluation, removal.evaluation_id).title


def _tell_removal(removal: Removal) -> dict[str, object]:
    """What the journal tells of a proposal; an evaluation by its chain."""
    chain = {} if removal.evaluation_id is None else {"chain": removal.evaluation_id}
    return {"kind": removal.kind, **chain}
