"""What opening and closing a vote on must-haves will do."""

from collections.abc import Iterable
from dataclasses import dataclass

from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.translation import N_

FEW = 3  # reviewers: with fewer, counts can tell how somebody voted


def foresee_vote_opening(
    *, criteria: int, reviewers: int, told: Iterable[str], earlier: bool
) -> Foreseen:
    """The round begins. Args: told: who gets a notice; earlier: there was a round before."""
    names = tuple(told)
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(
                        N_(
                            "Each reviewer says YES or NO for each criterion in use, alone."
                            " Reviewers: %(reviewers)s. Criteria: %(criteria)s."
                        ),
                        {"reviewers": reviewers, "criteria": criteria},
                    ),
                ),
                (
                    True,
                    Remark(
                        N_(
                            "Until you close the vote, nobody sees an answer or a count, you"
                            " included: you see only who has submitted."
                        )
                    ),
                ),
                (True, Remark(N_("You can still change the rubric while the vote is open."))),
                (earlier, Remark(N_("The earlier vote stays in the record, with its counts."))),
                (names, make_list_remark(N_("Notified of it, %(count)s:"), names)),
            ]
        ),
        keep_remarks([(reviewers < FEW, warn_of_few(reviewers))]),
    )


def warn_of_few(reviewers: int) -> Remark:
    """So few vote that a count tells more than it should."""
    return Remark(
        N_(
            "With so few reviewers, a count can tell how somebody voted. Reviewers who vote:"
            " %(count)s."
        ),
        {"count": reviewers},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How far one reviewer is; never what they answered."""

    name: str
    answered: int
    submitted: bool


def foresee_vote_closing(turnout: Iterable[Turnout], *, told: Iterable[str]) -> Foreseen:
    """The round ends. Args: turnout: of all present reviewers; told: who gets a notice."""
    rows, names = tuple(turnout), tuple(told)
    begun = [row for row in rows if row.answered and not row.submitted]
    silent = [row for row in rows if not row.answered]
    voters = len(rows) - len(silent)
    return Foreseen(
        keep_remarks(
            [
                (True, Remark(N_("No answer can be changed any more."))),
                (
                    True,
                    Remark(
                        N_(
                            "Everybody sees at the same time, for each criterion, how many said"
                            " YES and how many NO, and the reasons without names. That can’t be"
                            " undone."
                        )
                    ),
                ),
                (
                    True,
                    Remark(
                        N_(
                            "The majority proposes the must-haves. Nothing in the rubric changes"
                            " until you adopt it."
                        )
                    ),
                ),
                (names, make_list_remark(N_("Notified of it, %(count)s:"), names)),
            ]
        ),
        keep_remarks(
            [
                (
                    begun,
                    make_list_remark(
                        N_(
                            "Not submitted, %(count)s of %(all)s. Their answers are sealed and"
                            " count as they are:"
                        ),
                        [row.name for row in begun],
                        all=len(rows),
                    ),
                ),
                (
                    silent,
                    make_list_remark(
                        N_("Have not answered anything, %(count)s of %(all)s:"),
                        [row.name for row in silent],
                        all=len(rows),
                    ),
                ),
                (voters < FEW, warn_of_few(voters)),
            ]
        ),
    )
