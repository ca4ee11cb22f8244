"""What the chair makes of a vote on must-haves, criterion by criterion."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import (
    Invalid,
    WrongPhase,
    clean_together,
    refuse_together,
)
from crrubric.domain.events import Event
from crrubric.domain.planning.votes import needs_reason
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.models import (
    MustHaveVote,
)
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.votes import (
    VoteResult,
    find_newest_vote,
    list_vote_results,
    read_settled_values,
)
from crrubric.services.setup.rubrics import write_criterion_values
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMustHave:
    """What the chair makes of the vote on one criterion; the reason where the vote says otherwise,
    or nothing."""

    must_have: bool
    reason: str = ""


def settle_must_haves(
    actor: Actor,
    slug: str,
    number: int,
    given: Mapping[int, SettledMustHave],
    *,
    seen: str | None = None,
) -> int:
    """Set must-haves as the vote proposes, or otherwise with a reason; how many were settled.

    Args: number: of the round, which is the last and closed; given: by criterion id; seen: the
    version that the form showed.
    Raises: Invalid for every reason that is missing (field "<id>-reason"); Stale; WrongPhase if
    another round was opened since; NotFound for what was not voted on, or is not in use.
    """
    tidy = clean_together(
        **{f"c{key}": partial(_clean_settled, key, row) for key, row in given.items()}
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.RUN_VOTE, slug)
        vote = find_newest_vote(session, seat.evaluation.id)
        if vote is None or vote.number < number:
            raise make_not_found()
        if vote.closed_at is None or vote.number != number:
            raise WrongPhase(N_("A newer vote on must-haves was opened: its counts decide."))
        rows = list_settleable(list_vote_results(session, vote))
        if not given.keys() <= rows.keys():
            raise make_not_found()
        wanted = {key: tidy[f"c{key}"] for key in given}
        refuse_together(
            *(partial(_check_settled, rows[key], settled) for key, settled in wanted.items())
        )
        stored = read_settled_values(rows.values())
        refuse_unseen_change(stored, {**stored, **_name_settled(wanted)}, seen)
        changed = [_settle(session, actor, vote, rows[key], row) for key, row in wanted.items()]
    return sum(changed)


def list_settleable(results: list[VoteResult]) -> dict[int, VoteResult]:
    """By criterion id, what the chair can settle: criteria that are still in use."""
    return {row.criterion.id: row for row in results if not row.criterion.left_out}


def _clean_settled(key: int, settled: SettledMustHave) -> SettledMustHave:
    words = clean_text(settled.reason, limit=limits.NOTE, field=f"{key}-reason")
    return replace(settled, reason=words)


def _check_settled(row: VoteResult, settled: SettledMustHave) -> None:
    """Raise Invalid where a reason is missing."""
    proposal = row.tally.proposal
    if settled.reason or not needs_reason(proposal, settled.must_have):
        return
    text = N_("The vote says otherwise: say why.")
    if proposal is None:
        text = N_("The vote proposes nothing here: say why.")
    raise Invalid(text, field=f"{row.criterion.id}-reason")


def _name_settled(wanted: Mapping[int, SettledMustHave]) -> dict[str, object]:
    """What is wanted as values by name."""
    found: dict[str, object] = {}
    for key, row in wanted.items():
        found |= {
            f"{key}-adopted": row.must_have,
            f"{key}-reason": row.reason,
            f"{key}-must_have": row.must_have,
        }
    return found


def _settle(
    session: Session, actor: Actor, vote: MustHaveVote, row: VoteResult, settled: SettledMustHave
) -> bool:
    """Settle one criterion and set its must-have, each with its entry; whether anything changed."""
    count, criterion = row.count, row.criterion
    new = (settled.must_have, settled.reason)
    told = write_criterion_values(session, actor, criterion, {"must_have": settled.must_have})
    if (count.adopted, count.reason) == new:
        return bool(told)
    before = None if count.adopted is None else {"must_have": count.adopted}
    count.adopted, count.reason = new
    count.decided_by, count.decided_at = actor.name, now_utc()
    note_event(
        session,
        actor,
        Event.VOTE_ADOPTED,
        evaluation_id=vote.evaluation_id,
        subject=criterion.title,
        about=EntryReferences(criterion_id=criterion.id),
        before=before,
        after={"vote": vote.number, "must_have": settled.must_have},
        reason=settled.reason,
    )
    return True
