"""Who may do what, and when: one table, read by every door and enumerated by the tests."""

from collections.abc import Iterable, Mapping

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.vocabulary import Phase, Role, Standing

EVER = frozenset(Phase)
PREPARING = frozenset({Phase.SETUP, Phase.PRACTICE})  # the rubric is not frozen yet
PRACTICE = frozenset({Phase.PRACTICE})
UNARCHIVED = EVER - {Phase.ARCHIVED}
OPEN_WORK = frozenset({Phase.SETUP, Phase.PRACTICE, Phase.SCORING})
SCORING = frozenset({Phase.SCORING})
UNTIL_DECIDED = frozenset({Phase.SCORING, Phase.MEETING})
MEETING = frozenset({Phase.MEETING})
# In these phases the chair can no longer invite another chair.
COMMITTEE_FIXED = frozenset({Phase.MEETING, Phase.DECIDED})
UNDECIDED = frozenset({Phase.SETUP, Phase.PRACTICE, Phase.SCORING, Phase.MEETING})
FROM_DECIDED = frozenset({Phase.DECIDED, Phase.ARCHIVED})
# From here on all ballots are open at once; before, nothing that depends on a mark is shown.
FROM_SCORING = frozenset({Phase.SCORING, Phase.MEETING, Phase.DECIDED, Phase.ARCHIVED})
FROM_MEETING = frozenset({Phase.MEETING, Phase.DECIDED, Phase.ARCHIVED})

READ_RESULTS = {
    Action.VIEW_RESULTS: FROM_MEETING,
    Action.EXPORT_RESULTS: FROM_MEETING,
    Action.VIEW_MEMO: FROM_MEETING,
    Action.FOLLOW_MEETING: FROM_MEETING,
    # what was shown about a vendor is not read by who still scores it
    Action.VIEW_PURCHASE: FROM_MEETING,
}
# What names reviewers one by one is for those who lead the talk about it.
READ_REVIEWERS = {
    Action.VIEW_REVIEWERS: FROM_MEETING,
    Action.TRY_WHAT_IF: FROM_MEETING,
    Action.EXPORT_MARKS: FROM_MEETING,
}

