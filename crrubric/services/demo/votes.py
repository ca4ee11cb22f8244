"""The votes on must-haves of the demo's evaluations."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crrubric.domain.events import Event
from crrubric.models import CastVote, MustHaveVote, SealedVote, VoteCount
from crrubric.queries.people.people import actor_of
from crrubric.queries.planning.votes import tally_of, wording_of
from crrubric.services.demo.practice import ANSWERS
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.votes import seal_votes, serialize_count, store_counts
from crrubric.services.shared.journal import ROW, EntryReferences, note_event


def add_vote(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """A round with its answers, a letter a criterion; one that is closed, with what was settled."""
    told = row.get("vote")
    if told is None:
        return
    opened = cast.ago(told["opened_days_ago"])
    vote = MustHaveVote(
        evaluation_id=cast.evaluation.id, number=1, opened_at=opened, opened_by=cast.chair.name
    )
    cast.session.add(vote)
    cast.session.flush()
    note_vote(cast, Event.VOTE_OPENED, opened, after={"vote": 1})
    days = told.get("closed_days_ago")
    when = cast.ago(told["opened_days_ago"] - 0.5)
    add_vote_answers(cast, vote, row, when)
    people = told["answers"] if days is not None else told["submitted"]
    sealed = [seal_demo_votes(cast, vote, person, when) for person in people]
    if days is not None:
        close_demo_vote(cast, vote, sealed, cast.ago(days))
        settle_demo_vote(cast, vote, row, cast.ago(days - 0.5))


def add_vote_answers(
    cast: DemoEvaluation, vote: MustHaveVote, row: Mapping[str, Any], when: datetime
) -> None:
    """What everybody answered, with their reasons."""
    notes = {(note["person"], note["criterion"]): note["note"] for note in row.get("voted", ())}
    for person, letters in row["vote"]["answers"].items():
        for criterion, letter in zip(cast.criteria.values(), letters, strict=True):
            if letter != "-":
                cast.session.add(
                    CastVote(
                        evaluation_id=cast.evaluation.id,
                        vote_id=vote.id,
                        member_id=cast.members[person].id,
                        criterion_id=criterion.id,
                        answer=ANSWERS[letter],
                        note=notes.get((person, criterion.code), ""),
                        wording=wording_of(criterion),
                        marked_at=when,
                    )
                )
    cast.session.flush()


def seal_demo_votes(
    cast: DemoEvaluation, vote: MustHaveVote, person: str, when: datetime
) -> SealedVote:
    """Somebody's answers, submitted."""
    member = cast.members[person]
    sealed = seal_votes(cast.session, cast.evaluation, vote, member, by_closing=False, at=when)
    cast.session.flush()
    note_event(
        cast.session,
        actor_of(cast.users[person]),
        Event.VOTE_SUBMITTED,
        evaluation_id=cast.evaluation.id,
        about=EntryReferences(member_id=member.id),
        after={"vote": 1, "number": sealed.number, "receipt": sealed.receipt},
        at=when,
    )
    return sealed


def close_demo_vote(
    cast: DemoEvaluation, vote: MustHaveVote, sealed: Iterable[SealedVote], when: datetime
) -> None:
    """The round is closed, and counted."""
    rows = sorted(sealed, key=lambda row: row.member_id)
    for row in rows:
        row.counted = True
    counts = store_counts(cast.session, vote)
    vote.closed_at, vote.closed_by = when, cast.chair.name
    cast.session.flush()
    told = {
        "sealed": [
            {"member": row.member_id, "number": row.number, "receipt": row.receipt} for row in rows
        ],
        "counts": [serialize_count(row) for row in counts],
    }
    note_vote(cast, Event.VOTE_CLOSED, when, after={"vote": 1, ROW: told})


def settle_demo_vote(
    cast: DemoEvaluation, vote: MustHaveVote, row: Mapping[str, Any], when: datetime
) -> None:
    """As the vote proposes, or as the file says with a reason; the rubric has it already."""
    otherwise = {each["criterion"]: each for each in row.get("settled", ())}
    for code, criterion in cast.criteria.items():
        count = cast.session.get_one(VoteCount, (vote.id, criterion.id))
        told = otherwise.get(code, {"must_have": tally_of(count).proposal, "reason": ""})
        count.adopted, count.reason = told["must_have"], told["reason"]
        count.decided_by, count.decided_at = cast.chair.name, when
        note_vote(
            cast,
            Event.VOTE_ADOPTED,
            when,
            subject=criterion.title,
            about=EntryReferences(criterion_id=criterion.id),
            after={"vote": 1, "must_have": count.adopted},
            reason=count.reason,
        )


def note_vote(cast: DemoEvaluation, event: Event, when: datetime, **values: Any) -> None:
    """An entry of the chair's."""
    note_event(cast.session, cast.chair, event, evaluation_id=cast.evaluation.id, at=when, **values)
