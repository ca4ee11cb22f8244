"""Sealing ballots: submitting one, reopening one with a reason. Every version is kept."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.receipts import SealedContent, receipt_of
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import BallotState, NoticeKind
from crrubric.models import Abstention, Ballot, Criterion, Mark, SealedBallot
from crrubric.queries.ballots.on_behalf import has_seen_ballot
from crrubric.queries.ballots.seals import serialize_ballot_gaps, serialize_ballot_marks
from crrubric.queries.people.access import (
    Seat,
    lock_evaluation,
    make_not_found,
    refuse_recused,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import list_assigned_parts
from crrubric.queries.setup.wording import name_in_refusal
from crrubric.services.ballots.ballots import lock_writable_ballot, make_gap, note_late_change
from crrubric.services.mail.notices import notify_chairs_if_complete, notify_members
from crrubric.services.shared.days import refuse_after_end
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work


def submit_ballot(
    actor: Actor,
    slug: str,
    vendor_id: int,
    *,
    reasons: Mapping[int, str],
    seen: str | None = None,
) -> SealedBallot:
    """Seal the actor's ballot for a vendor and give the receipt.

    Args: reasons: by criterion id, why there is no mark; for each criterion without one. seen: the
    version of the marks that the page showed.
    Raises: NotReady if marks are missing without a reason, with the criteria as problems; Stale if
    a mark was saved elsewhere since.
    """
    with unit_of_work() as session:
        # held alone: of two who submit the last ballots at once, one is last
        evaluation = lock_evaluation(session, slug, exclusive=True)
        ballot = lock_writable_ballot(session, actor, evaluation, vendor_id)
        if seen is not None and fingerprint_values(read_mark_versions(ballot.marks)) != seen:
            raise Stale(
                N_(
                    "Your marks on this ballot changed after you opened this page, so it is not"
                    " submitted. Read them as they are now, then submit."
                )
            )
        marked = {mark.criterion_id for mark in ballot.marks}
        asked = [
            row for part in list_assigned_parts(session, ballot.member) for row in part.criteria
        ]
        left = [row for row in asked if row.id not in marked]
        session.add_all(
            make_gap(ballot, row.id, why) for row, why in _explain_gaps(left, reasons).items()
        )
        note_late_change(evaluation, ballot)
        session.flush()
        sealed = seal_ballot(session, ballot, evaluation.slug, now_utc())
        ballot.state, ballot.submitted_at = BallotState.SUBMITTED, sealed.sealed_at
        note_event(
            session,
            actor,
            Event.BALLOT_SUBMITTED,
            evaluation_id=evaluation.id,
            subject=ballot.vendor.name,
            about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
            after={"unscored": len(left), "number": sealed.number, "receipt": sealed.receipt},
        )
        notify_chairs_if_complete(session, evaluation.id, {ballot.vendor_id})
    return sealed


def read_mark_versions(marks: Iterable[Mark]) -> dict[str, object]:
    """Which marks stand on a ballot, each in which version."""
    return {str(mark.criterion_id): [mark.version, mark.marked_at] for mark in marks}


def reopen_ballot(actor: Actor, slug: str, ballot_id: int, *, reason: str) -> Ballot:
    """Give a submitted ballot back to its reviewer, who is told; the sealed version stays.

    Raises: NotFound for a ballot of another evaluation, or of a vendor that the chair stays away
    from; WrongPhase if it is open, and after the hard end of scoring.
    """
    why = require_text(
        reason,
        N_("Say why the ballot is reopened: its reviewer reads it."),
        limit=limits.NOTE,
        field="reason",
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.REOPEN_BALLOT, slug)
        refuse_after_end(seat.evaluation)  # opened then, it could not be submitted again
        ballot = lock_ballot(session, seat, ballot_id)
        require_impartial_once_shown(session, seat)
        if ballot.state is not BallotState.SUBMITTED:
            raise WrongPhase(N_("This ballot is open already."))
        if has_seen_ballot(session, ballot.member_id, ballot.vendor_id):
            raise WrongPhase(
                N_(
                    "%(name)s has seen another reviewer’s ballot for %(vendor)s: this one stays as"
                    " it was submitted."
                ),
                name=ballot.member.name,
                vendor=ballot.vendor.name,
            )
        announce_reopening(
            session, actor, ballot, unseal_ballot(session, ballot, slug, by=actor.name, why=why)
        )
    return ballot


def unseal_ballot(
    session: Session, ballot: Ballot, slug: str, *, by: str, why: str
) -> SealedBallot:
    """Open a submitted ballot in the caller's transaction; the version it was sealed under."""
    sealed = _find_last_seal(session, ballot) or seal_ballot(session, ballot, slug, now_utc())
    sealed.reopened_at, sealed.reopened_by, sealed.reopen_reason = now_utc(), by, why
    session.flush()  # the database lets a ballot be opened only once this is there
    ballot.state, ballot.submitted_at = BallotState.OPEN, None
    session.flush()
    session.execute(delete(Abstention).where(Abstention.ballot_id == ballot.id))
    return sealed


