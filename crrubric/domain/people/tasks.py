"""What waits for somebody in one evaluation: from plain facts, in the order of what comes first."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from crrubric.domain.actions import Action
from crrubric.domain.policy import is_allowed
from crrubric.domain.vocabulary import Phase, Role


class TaskKind(Enum):
    """A thing that waits to be done."""

    VOTE = auto()  # on must-haves
    PRACTICE = auto()
    CONFIRM = auto()  # ballots entered on one's behalf
    DECLARE = auto()
    SCORE = auto()
    READ_ANSWERS = auto()  # of vendors, where one could not tell
    FOLLOW_MEETING = auto()
    STATE_POSITION = auto()
    SET_UP = auto()
    CLOSE_VOTE = auto()  # on must-haves
    SETTLE_MUST_HAVES = auto()  # as the vote proposes
    SHOW_PRACTICE = auto()
    SORT_ASKINGS = auto()  # what reviewers ask of vendors
    SEND_QUESTIONS = auto()
    INVITE_AGAIN = auto()  # reviewers who have not signed up
    CLOSE_SCORING = auto()
    START_MEETING = auto()
    SETTLE_ITEMS = auto()
    OPEN_PRICES = auto()
    RECORD_DECISION = auto()
    FINALIZE = auto()
    ISSUE_MEMO = auto()
    SET_RETENTION = auto()


@dataclass(frozen=True, slots=True)
class Task:
    """What waits, and how much of it; 1 where it is not counted."""

    kind: TaskKind
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What is known of one evaluation for one seat, without vendors that it stays away from.

    own_open: own ballots to submit; undeclared: those of them without a declaration; to_confirm:
    entered on one's behalf; answered: answers of vendors where one's own open ballot says CAN'T
    TELL. not_come: reviewers who have open ballots and have not signed up yet. open_ballots:
    everybody's; not_practiced: reviewers who are not done, nor have answered everything. ended: the
    closing day or the hard end is over. without_finding: items. conflicts: of the person's own,
    with vendors in the selection.
    """

    roles: frozenset[Role]
    phase: Phase
    practice_over: bool = False
    practiced: bool = False
    not_practiced: int = 0
    vote_due: int = 0  # whether a vote on must-haves waits for one's own answers
    voting: int = 0  # whether one is open
    not_voted: int = 0  # reviewers who have not submitted in it
    unsettled: int = 0  # criteria of the last vote, if it is closed, that the chair has not settled
    refused: bool = False  # the hard end is over: nothing is taken
    ended: bool = False
    own_open: int = 0
    undeclared: int = 0
    to_confirm: int = 0
    answered: int = 0
    askings: int = 0
    drafts: int = 0
    not_come: int = 0
    open_ballots: int = 0
    meetings: int = 0
    sitting: int = 0  # whether a meeting is under way
    without_finding: int = 0
    prices_hidden: bool = False
    conflicts: int = 0
    decided: int = 0  # whether there is a recommendation
    position_due: int = 0
    issued: int = 0  # whether the memo is issued that tells of the decision
    retention_set: bool = False

    @property
    def follows(self) -> bool:
        """Whether the person follows a meeting that somebody else runs."""
        leads = is_allowed(self.roles, self.phase, Action.RUN_MEETING)
        return self.phase is Phase.MEETING and not leads

    @property
    def decidable(self) -> bool:
        """Whether the recommendation is the person's to record or make final now."""
        return not self.without_finding and not self.conflicts


# Who may do the action is told of the task; as often as the count says, 0 being not at all.
TASKS: tuple[tuple[TaskKind, Action, Callable[[TaskFacts], int]], ...] = (
    (TaskKind.VOTE, Action.VOTE, lambda it: it.vote_due),
    (TaskKind.PRACTICE, Action.PRACTICE, lambda it: not (it.practiced or it.practice_over)),
    (TaskKind.CONFIRM, Action.CONFIRM_BALLOT, lambda it: it.to_confirm),
    (TaskKind.DECLARE, Action.RECORD_MARK, lambda it: 0 if it.refused else it.undeclared),
    (TaskKind.SCORE, Action.RECORD_MARK, lambda it: 0 if it.refused else it.own_open),
    (TaskKind.READ_ANSWERS, Action.RECORD_MARK, lambda it: 0 if it.refused else it.answered),
    (TaskKind.FOLLOW_MEETING, Action.FOLLOW_MEETING, lambda it: it.follows and it.sitting),
    (TaskKind.STATE_POSITION, Action.STATE_POSITION, lambda it: it.position_due),
    (TaskKind.SET_UP, Action.EDIT_SETUP, lambda it: it.phase is Phase.SETUP),
    (TaskKind.CLOSE_VOTE, Action.RUN_VOTE, lambda it: it.voting and not it.not_voted),
    (TaskKind.SETTLE_MUST_HAVES, Action.RUN_VOTE, lambda it: it.unsettled),
    (
        TaskKind.SHOW_PRACTICE,
        Action.RUN_PRACTICE,
        lambda it: not (it.practice_over or it.not_practiced),
    ),
    (TaskKind.SORT_ASKINGS, Action.MANAGE_QUESTIONS, lambda it: it.askings),
    (TaskKind.SEND_QUESTIONS, Action.MANAGE_QUESTIONS, lambda it: it.drafts),
    (TaskKind.INVITE_AGAIN, Action.REMIND, lambda it: it.not_come),
    (TaskKind.CLOSE_SCORING, Action.REOPEN_BALLOT, lambda it: it.ended or not it.open_ballots),
    (TaskKind.START_MEETING, Action.RUN_MEETING, lambda it: not it.meetings),
    (
        TaskKind.SETTLE_ITEMS,
        Action.RUN_MEETING,
        lambda it: it.without_finding if it.meetings else 0,
    ),
    (
        TaskKind.OPEN_PRICES,
        Action.OPEN_PRICES,
        lambda it: it.prices_hidden and not it.without_finding,
    ),
    (TaskKind.RECORD_DECISION, Action.RECORD_DECISION, lambda it: it.decidable and not it.decided),
    (TaskKind.FINALIZE, Action.RECORD_DECISION, lambda it: it.decidable and it.decided),
    (TaskKind.ISSUE_MEMO, Action.ISSUE_MEMO, lambda it: not (it.issued or it.conflicts)),
    (TaskKind.SET_RETENTION, Action.SET_RETENTION, lambda it: not it.retention_set),
)


def list_tasks(facts: TaskFacts) -> tuple[Task, ...]:
    """What waits for the person now, in the order of the page."""
    return tuple(
        Task(kind, int(count))
        for kind, action, count_of in TASKS
        if is_allowed(facts.roles, facts.phase, action) and (count := count_of(facts))
    )
