"""What a conflict of interest with a vendor keeps somebody from: every action says it here."""

from collections.abc import Mapping
from enum import Enum, auto

from crrubric.domain.actions import Action
from crrubric.domain.events import Event


class Bar(Enum):
    """What who stays away from a vendor may not do of an action.

    READS: it is no act; what is read leaves the vendor out. OPEN: it is about no vendor, or about
    oneself. VENDOR: nothing about that vendor, as if there were none. WEIGHED: the act itself asks
    whether what is done turns the result. ONCE_SHOWN: nothing, once ballots were seen. ALWAYS:
    nothing.
    """

    READS = auto()
    OPEN = auto()
    VENDOR = auto()
    WEIGHED = auto()
    ONCE_SHOWN = auto()
    ALWAYS = auto()


BARS: Mapping[Action, Bar] = {
    **dict.fromkeys((action for action in Action if action.name.startswith("VIEW_")), Bar.READS),
    Action.FOLLOW_MEETING: Bar.READS,
    Action.TRY_WHAT_IF: Bar.READS,
    Action.EXPORT_RESULTS: Bar.READS,
    Action.EXPORT_MARKS: Bar.READS,
    Action.EXPORT_RUBRIC: Bar.READS,
    Action.MAKE_ARCHIVE: Bar.READS,  # which is refused: it would leave out a vendor
    # the plan is of the program, and what is bought for it is not known while it is made
    Action.SET_TRIAGE: Bar.OPEN,
    Action.SET_SEATS: Bar.OPEN,
    Action.ANSWER_PLAN: Bar.OPEN,
    Action.MANAGE_PLAN: Bar.OPEN,
    # until ballots are open nobody can aim
    Action.DELETE_EVALUATION: Bar.OPEN,
    Action.MANAGE_COMMITTEE: Bar.WEIGHED,
    Action.PRACTICE: Bar.OPEN,
    Action.RUN_PRACTICE: Bar.OPEN,
    Action.VOTE: Bar.OPEN,
    Action.RUN_VOTE: Bar.OPEN,
    # one's own
    Action.DECLARE: Bar.OPEN,
    Action.CONFIRM_BALLOT: Bar.OPEN,
    Action.RECORD_MARK: Bar.VENDOR,
    Action.ATTACH_TO_MARK: Bar.VENDOR,
    Action.STATE_POSITION: Bar.VENDOR,
    Action.WAIVE_CONFLICT: Bar.VENDOR,
    Action.MOVE_ITEM: Bar.VENDOR,
    Action.MANAGE_ITEMS: Bar.VENDOR,
    Action.EDIT_SETUP: Bar.VENDOR,
    Action.ATTACH_TO_VENDOR: Bar.VENDOR,
    Action.ASK_VENDOR: Bar.VENDOR,
    Action.MANAGE_QUESTIONS: Bar.VENDOR,
    Action.MANAGE_COMMITMENTS: Bar.VENDOR,
    Action.WRITE_MEMO: Bar.VENDOR,
    Action.REMIND: Bar.VENDOR,
    Action.RUN_MEETING: Bar.VENDOR,
    # also of competitors, where it does more than to adopt what the votes say
    Action.WITHDRAW_VENDOR: Bar.WEIGHED,
    Action.ENTER_ON_BEHALF: Bar.WEIGHED,
    Action.IMPORT_MARKS: Bar.WEIGHED,
    Action.REOPEN_BALLOT: Bar.WEIGHED,
    Action.MOVE_CLOSING_DAY: Bar.WEIGHED,
    Action.CHANGE_PHASE: Bar.WEIGHED,
    Action.RECORD_FINDING: Bar.WEIGHED,
    Action.REINSTATE_VENDOR: Bar.WEIGHED,
    Action.SET_RETENTION: Bar.WEIGHED,  # to keep it longer harms nobody
    Action.MANAGE_PURCHASE: Bar.WEIGHED,
    # every item has a finding by then, and all prices open at once
    Action.OPEN_PRICES: Bar.OPEN,
    Action.RENEW_EVALUATION: Bar.OPEN,
    Action.CORRECT_RUBRIC: Bar.ONCE_SHOWN,
    Action.SET_MEMO_NAMES: Bar.ONCE_SHOWN,
    Action.RECORD_DECISION: Bar.ALWAYS,
    Action.ISSUE_MEMO: Bar.ALWAYS,
    Action.WRITE_LETTERS: Bar.ALWAYS,
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
