"""The vote on must-haves: opened and closed by the chair, answered blind by each reviewer."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.errors import (
    Invalid,
    Reworded,
    Stale,
    WrongPhase,
)
from crrubric.domain.events import Event
from crrubric.domain.planning.votes import SealedAnswers
from crrubric.domain.text import clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Answer, NoticeKind
from crrubric.models import (
    CastVote,
    Criterion,
    Evaluation,
    Member,
    MustHaveVote,
    SealedVote,
    VoteCount,
)
from crrubric.queries.people.access import (
    Seat,
    hold_seat,
    make_not_found,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor, is_present_reviewer
from crrubric.queries.planning.votes import (
    count_votes,
    find_newest_vote,
    find_valid_seal,
    foresee_closing_of_vote,
    foresee_opening_of_vote,
    list_own_sealed_votes,
    list_vote_obstacles,
    load_own_votes,
    serialize_votes,
    wording_of,
)
from crrubric.services.mail.notices import list_other_members, notify_members
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_mark

NOT_OPEN = N_("No vote on must-haves is open.")
IS_CLOSED = N_("The vote on must-haves is closed: its answers stay as they are.")
IS_SUBMITTED = N_("Your answers are submitted and sealed: they can’t be changed.")


def open_vote(actor: Actor, slug: str, *, seen: str | None = None) -> MustHaveVote:
    """Begin a round: every reviewer is asked, and told. An earlier one stays.

    Args: seen: the fingerprint of what the page before said. Raises: WrongPhase if one is open;
    Invalid without a criterion or a reviewer; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_VOTE, slug)
        evaluation = seat.evaluation
        newest = find_newest_vote(session, evaluation.id)
        if newest is not None and newest.closed_at is None:
            raise WrongPhase(N_("A vote on must-haves is open already."))
        for problem in list_vote_obstacles(session, evaluation.id):
            raise problem
        refuse_unforeseen(foresee_opening_of_vote(session, seat), seen)
        vote = MustHaveVote(
            evaluation_id=evaluation.id,
            number=1 if newest is None else newest.number + 1,
            opened_at=now_utc(),
            opened_by=actor.name,
        )
        session.add(vote)
        note_event(
            session,
            actor,
            Event.VOTE_OPENED,
            evaluation_id=evaluation.id,
            after={"vote": vote.number},
        )
        reviewers = session.scalars(select(Member.id).where(is_present_reviewer(evaluation.id)))
        told = set(reviewers) & set(list_other_members(session, evaluation.id, actor))
        notify_members(session, told, NoticeKind.VOTE_OPENED, {}, vendor_id=None)
    return vote


def record_vote(
    actor: Actor,
    slug: str,
    criterion_id: int,
    *,
    answer: Answer,
    note: str = "",
    seen_version: int,
    seen_wording: int | None = None,
) -> CastVote:
    """Store the actor's answer for one criterion. The journal tells of it once it is sealed.

    Args: seen_version: of the answer that the page showed; 0 where there was none. seen_wording:
    of `wording_of`, what the page asked; None compares nothing.
    Raises: WrongPhase if no round is open or the answers are sealed; Reworded, Stale, Invalid and
    NotFound as for a ballot.
    """
    words = clean_text(note, limit=limits.NOTE, field="note")
    if not answer.decisive:
        raise Invalid(N_("Answer YES or NO."), field="answer")
    with unit_of_work() as session:
        seat, member = _lock_voter(session, actor, slug, exclusive=False)
        vote = require_open_vote(session, seat.evaluation)
        refuse_sealed_votes(session, vote, member)
        criterion = find_voted_criterion(session, seat.evaluation, criterion_id)
        _require_same_words(criterion, seen_wording)
        key = (vote.id, member.id, criterion.id)
        cast = session.get(CastVote, key, populate_existing=True)
        new = (answer, words, wording_of(criterion))
        if cast is not None and (cast.answer, cast.note, cast.wording) == new:
            return cast
        refuse_unseen_mark(cast, seen_version)
        if cast is None:
            cast = CastVote(
                evaluation_id=seat.evaluation.id,
                vote_id=vote.id,
                member_id=member.id,
                criterion_id=criterion.id,
                version=0,
            )
            session.add(cast)
        cast.answer, cast.note, cast.wording = new
        cast.version += 1
        cast.marked_at = now_utc()
    return cast


