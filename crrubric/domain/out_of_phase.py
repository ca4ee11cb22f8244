"""Why something is not possible in this phase, and what is: for whoever may do it in another.

It tells of the phase alone, which everybody on the committee knows.
"""

from collections.abc import Collection, Mapping

from crrubric.domain.actions import Action
from crrubric.domain.errors import WrongPhase
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase

ORDER = tuple(Phase)

# what is too early, by the first phase in which it is possible
TOO_EARLY: Mapping[Phase, str] = {
    Phase.PRACTICE: N_(
        "No practice round is open. The chair opens one on the overview, if there is to be one."
    ),
    Phase.SCORING: N_(
        "Scoring is not open yet: there are no ballots, and nothing of them to see or to do. The"
        " chair opens scoring on the overview."
    ),
    Phase.MEETING: N_(
        "Scoring is not closed yet: this page opens with the meeting. Until then nobody sees"
        " another’s marks or what is made of them, not even the chair."
    ),
    Phase.DECIDED: N_("The decision is not final yet: this comes after it."),
}
EARLY_ACTS: Mapping[Action, str] = {
    Action.CORRECT_RUBRIC: N_(
        "Ballots are not open yet: nothing needs to be corrected. Change the criterion itself, on"
        " the page “Rubric”."
    ),
    Action.WITHDRAW_VENDOR: N_(
        "Ballots are not open yet: remove the vendor instead, on the page “Vendors”."
    ),
    Action.IMPORT_MARKS: N_("Scoring is not open yet: marks can be imported from then on."),
    Action.VIEW_QUESTIONS: N_(
        "Observers read the questions to vendors and their answers once scoring is closed."
    ),
}

ROUND_OVER = N_("There is no practice round any more: scoring has been opened.")
SCORING_OVER = N_(
    "Scoring is closed and the ballots are locked: they count as they are. What was left open, the"
    " committee decides in its meeting."
)
VOTE_OVER = N_(
    "Must-haves were fixed when ballots opened: nobody votes on them any more. The page"
    " “Must-haves” shows how the vote came out."
)
DECISION_FINAL = N_(
    "The decision is final, and what the committee did before it stays as it is recorded. A chair"
    " can go back to the meeting, with a reason, on the overview."
)
ARCHIVED = N_("The evaluation is archived: it can be read, and nothing is changed any more.")
# what is too late
LATE_ACTS: Mapping[Action, str] = {
    Action.EDIT_SETUP: N_(
        "Rubric, vendors, prices, decision rule and dates were fixed when ballots opened. During"
        " scoring a chair corrects a criterion on the page “Rubric”, takes a vendor out or attaches"
        " its files on the page “Vendors”, and moves the closing day on the page “Progress”."
    ),
    Action.DELETE_EVALUATION: N_(
        "An evaluation can be deleted during set-up only: what came after it stays on record. A"
        " chair can go back to set-up on the overview as long as nobody has marked anything."
    ),
    Action.MANAGE_COMMITTEE: N_(
        "The committee is fixed from the meeting on: nobody is invited, changed or removed any"
        " more. If another chair is needed, an administrator can appoint an acting one."
    ),
    Action.CHANGE_PHASE: N_("From the meeting on only a chair changes the phase, on the overview."),
    Action.PRACTICE: ROUND_OVER,
    Action.VIEW_PRACTICE: ROUND_OVER,
    Action.RUN_PRACTICE: ROUND_OVER,
    Action.VOTE: VOTE_OVER,
    Action.RUN_VOTE: VOTE_OVER,
    Action.DECLARE: N_("The decision is final: declarations stay as they are recorded."),
    Action.WAIVE_CONFLICT: N_("The decision is final: declarations stay as they are recorded."),
    **dict.fromkeys(
        (
            Action.CORRECT_RUBRIC,
            Action.ENTER_ON_BEHALF,
            Action.IMPORT_MARKS,
            Action.REOPEN_BALLOT,
            Action.REMIND,
            Action.MOVE_CLOSING_DAY,
            Action.RECORD_MARK,
            Action.ATTACH_TO_MARK,
            Action.ASK_VENDOR,
        ),
        SCORING_OVER,
    ),
}


def explain_phase(action: Action, phase: Phase, allowed: Collection[Phase]) -> WrongPhase:
    """The refusal of `action` in `phase`, in words that say when it is possible, and what is now.

    Args: allowed: the phases in which the person may do it; not empty, and `phase` is none.
    """
    first = min(allowed, key=ORDER.index)
    if ORDER.index(phase) < ORDER.index(first):
        return WrongPhase(_explain_early(action, first))
    if phase is Phase.ARCHIVED:
        return WrongPhase(ARCHIVED)
    return WrongPhase(LATE_ACTS.get(action, DECISION_FINAL))


def _explain_early(action: Action, first: Phase) -> str:
    if action is Action.VIEW_QUESTIONS and first is not Phase.MEETING:
        return TOO_EARLY[first]
    return EARLY_ACTS.get(action, TOO_EARLY[first])
