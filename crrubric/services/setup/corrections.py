"""Correcting the rubric after ballots opened: a new revision that says what it does to marks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.events import Event
from crrubric.domain.places import MendingPlace
from crrubric.domain.setup.rubric import Translated
from crrubric.domain.text import clean_text, require_line, require_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, CorrectionEffect, NoticeKind
from crrubric.models import (
    Abstention,
    Ballot,
    Criterion,
    Evaluation,
    Mark,
    RubricRevision,
    Vendor,
)
from crrubric.queries.people.access import Seat, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import load_assignments
from crrubric.services.ballots.attachments import list_files_on_mark
from crrubric.services.ballots.ballots import mark_text, serialize_mark
from crrubric.services.ballots.seals import announce_reopening, unseal_ballot
from crrubric.services.mail.notices import notify_members
from crrubric.services.setup.rubrics import find_criterion, read_criterion_values
from crrubric.services.setup.translations import (
    clean_translations,
    flatten_texts,
    update_translations,
)
from crrubric.services.shared.counting import refuse_who_entered
from crrubric.services.shared.days import refuse_after_end
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

TOLD = {
    CorrectionEffect.KEEP: NoticeKind.MARKS_STAY,
    CorrectionEffect.AGAIN: NoticeKind.MARK_AGAIN,
    CorrectionEffect.LEAVE_OUT: NoticeKind.CRITERION_LEFT_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The corrected words, what becomes of marks given already, and why."""

    title: str
    question: str
    look_for: str
    effect: CorrectionEffect
    reason: str


def correct_criterion(
    actor: Actor,
    slug: str,
    criterion_id: int,
    correction: Correction,
    *,
    translations: Translated | None = None,
    seen: str | None = None,
) -> RubricRevision:
    """Make the next revision of the rubric. Weights, must-haves and rule stay frozen.

    AGAIN sets the marks on the criterion aside (the journal and sealed versions keep them) and
    reopens submitted ballots that ask for it. Once the committee has seen the ballots, only KEEP
    is left. Everybody who is to mark it is told, once. A text
    that changed keeps its translation only if that changed with it.
    Args: seen: the version that the form showed.
    Raises: Stale; Invalid naming the field, if nothing changes, or if no weighted criterion is
    left.
    """
    tidy, given = _clean_correction(correction), clean_translations(translations)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.CORRECT_RUBRIC, slug)
        if tidy.effect is CorrectionEffect.AGAIN:
            refuse_after_end(seat.evaluation)  # nobody could mark it again
        refuse_informed_change(session, seat, tidy.effect)
        criterion = find_criterion(session, seat.evaluation, criterion_id)
        stored = read_criterion_values(criterion)
        words = {"title": tidy.title, "question": tidy.question, "look_for": tidy.look_for}
        wanted = {**stored, **words, **flatten_texts(given)}
        refuse_unseen_change(stored, wanted, seen)
        before, after = _apply_correction(session, criterion, tidy)
        revision = RubricRevision(
            evaluation_id=seat.evaluation.id,
            number=_last_revision_number(session, seat.evaluation) + 1,
            criterion_id=criterion.id,
            effect=tidy.effect,
            before=before,
            after=after,
            reason=tidy.reason,
            made_by=actor.name,
        )
        session.add(revision)
        note_event(
            session,
            actor,
            Event.CRITERION_CORRECTED,
            evaluation_id=seat.evaluation.id,
            subject=criterion.title,
            about=EntryReferences(criterion_id=criterion.id),
            before=before,
            after={**after, "revision": revision.number, "effect": tidy.effect},
            reason=tidy.reason,
        )
        update_translations(session, actor, criterion, changed=after, given=given)
        if tidy.effect is CorrectionEffect.AGAIN:
            _set_aside_marks(session, actor, seat.evaluation, criterion, tidy.reason)
        asked = load_assignments(session, seat.evaluation.id)
        told = [member for member, own in asked.items() if own.covers(criterion.id)]
        facts = {"criterion": criterion.title, "reason": tidy.reason}
        notify_members(session, told, TOLD[tidy.effect], facts, vendor_id=None)
    return revision


def refuse_informed_change(session: Session, seat: Seat, effect: CorrectionEffect) -> None:
    """Raise Invalid for what could turn the result, by anybody who has seen ballots."""
    if effect is CorrectionEffect.KEEP:
        return
    if effect is CorrectionEffect.AGAIN:
        _refuse_asking_again(session, seat)
    refuse_who_entered(session, seat.actor, seat.evaluation, field="effect")
    if seat.evaluation.shown_at is not None:
        raise Invalid(
            N_(
                "The committee has seen the ballots: no criterion is left out or marked again now,"
                " for that could turn the result. Only words can be corrected; marks stay."
            ),
            field="effect",
        )