def submit_vote(actor: Actor, slug: str, *, seen: str | None = None) -> SealedVote:
    """Seal the actor's answers and give the receipt. What has no answer is not counted.

    Args: seen: the version of the answers that the page showed. Raises: WrongPhase; Invalid
    without any answer; Stale if one was saved elsewhere since.
    """
    with unit_of_work() as session:
        # held alone: no answer is saved between the reading and the sealing
        seat, member = _lock_voter(session, actor, slug, exclusive=True)
        vote = require_open_vote(session, seat.evaluation)
        refuse_sealed_votes(session, vote, member)
        answers = load_own_votes(session, vote, member)
        if not answers:
            raise Invalid(N_("Answer at least one criterion first."))
        if seen is not None and fingerprint_values(read_vote_versions(answers)) != seen:
            raise Stale(
                N_(
                    "Your answers changed after you opened this page, so they are not submitted."
                    " Read them as they are now, then submit."
                )
            )
        sealed = seal_votes(session, seat.evaluation, vote, member, by_closing=False, at=now_utc())
        note_event(
            session,
            actor,
            Event.VOTE_SUBMITTED,
            evaluation_id=seat.evaluation.id,
            about=EntryReferences(member_id=member.id),
            after={"vote": vote.number, "number": sealed.number, "receipt": sealed.receipt},
        )
    return sealed


def read_vote_versions(answers: Mapping[int, CastVote]) -> dict[str, object]:
    """Which answers there are, each in which version."""
    return {str(key): [row.version, row.marked_at] for key, row in answers.items()}


def reopen_vote(actor: Actor, slug: str, member_id: int, *, reason: str) -> SealedVote:
    """Give submitted answers back to their reviewer, who is told; the sealed version stays.

    Raises: NotFound for a member of another evaluation; WrongPhase if nothing is sealed, or no
    round is open.
    """
    why = require_text(
        reason,
        N_("Say why the ballot is reopened: its reviewer reads it."),
        limit=limits.NOTE,
        field="reason",
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_VOTE, slug)
        member = find_voter(session, seat, member_id)
        vote = require_open_vote(session, seat.evaluation)
        sealed = find_valid_seal(session, vote, member.id)
        if sealed is None:
            raise WrongPhase(N_("This ballot is open already."))
        sealed.reopened_at, sealed.reopened_by, sealed.reopen_reason = now_utc(), actor.name, why
        note_event(
            session,
            actor,
            Event.VOTE_REOPENED,
            evaluation_id=seat.evaluation.id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
            before={"vote": vote.number, "number": sealed.number, "receipt": sealed.receipt},
            reason=why,
        )
        facts = {"reason": why}
        notify_members(session, [member.id], NoticeKind.VOTE_REOPENED, facts, vendor_id=None)
    return sealed


