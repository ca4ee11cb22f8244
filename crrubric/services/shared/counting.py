"""Whose marks count is settled when the committee sees the ballots."""

from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.translation import N_
from crrubric.models import Evaluation
from crrubric.queries.ballots.on_behalf import has_ballot_on_behalf, has_entered_ballot
from crrubric.queries.people.people import Actor

# what somebody is told who stays away from a vendor, by what they would do
ASKS_AGAIN = N_(
    "You have a conflict of interest with %(vendor)s, and this opens its ballots as well: another"
    " chair lets reviewers mark again. You can make another member of the committee a chair."
)
CHOOSES_SCORERS = N_(
    "You have a conflict of interest with %(vendor)s: while ballots are open, another chair changes"
    " who scores. You can make another member of the committee a chair."
)


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


def refuse_choice_of_ballots(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    member_id: int,
    *,
    vendor_id: int | None = None,
    field: str = "",
) -> None:
    """Raise Invalid for what takes ballots of a member out of the count, or brings them back.

    As `refuse_once_shown`; and whoever has entered a ballot for somebody has seen it before that:
    they choose nobody's, and what was seen so is chosen by nobody.
    Args: vendor_id: the one ballot that it is about; None: all of the member.
    """
    refuse_once_shown(evaluation, field=field)
    refuse_who_entered(session, actor, evaluation, field=field)
    if has_ballot_on_behalf(session, member_id, vendor_id):
        raise Invalid(
            N_(
                "Somebody entered this reviewer’s ballot on their behalf, and saw it: whether it"
                " counts is not changed any more, for that could turn the result."
            ),
            field=field,
        )


def refuse_who_entered(
    session: Session, actor: Actor, evaluation: Evaluation, *, field: str = ""
) -> None:
    """Raise Invalid for a choice that somebody makes who has seen a ballot by entering it."""
    if has_entered_ballot(session, evaluation.id, actor.user_id):
        raise Invalid(
            N_(
                "You entered a ballot on behalf of a reviewer, and saw it: what counts is not for"
                " you to change any more, for that could turn the result. Another chair can."
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