POLICY: Mapping[Role, Mapping[Action, frozenset[Phase]]] = {
    Role.CHAIR: {
        Action.VIEW_EVALUATION: EVER,
        Action.VIEW_PLAN: EVER,
        Action.SET_TRIAGE: UNARCHIVED,
        Action.SET_SEATS: UNDECIDED,
        Action.VIEW_WHOLE_PLAN: EVER,
        Action.ANSWER_PLAN: UNARCHIVED,
        Action.MANAGE_PLAN: UNARCHIVED,
        Action.VIEW_ITEMS: EVER,
        Action.MOVE_ITEM: UNARCHIVED,
        Action.MANAGE_ITEMS: UNARCHIVED,
        Action.MANAGE_PURCHASE: UNARCHIVED,
        Action.EDIT_SETUP: PREPARING,
        Action.DELETE_EVALUATION: frozenset({Phase.SETUP}),
        Action.MANAGE_COMMITTEE: OPEN_WORK,
        Action.CHANGE_PHASE: EVER,
        Action.DECLARE: UNDECIDED,
        Action.WAIVE_CONFLICT: UNDECIDED,
        Action.VIEW_PRACTICE: PRACTICE,
        Action.RUN_PRACTICE: PRACTICE,
        Action.VIEW_VOTE: EVER,
        Action.RUN_VOTE: PREPARING,
        Action.CORRECT_RUBRIC: SCORING,
        Action.WITHDRAW_VENDOR: SCORING | MEETING,
        Action.ENTER_ON_BEHALF: SCORING,
        Action.IMPORT_MARKS: SCORING,
        Action.ATTACH_TO_VENDOR: UNARCHIVED,
        Action.VIEW_WITHDRAWN_FILES: EVER,
        Action.VIEW_EVIDENCE: FROM_SCORING,
        Action.VIEW_PROGRESS: FROM_SCORING,
        Action.REOPEN_BALLOT: SCORING,
        Action.REMIND: SCORING,
        Action.MOVE_CLOSING_DAY: SCORING,
        Action.VIEW_QUESTIONS: FROM_SCORING,
        Action.MANAGE_QUESTIONS: UNTIL_DECIDED,
        **READ_RESULTS,
        **READ_REVIEWERS,
        Action.VIEW_PURCHASE: EVER,
        Action.RUN_MEETING: MEETING,
        Action.RECORD_FINDING: MEETING,
        Action.REINSTATE_VENDOR: MEETING,
        Action.OPEN_PRICES: COMMITTEE_FIXED,
        Action.RECORD_DECISION: MEETING,
        Action.MANAGE_COMMITMENTS: MEETING | {Phase.DECIDED},
        Action.WRITE_MEMO: MEETING | {Phase.DECIDED},
        Action.VIEW_LETTERS: FROM_DECIDED,
        Action.WRITE_LETTERS: frozenset({Phase.DECIDED}),
        Action.RENEW_EVALUATION: FROM_DECIDED,
        Action.SET_RETENTION: FROM_DECIDED,
        Action.SET_MEMO_NAMES: UNARCHIVED,
        Action.ISSUE_MEMO: frozenset({Phase.DECIDED}),
        Action.MAKE_ARCHIVE: FROM_DECIDED,
        Action.EXPORT_RUBRIC: EVER,
        Action.VIEW_JOURNAL: EVER,
    },
    Role.REVIEWER: {
        Action.VIEW_EVALUATION: EVER,
        Action.VIEW_PLAN: EVER,
        Action.ANSWER_PLAN: UNARCHIVED,
        Action.VIEW_ITEMS: EVER,
        Action.MOVE_ITEM: UNARCHIVED,
        Action.DECLARE: UNDECIDED,
        Action.VIEW_OWN_BALLOTS: FROM_SCORING,
        Action.RECORD_MARK: SCORING,
        Action.ATTACH_TO_MARK: SCORING,
        Action.VIEW_EVIDENCE: FROM_SCORING,
        Action.PRACTICE: PRACTICE,
        Action.VIEW_PRACTICE: PRACTICE,
        Action.VIEW_VOTE: EVER,
        Action.VOTE: PREPARING,
        Action.CONFIRM_BALLOT: SCORING | MEETING,
        Action.ASK_VENDOR: SCORING,
        Action.VIEW_QUESTIONS: FROM_SCORING,
        Action.STATE_POSITION: MEETING,
        **READ_RESULTS,
    },
    Role.OBSERVER: {
        Action.VIEW_EVALUATION: EVER,
        Action.VIEW_PLAN: EVER,
        Action.ANSWER_PLAN: UNARCHIVED,
        Action.VIEW_ITEMS: EVER,
        Action.MOVE_ITEM: UNARCHIVED,
        Action.DECLARE: UNDECIDED,
        Action.VIEW_PRACTICE: PRACTICE,
        Action.VIEW_VOTE: EVER,
        Action.VIEW_EVIDENCE: FROM_SCORING,
        Action.VIEW_QUESTIONS: FROM_MEETING,
        **READ_RESULTS,
    },
    # The person at the server's own console. Holding the machine is no reason to break the seal:
    # the command line shows results only once the ballots are open, like every other door.
    Role.OPERATOR: {
        Action.VIEW_EVALUATION: EVER,
        Action.VIEW_PLAN: EVER,
        Action.EDIT_SETUP: PREPARING,
        Action.MANAGE_COMMITTEE: OPEN_WORK,
        Action.CHANGE_PHASE: OPEN_WORK,
        Action.IMPORT_MARKS: SCORING | MEETING,
        Action.REMIND: SCORING,  # what comes before the closing day
        Action.VIEW_QUESTIONS: FROM_MEETING,
        **READ_RESULTS,
        **READ_REVIEWERS,
        Action.MAKE_ARCHIVE: FROM_DECIDED,
        Action.EXPORT_RUBRIC: EVER,
        Action.VIEW_JOURNAL: EVER,
    },
}


def is_allowed(roles: Iterable[Role], phase: Phase, action: Action) -> bool:
    """Whether somebody with `roles` may do `action` while the evaluation is in `phase`."""
    return any(phase in POLICY[role].get(action, frozenset()) for role in roles)


def phases_of(roles: Iterable[Role], action: Action) -> frozenset[Phase]:
    """The phases in which `roles` may do `action`; empty if they never may."""
    return frozenset().union(*(POLICY[role].get(action, frozenset()) for role in roles))


# What belongs to no evaluation: whoever is added to the site has one standing, and no phase.
SITE_POLICY: Mapping[Standing, frozenset[SiteAction]] = {
    Standing.ADMINISTRATOR: frozenset(SiteAction),
    Standing.ORGANIZER: frozenset({SiteAction.USE_LIBRARY}),
    Standing.MEMBER: frozenset(),
}


def is_allowed_on_site(standing: Standing, action: SiteAction) -> bool:
    """Whether somebody of this standing may do `action`."""
    return action in SITE_POLICY[standing]
