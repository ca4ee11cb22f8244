"""Votes on a motion: never more than there can have been."""

from dataclasses import dataclass

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True)
class VotersInTheRoom:
    """How many can have voted: chairs and reviewers recorded as present, else all of them."""

    count: int
    recorded: bool


def refuse_excess_votes(votes: int, voters: VotersInTheRoom) -> None:
    """Raise Invalid (field "in_favor") if more votes are counted than there can have been."""
    if votes <= voters.count:
        return
    message = (
        N_(
            "%(votes)s votes are more than the chairs and reviewers recorded as present: %(count)s."
            " Observers do not vote. Count again, or record first who is present."
        )
        if voters.recorded
        else N_(
            "%(votes)s votes are more than the committee has chairs and reviewers: %(count)s."
            " Observers do not vote. Count again, and record who is present."
        )
    )
    raise Invalid(message, votes=votes, count=voters.count, field="in_favor")