def _refuse_asking_again(session: Session, seat: Seat) -> None:
    """Raise Invalid if the chair stays away from a vendor, in the selection or withdrawn.

    Which ballots are asked again depends on what was marked, and a refusal would tell it.
    """
    if seat.shut_out:
        raise Invalid(
            N_(
                "You have a conflict of interest with %(vendor)s: another chair lets a criterion be"
                " marked again. You can correct its words and keep the marks."
            ),
            vendor=session.get_one(Vendor, min(seat.shut_out)).name,
            field="effect",
        ).mended_on(MendingPlace.COMMITTEE)


def _clean_correction(correction: Correction) -> Correction:
    tidy = clean_together(
        title=lambda: require_line(
            correction.title,
            N_("Enter a title for the criterion."),
            limit=limits.TITLE,
            field="title",
        ),
        question=lambda: clean_text(correction.question, limit=limits.NOTE, field="question"),
        look_for=lambda: clean_text(correction.look_for, limit=limits.NOTE, field="look_for"),
        reason=lambda: require_text(
            correction.reason,
            N_("Say why: everybody who marks it reads it."),
            limit=limits.NOTE,
            field="reason",
        ),
    )
    return replace(correction, **tidy)


def _apply_correction(
    session: Session, criterion: Criterion, tidy: Correction
) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Put the correction on the criterion: what differs, as (before, after). Raises: Invalid."""
    out = tidy.effect is CorrectionEffect.LEAVE_OUT
    new = {
        "title": tidy.title,
        "question": tidy.question,
        "look_for": tidy.look_for,
        "left_out": out,
    }
    before, after = find_changes({key: getattr(criterion, key) for key in new}, new)
    if not after:
        raise Invalid(N_("Nothing is different: change the words, or leave the criterion out."))
    for key, value in after.items():
        setattr(criterion, key, value)
    session.flush()
    if out and not _has_weighted_criterion(session, criterion):
        raise Invalid(
            N_("No other criterion counts: at least one with a weight must stay."), field="effect"
        )
    return before, after


def _has_weighted_criterion(session: Session, criterion: Criterion) -> bool:
    left = select(Criterion.id).where(
        Criterion.evaluation_id == criterion.evaluation_id,
        Criterion.left_out.is_(False),
        Criterion.weight > 0,
    )
    return session.scalar(left.limit(1)) is not None


def _last_revision_number(session: Session, evaluation: Evaluation) -> int:
    numbers = select(func.max(RubricRevision.number))
    return session.scalar(numbers.where(RubricRevision.evaluation_id == evaluation.id)) or 0


def _set_aside_marks(
    session: Session, actor: Actor, evaluation: Evaluation, criterion: Criterion, why: str
) -> None:
    """Take the marks and gaps on a criterion off every ballot; sealed ballots open for that."""
    concerned = select(Mark.ballot_id).where(Mark.criterion_id == criterion.id)
    left = select(Abstention.ballot_id).where(Abstention.criterion_id == criterion.id)
    ballots = session.scalars(
        select(Ballot)
        .where(Ballot.id.in_(concerned.union(left)))
        .order_by(Ballot.id)
        .with_for_update(of=Ballot)
        .execution_options(populate_existing=True)
    ).all()
    for ballot in ballots:
        if ballot.state is BallotState.SUBMITTED:
            sealed = unseal_ballot(session, ballot, evaluation.slug, by=actor.name, why=why)
            announce_reopening(session, actor, ballot, sealed)
        mark = session.scalar(
            select(Mark).where(Mark.ballot_id == ballot.id, Mark.criterion_id == criterion.id)
        )
        if mark is None:
            continue
        note_event(
            session,
            actor,
            Event.MARK_SET_ASIDE,
            evaluation_id=evaluation.id,
            subject=f"{ballot.vendor.name}: {criterion.title}",
            about=EntryReferences(ballot.vendor_id, criterion.id, ballot.member_id),
            before=serialize_mark(mark_text(mark)),
            reason=why,
        )
        for file in list_files_on_mark(session, mark):
            file.removed_at = now_utc()  # kept: its reviewer did not remove it
        session.delete(mark)
        session.flush()