def announce_reopening(
    session: Session, actor: Actor, ballot: Ballot, sealed: SealedBallot
) -> None:
    """Write down that a ballot was reopened, and tell its reviewer."""
    why = sealed.reopen_reason
    note_event(
        session,
        actor,
        Event.BALLOT_REOPENED,
        evaluation_id=ballot.member.evaluation_id,
        subject=f"{ballot.member.name}, {ballot.vendor.name}",
        about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
        before={"number": sealed.number, "receipt": sealed.receipt},
        reason=why,
    )
    facts = {"vendor": ballot.vendor.name, "reason": why}
    kind = NoticeKind.BALLOT_REOPENED
    notify_members(session, [ballot.member_id], kind, facts, vendor_id=ballot.vendor_id)


def lock_ballot(session: Session, seat: Seat, ballot_id: int) -> Ballot:
    """A present member's ballot, held, if the seat may act on it. Raises: NotFound."""
    held = select(Ballot).where(Ballot.id == ballot_id).with_for_update(of=Ballot)
    return check_reach(seat, session.scalar(held.execution_options(populate_existing=True)))


def find_ballot(session: Session, seat: Seat, ballot_id: int) -> Ballot:
    """A present member's ballot, if the seat may act on it. Raises: NotFound."""
    return check_reach(seat, session.get(Ballot, ballot_id))


def check_reach(seat: Seat, ballot: Ballot | None) -> Ballot:
    """The ballot, if it is there and within the reach of the seat. Raises: NotFound."""
    if (
        ballot is None
        or ballot.member.evaluation_id != seat.evaluation.id
        or ballot.member.removed_at is not None
    ):
        raise make_not_found()
    refuse_recused(seat, ballot.vendor_id)
    return ballot


def _explain_gaps(left: list[Criterion], reasons: Mapping[int, str]) -> dict[Criterion, str]:
    """Why each of these criteria has no mark. Raises: NotReady naming those without a reason."""
    given = {
        row: clean_text(reasons.get(row.id, ""), limit=limits.SHORT_TEXT, field=f"gap-{row.id}")
        for row in left
    }
    silent = [row for row, why in given.items() if not why]
    if silent:
        raise NotReady(
            N_(
                "Criteria without a mark: %(count)s. Mark them, or say why you leave them unmarked."
            ),
            [
                Invalid(
                    N_("“%(criterion)s” has no mark: say why."),
                    criterion=name_in_refusal(row),
                    field=f"gap-{row.id}",
                )
                for row in silent
            ],
            count=len(silent),
        )
    return given


def seal_ballot(session: Session, ballot: Ballot, slug: str, at: datetime) -> SealedBallot:
    """The ballot as it stands, as its next sealed version; its state is the caller's to change."""
    content = SealedContent(
        evaluation=slug,
        vendor=ballot.vendor.code,
        reviewer=ballot.member.name,
        number=ballot.seals + 1,
        at=at,
        blind=ballot.changed_after_shown_at is None,
        nonce=secrets.token_hex(16),
        marks=serialize_ballot_marks(session, ballot.id),
        gaps=serialize_ballot_gaps(session, ballot.id),
    ).text()
    sealed = SealedBallot(
        evaluation_id=ballot.evaluation_id,
        ballot_id=ballot.id,
        number=ballot.seals + 1,
        sealed_at=at,
        content=content,
        receipt=receipt_of(content),
    )
    ballot.seals += 1
    session.add(sealed)
    return sealed


def _find_last_seal(session: Session, ballot: Ballot) -> SealedBallot | None:
    """The version under which the ballot is sealed now; none for one that was imported, or opened
    and filled up out of a file."""
    return session.scalar(
        select(SealedBallot).where(
            SealedBallot.ballot_id == ballot.id,
            SealedBallot.number == ballot.seals,
            SealedBallot.reopened_at.is_(None),
        )
    )
