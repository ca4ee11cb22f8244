"""What a conflict of interest with a vendor keeps somebody from: every action says it here."""

from collections.abc import Mapping
from enum import Enum, auto

from crrubric.domain.actions import Action
from crrubric.domain.events import Event


class Restraint(Enum):
    """What who stays away from a vendor may not do of an action.

    READS: it is no act; what is read leaves the vendor out. OPEN: it is about no vendor, or about
    oneself. VENDOR: nothing about that vendor, as if there were none. WEIGHED: the act itself asks
    whether what is done turns the result. ONCE_SHOWN: nothing, once ballots were seen, and from
    the meeting on if there were none. ALWAYS: nothing.
    """

    READS = auto()
    OPEN = auto()
    VENDOR = auto()
    WEIGHED = auto()
    ONCE_SHOWN = auto()
    ALWAYS = auto()


RESTRAINTS: Mapping[Action, Restraint] = {
    **dict.fromkeys(
        (action for action in Action if action.name.startswith("VIEW_")), Restraint.READS
    ),
    Action.FOLLOW_MEETING: Restraint.READS,
    Action.TRY_WHAT_IF: Restraint.READS,
    Action.EXPORT_RESULTS: Restraint.READS,
    Action.EXPORT_MARKS: Restraint.READS,
    Action.EXPORT_RUBRIC: Restraint.READS,
    Action.MAKE_ARCHIVE: Restraint.READS,  # which is refused: it would leave out a vendor
    # the plan is of the program, and what is bought for it is not known while it is made
    Action.SET_TRIAGE: Restraint.OPEN,
    Action.ANSWER_PLAN: Restraint.OPEN,
    Action.MANAGE_PLAN: Restraint.OPEN,
    # until ballots are open nobody can aim
    Action.DELETE_EVALUATION: Restraint.OPEN,
    Action.MANAGE_COMMITTEE: Restraint.WEIGHED,
    Action.PRACTICE: Restraint.OPEN,
    Action.RUN_PRACTICE: Restraint.OPEN,
    Action.VOTE: Restraint.OPEN,
    Action.RUN_VOTE: Restraint.OPEN,
    # one's own
    Action.DECLARE: Restraint.OPEN,
    Action.CONFIRM_BALLOT: Restraint.OPEN,
    Action.RECORD_MARK: Restraint.VENDOR,
    Action.ATTACH_TO_MARK: Restraint.VENDOR,
    Action.STATE_POSITION: Restraint.VENDOR,
    Action.WAIVE_CONFLICT: Restraint.VENDOR,
    Action.MOVE_ITEM: Restraint.VENDOR,
    Action.MANAGE_ITEMS: Restraint.VENDOR,
    Action.EDIT_SETUP: Restraint.VENDOR,
    Action.ATTACH_TO_VENDOR: Restraint.VENDOR,
    Action.ASK_VENDOR: Restraint.VENDOR,
    Action.MANAGE_QUESTIONS: Restraint.VENDOR,
    Action.MANAGE_COMMITMENTS: Restraint.VENDOR,
    Action.WRITE_MEMO: Restraint.VENDOR,
    Action.REMIND: Restraint.VENDOR,
    Action.RUN_MEETING: Restraint.VENDOR,
    # also of competitors, where it does more than to adopt what the votes say
    Action.WITHDRAW_VENDOR: Restraint.WEIGHED,
    Action.ENTER_ON_BEHALF: Restraint.WEIGHED,
    Action.IMPORT_MARKS: Restraint.WEIGHED,
    Action.REOPEN_BALLOT: Restraint.WEIGHED,
    Action.MOVE_CLOSING_DAY: Restraint.WEIGHED,
    Action.CHANGE_PHASE: Restraint.WEIGHED,
    Action.RECORD_FINDING: Restraint.WEIGHED,
    Action.REINSTATE_VENDOR: Restraint.WEIGHED,
    Action.SET_RETENTION: Restraint.WEIGHED,  # to keep it longer harms nobody
    Action.MANAGE_PURCHASE: Restraint.WEIGHED,
    Action.SET_SEATS: Restraint.ONCE_SHOWN,  # by how many learners, one offer or another is cheaper
    # every item has a finding by then, and all prices open at once
    Action.OPEN_PRICES: Restraint.OPEN,
    Action.RENEW_EVALUATION: Restraint.OPEN,
    Action.CORRECT_RUBRIC: Restraint.ONCE_SHOWN,
    Action.SET_MEMO_NAMES: Restraint.ONCE_SHOWN,
    Action.RECORD_DECISION: Restraint.ALWAYS,
    Action.ISSUE_MEMO: Restraint.ALWAYS,
    Action.WRITE_LETTERS: Restraint.ALWAYS,
}

# What who stays away from a vendor does about it all the same: it is about themselves.
OF_ONESELF = frozenset(
    {
        Event.CONFLICT_DECLARED,
        Event.NO_CONFLICT_DECLARED,
        Event.CONFLICT_RETRACTED,
        Event.CONFLICT_REWORDED,
        Event.BALLOT_CONFIRMED,
        Event.BALLOT_DISPUTED,
    }
)