def close_vote(actor: Actor, slug: str, *, seen: str | None = None) -> MustHaveVote:
    """End the round: answers are sealed as they stand, counted, and shown to everybody at once.

    Args: seen: the fingerprint of what the page before said. Raises: WrongPhase; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_VOTE, slug)
        evaluation = seat.evaluation
        vote = require_open_vote(session, evaluation)
        refuse_unforeseen(foresee_closing_of_vote(session, seat, vote), seen)
        sealed = _seal_present_voters(session, evaluation, vote)
        counts = store_counts(session, vote)
        vote.closed_at, vote.closed_by = now_utc(), actor.name
        session.flush()
        note_event(
            session,
            actor,
            Event.VOTE_CLOSED,
            evaluation_id=evaluation.id,
            after={
                "vote": vote.number,
                ROW: {
                    "sealed": [
                        {"member": row.member_id, "number": row.number, "receipt": row.receipt}
                        for row in sealed
                    ],
                    "counts": [serialize_count(row) for row in counts],
                },
            },
        )
        members = list_other_members(session, evaluation.id, actor)
        notify_members(session, members, NoticeKind.VOTE_CLOSED, {}, vendor_id=None)
    return vote


def _seal_present_voters(
    session: Session, evaluation: Evaluation, vote: MustHaveVote
) -> list[SealedVote]:
    """Seal what present reviewers answered and did not submit; all that is counted, in order."""
    found = []
    for member in session.scalars(
        select(Member).where(is_present_reviewer(evaluation.id)).order_by(Member.id)
    ):
        sealed = find_valid_seal(session, vote, member.id)
        if sealed is None and load_own_votes(session, vote, member):
            sealed = seal_votes(session, evaluation, vote, member, by_closing=True, at=now_utc())
        if sealed is not None:
            sealed.counted = True
            found.append(sealed)
    session.flush()
    return found


def store_counts(session: Session, vote: MustHaveVote) -> list[VoteCount]:
    """The counts of every criterion in use, with the words that it asks."""
    tallies = count_votes(session, vote)
    rows = []
    for key, tally in sorted(tallies.items()):
        criterion = session.get_one(Criterion, key)
        rows.append(
            VoteCount(
                evaluation_id=vote.evaluation_id,
                vote_id=vote.id,
                criterion_id=key,
                title=criterion.title,
                question=criterion.question,
                yes=tally.yes,
                no=tally.no,
                reworded=tally.reworded,
            )
        )
    session.add_all(rows)
    return rows


def serialize_count(row: VoteCount) -> dict[str, object]:
    """A count as the journal keeps it."""
    told = ("title", "question", "yes", "no", "reworded")
    return {"criterion": row.criterion_id, **{key: getattr(row, key) for key in told}}


def require_open_vote(session: Session, evaluation: Evaluation) -> MustHaveVote:
    """The round that is open. Raises: WrongPhase if there is none."""
    newest = find_newest_vote(session, evaluation.id)
    if newest is None:
        raise WrongPhase(NOT_OPEN)
    if newest.closed_at is not None:
        raise WrongPhase(IS_CLOSED)
    return newest


def refuse_sealed_votes(session: Session, vote: MustHaveVote, member: Member) -> None:
    """Raise WrongPhase if the member's answers are sealed now."""
    if find_valid_seal(session, vote, member.id) is not None:
        raise WrongPhase(IS_SUBMITTED)


def find_voted_criterion(session: Session, evaluation: Evaluation, criterion_id: int) -> Criterion:
    """A criterion that is in use: everybody votes on all of them. Raises: NotFound."""
    criterion = session.get(Criterion, criterion_id, populate_existing=True)
    if criterion is None or criterion.evaluation_id != evaluation.id or criterion.left_out:
        raise make_not_found()
    return criterion


def find_voter(session: Session, seat: Seat, member_id: int) -> Member:
    """A present reviewer of the evaluation. Raises: NotFound."""
    member = session.scalar(
        select(Member).where(Member.id == member_id, is_present_reviewer(seat.evaluation.id))
    )
    if member is None:
        raise make_not_found()
    return member


def _lock_voter(
    session: Session, actor: Actor, slug: str, *, exclusive: bool
) -> tuple[Seat, Member]:
    """The actor's seat as a reviewer, held. Raises: NotFound, WrongPhase."""
    seat = require_locked_seat(session, actor, Action.VOTE, slug, exclusive=exclusive)
    if seat.member is None:
        raise make_not_found()
    hold_seat(session, seat.member)
    return seat, seat.member


def _require_same_words(criterion: Criterion, seen: int | None) -> None:
    """Raise Reworded if the criterion was reworded after it was read."""
    wording = wording_of(criterion)
    if seen is not None and wording != seen:
        raise Reworded(
            N_("This criterion was reworded after you opened it. Read what it asks now."), wording
        )


def seal_votes(
    session: Session,
    evaluation: Evaluation,
    vote: MustHaveVote,
    member: Member,
    *,
    by_closing: bool,
    at: datetime,
) -> SealedVote:
    """The member's answers as they stand, as their next sealed version."""
    session.flush()
    number = len(list_own_sealed_votes(session, vote, member)) + 1
    content = SealedAnswers(
        evaluation=evaluation.slug,
        vote=vote.number,
        reviewer=member.name,
        number=number,
        at=at,
        by_closing=by_closing,
        nonce=secrets.token_hex(16),
        answers=serialize_votes(session, vote.id, member.id),
    ).text()
    sealed = SealedVote(
        evaluation_id=evaluation.id,
        vote_id=vote.id,
        member_id=member.id,
        number=number,
        sealed_at=at,
        content=content,
        receipt=receipt_of(content),
    )
    session.add(sealed)
    return sealed
