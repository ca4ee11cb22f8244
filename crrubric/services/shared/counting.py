"""Whose marks count is settled when the committee sees the ballots."""

from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.translation import N_
from crrubric.models import Evaluation


def refuse_once_shown(evaluation: Evaluation, *, field: str = "") -> None:
    """Raise Invalid for what would take marks out of the count, or bring them back, once seen.

    Whoever has read the ballots could choose the result by choosing the reviewers, even after a
    step back to scoring.
    """
    if evaluation.shown_at is not None:
        raise Invalid(
            N_(
                "The committee has seen the ballots: whose marks count is not changed any more, for"
                " that could turn the result."
            ),
            field=field,
        )


def refuse_scorer_once_shown(evaluation: Evaluation, *, field: str = "") -> None:
    """Raise Invalid for one more reviewer: unmarked, they turn what is decided into undecided."""
    if evaluation.shown_at is not None:
        raise Invalid(
            N_(
                "The committee has seen the ballots: nobody becomes a reviewer any more, for that"
                " could turn the result. You can invite people as observers."
            ),
            field=field,
        )


def refuse_assignment_once_shown(evaluation: Evaluation) -> None:
    """Raise WrongPhase for another assignment: whoever is to mark counts, marked or not."""
    if evaluation.shown_at is not None:
        raise WrongPhase(
            N_(
                "The committee has seen the ballots: who marks what is not changed any more, for"
                " that could turn the result. Whoever has not marked yet still can; what stays"
                " open, the meeting decides with a finding."
            ),
        )
