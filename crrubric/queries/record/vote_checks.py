"""Are sealed answers of votes on must-haves what was sealed, and are the counts theirs?"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.planning.votes import number_wording
from crrubric.domain.record.chain import to_canonical_json
from crrubric.domain.translation import N_
from crrubric.models import Criterion, MustHaveVote, SealedVote, VoteCount
from crrubric.queries.planning.votes import serialize_votes

Said = Counter[tuple[str, str, int]]  # criterion, answer and wording -> how many


def check_votes(session: Session) -> Iterator[CrrubricError]:
    """Every problem of every round."""
    for vote in session.scalars(select(MustHaveVote).order_by(MustHaveVote.id)):
        said: Said = Counter()
        for sealed in session.scalars(
            select(SealedVote).where(SealedVote.vote_id == vote.id).order_by(SealedVote.id)
        ):
            yield from _check_sealed_vote(session, vote, sealed)
            if sealed.counted:
                said.update(_read_answers(sealed))
        yield from _check_counts(session, vote, said)


def _read_answers(sealed: SealedVote) -> list[tuple[str, str, int]]:
    """Criterion, answer and wording of each sealed answer."""
    answers = json.loads(sealed.content)["answers"]
    return [(code, row["answer"], row["wording"]) for code, row in answers.items()]


def _check_sealed_vote(
    session: Session, vote: MustHaveVote, sealed: SealedVote
) -> Iterator[CrrubricError]:
    values: dict[str, Any] = {
        "vote": vote.number, "member": sealed.member_id, "number": sealed.number,
    }  # fmt: skip
    content = json.loads(sealed.content)
    moment = datetime.fromisoformat(content["sealed_at"])
    itself = (vote.number, sealed.number, sealed.sealed_at)
    if receipt_of(sealed.content) != sealed.receipt:
        yield Invalid(
            N_(
                "Vote %(vote)s on must-haves, answers of member %(member)s, version %(number)s:"
                " the receipt does not match."
            ),
            **values,
        )
    elif (content["vote"], content["number"], moment) != itself:
        yield Invalid(
            N_(
                "Vote %(vote)s on must-haves, answers of member %(member)s, version %(number)s:"
                " they were sealed as others."
            ),
            **values,
        )
    elif sealed.reopened_at is None:
        now = serialize_votes(session, vote.id, sealed.member_id)
        if to_canonical_json(now) != to_canonical_json(content["answers"]):
            yield Invalid(
                N_(
                    "Vote %(vote)s on must-haves: the answers of member %(member)s differ from"
                    " those that were sealed."
                ),
                **values,
            )


def _check_counts(session: Session, vote: MustHaveVote, said: Said) -> Iterator[CrrubricError]:
    """Counts that are not those of the answers that were counted."""
    rows = session.execute(
        select(Criterion.code, VoteCount)
        .join(VoteCount, VoteCount.criterion_id == Criterion.id)
        .where(VoteCount.vote_id == vote.id)
        .order_by(Criterion.id)
    )
    for code, count in rows:
        asked = number_wording(count.title, count.question)
        own = {key[1:]: number for key, number in said.items() if key[0] == code}
        found = (
            sum(number for (answer, _words), number in own.items() if answer == "YES"),
            sum(number for (answer, _words), number in own.items() if answer == "NO"),
            sum(number for (_answer, words), number in own.items() if words != asked),
        )
        if found != (count.yes, count.no, count.reworded):
            yield Invalid(
                N_(
                    "Vote %(vote)s on must-haves: the counts for “%(criterion)s” are not those of"
                    " the answers."
                ),
                vote=vote.number,
                criterion=count.title,
            )
