"""An evaluation made again from its journal alone.

A new event has one line in STEPS: how it is applied, and which fields of `State` it tells of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crrubric.domain.events import Event
from crrubric.domain.record import ballot_steps as ballots
from crrubric.domain.record import item_steps as items
from crrubric.domain.record import measure_steps as measures
from crrubric.domain.record import meeting_steps as meeting
from crrubric.domain.record import plan_steps as plans
from crrubric.domain.record import question_steps as questions
from crrubric.domain.record import setup_steps as setup
from crrubric.domain.record import triage_steps as triage
from crrubric.domain.record import vote_steps as votes
from crrubric.domain.record.entries import ROW, ToldEntry
from crrubric.domain.record.state import State

# What applying an entry raises that does not fit what came before, or that tells too little.
UNFIT = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
# What an evaluation of an older version can begin with that its first entry does not tell.
BEGUN = (
    "phase", "facts", "rule", "rule_set", "shown", "sections", "criteria", "tensions", "vendors",
    "members", "declarations", "ballots", "marks", "revisions",
)  # fmt: skip
IMPORTED = ("marks", "vendors", "members", "ballots", "declarations", "shown")


@dataclass(frozen=True, slots=True)
class Step:
    """How an event is applied, and the fields of the state that it tells of."""

    apply: Callable[[State, ToldEntry], None]
    fields: tuple[str, ...]


def apply_nothing(_state: State, _entry: ToldEntry) -> None:
    """What is told changes no table that the record is held against."""


STEPS: dict[Event, Step] = {
    Event.EVALUATION_CREATED: Step(setup.replay_creation, (*BEGUN, "needs")),
    Event.EVALUATION_RENEWS: Step(setup.replay_renewal, ("renews",)),
    Event.EVALUATION_CHANGED: Step(setup.replay_change, ("facts",)),
    Event.EVALUATION_DELETED: Step(setup.replay_deletion, ("facts",)),
    Event.RULE_CHANGED: Step(setup.replay_rule, ("rule", "rule_set")),
    Event.RETENTION_CHANGED: Step(setup.replay_retention, ("facts",)),
    Event.PHASE_CHANGED: Step(setup.replay_phase, ("phase", "ballots", "shown")),
    Event.RUBRIC_IMPORTED: Step(
        setup.replay_rubric_import, ("sections", "criteria", "tensions", "facts")
    ),
    Event.SECTION_ADDED: Step(setup.replay_section, ("sections",)),
    Event.SECTION_RENAMED: Step(setup.replay_section, ("sections",)),
    Event.SECTION_REMOVED: Step(setup.replay_section_removal, ("sections",)),
    Event.CRITERION_ADDED: Step(setup.replay_criterion, ("criteria",)),
    Event.CRITERION_CHANGED: Step(setup.replay_criterion_change, ("criteria",)),
    Event.CRITERION_TRANSLATED: Step(setup.replay_translation, ("criteria",)),
    Event.CRITERION_MOVED: Step(setup.replay_criterion_move, ("criteria",)),
    Event.CRITERION_CORRECTED: Step(setup.replay_correction, ("criteria", "revisions")),
    Event.VENDOR_ADDED: Step(setup.replay_vendor, ("vendors",)),
    Event.VENDOR_CHANGED: Step(setup.replay_vendor_change, ("vendors",)),
    Event.VENDOR_REMOVED: Step(setup.replay_vendor_removal, ("vendors", "vendor_files")),
    Event.VENDOR_WITHDRAWN: Step(setup.replay_vendor_withdrawal, ("vendors",)),
    Event.VENDOR_RESTORED: Step(setup.replay_vendor_return, ("vendors", "ballots")),
    Event.VENDOR_FILE_ATTACHED: Step(ballots.replay_vendor_file, ("vendor_files",)),
    Event.VENDOR_FILE_CHANGED: Step(ballots.replay_vendor_file_change, ("vendor_files",)),
    Event.VENDOR_FILE_WITHDRAWN: Step(ballots.replay_vendor_file, ("vendor_files",)),
    Event.MEMBER_INVITED: Step(setup.replay_invitation, ("members", "ballots")),
    Event.MEMBER_CONFIRMED: Step(setup.replay_address_proof, ("members",)),
    Event.MEMBER_CHANGED: Step(setup.replay_seat_change, ("members", "ballots")),
    Event.MEMBER_REMOVED: Step(setup.replay_removal, ("members",)),
    Event.MEMBER_ASSIGNED: Step(setup.replay_assignment, ("members", "ballots")),
    Event.MEMBER_ADDED: Step(setup.replay_invitation, ("members", "ballots")),
    Event.MEMBER_RENAMED: Step(setup.replay_renaming, ("members",)),
    Event.INVITE_RENAMED: Step(setup.replay_renaming, ("members",)),
    Event.CHAIR_APPOINTED: Step(setup.replay_seat_change, ("members",)),
    # links are no part of the evaluation: who made, saw and used them is told, nothing follows
    Event.INVITE_RENEWED: Step(apply_nothing, ()),
    Event.INVITE_SHOWN: Step(apply_nothing, ()),
    Event.INVITE_READDRESSED: Step(apply_nothing, ()),
    Event.INVITE_ACCEPTED: Step(apply_nothing, ()),
    Event.MEMBER_LINK_MADE: Step(apply_nothing, ()),
    Event.REMINDED: Step(apply_nothing, ()),
    Event.PRACTICE_FINISHED: Step(setup.replay_practice_end, ("members",)),
    Event.PRACTICE_SHOWN: Step(setup.replay_practice_show, ("facts",)),
    Event.PRACTICE_RESTARTED: Step(setup.replay_practice_restart, ("facts", "members")),
    Event.VOTE_OPENED: Step(votes.replay_vote_opening, ("votes",)),
    Event.VOTE_SUBMITTED: Step(votes.replay_vote_submission, ("sealed_votes",)),
    Event.VOTE_REOPENED: Step(votes.replay_vote_reopening, ("sealed_votes",)),
    Event.VOTE_CLOSED: Step(votes.replay_vote_closing, ("votes", "sealed_votes", "vote_counts")),
    Event.VOTE_ADOPTED: Step(votes.replay_vote_adoption, ("vote_counts",)),
    Event.NO_CONFLICT_DECLARED: Step(ballots.declare_kind("NONE"), ("declarations",)),
    Event.CONFLICT_DECLARED: Step(ballots.declare_kind("CONFLICT"), ("declarations",)),
    Event.CONFLICT_REWORDED: Step(ballots.replay_conflict_words, ("declarations",)),
    Event.CONFLICT_RETRACTED: Step(ballots.replay_retraction, ("declarations",)),
    Event.CONFLICT_WAIVED: Step(ballots.replay_waiver, ("declarations",)),
    Event.WAIVER_ENDED: Step(ballots.replay_waiver, ("declarations",)),
    Event.MARK_RECORDED: Step(ballots.replay_mark, ("marks", "ballots")),
    Event.MARK_SET_ASIDE: Step(ballots.replay_mark_removal, ("marks", "mark_files")),
    Event.MARK_FILE_ATTACHED: Step(ballots.replay_mark_file, ("mark_files", "ballots")),
    Event.MARK_FILE_REMOVED: Step(ballots.replay_mark_file, ("mark_files", "ballots")),
    Event.MARKS_IMPORTED: Step(ballots.replay_import, IMPORTED),
    Event.BALLOT_IMPORTED: Step(
        ballots.replay_imported_ballot, ("marks", "ballots", "sealed", "entered", "seen")
    ),
    Event.BALLOT_SUBMITTED: Step(ballots.replay_submission, ("ballots", "sealed")),
    Event.BALLOT_REOPENED: Step(ballots.replay_reopening, ("ballots", "sealed")),
    Event.BALLOT_ENTERED: Step(
        ballots.replay_entry_on_behalf, ("ballots", "sealed", "entered", "seen")
    ),
    Event.BALLOT_CONFIRMED: Step(ballots.replay_confirmation, ("entered",)),
    Event.BALLOT_DISPUTED: Step(ballots.replay_dispute, ("ballots", "sealed", "entered")),
    Event.QUESTION_ASKED: Step(questions.replay_asking, ("askings",)),
    Event.ASKING_SET_ASIDE: Step(questions.replay_asking_set_aside, ("askings",)),
    Event.QUESTION_WRITTEN: Step(questions.replay_question, ("questions", "askings")),
    Event.QUESTION_JOINED: Step(questions.join_askings, ("askings",)),
    Event.QUESTION_REWORDED: Step(questions.replay_rewording, ("questions",)),
    Event.QUESTIONS_SENT: Step(questions.replay_sending, ("questions",)),
    Event.QUESTION_ANSWERED: Step(questions.replay_answer, ("questions",)),
    Event.QUESTION_WITHDRAWN: Step(questions.replay_question_withdrawal, ("questions",)),
    Event.PLAN_ANSWERED: Step(plans.replay_plan_answers, ("plan_versions",)),
    Event.PLAN_RESTORED: Step(plans.replay_plan_answers, ("plan_versions",)),
    Event.PLAN_HINT_SETTLED: Step(plans.replay_hint, ("hints",)),
    Event.PLAN_ASSIGNED: Step(plans.replay_plan_assignment, ("plan_access",)),
    Event.ITEM_RECORDED: Step(items.replay_item, ("action_items",)),
    Event.ITEM_CHANGED: Step(items.replay_item_change, ("action_items",)),
    Event.ITEM_MOVED: Step(items.replay_item_move, ("action_items",)),
    Event.MEASURE_RECORDED: Step(measures.replay_measure, ("measures",)),
    Event.MEASURE_CHANGED: Step(measures.replay_measure_change, ("measures",)),
    Event.ACTUAL_RECORDED: Step(measures.replay_actual, ("actuals",)),
    Event.ACTUAL_CORRECTED: Step(measures.replay_actual, ("actuals",)),
    Event.REVIEW_RECORDED: Step(measures.replay_review, ("reviews",)),
    Event.REVIEW_CHANGED: Step(measures.replay_review_change, ("reviews",)),
    Event.PURCHASE_CHANGED: Step(items.replay_purchase, ("purchase",)),
    Event.PURCHASE_DAYS_SET: Step(items.replay_purchase, ("purchase",)),
    Event.PURCHASE_LINE_RECORDED: Step(items.replay_purchase_line, ("purchase_lines",)),
    Event.MEETING_STARTED: Step(meeting.replay_meeting_start, ("meetings",)),
    Event.MEETING_ENDED: Step(meeting.replay_meeting_end, ("meetings",)),
    Event.ATTENDANCE_CHANGED: Step(meeting.replay_attendance, ("meetings",)),
    Event.MOTION_RECORDED: Step(meeting.replay_motion, ("motions", "findings", "deferrals")),
    Event.MOTION_CORRECTED: Step(meeting.replay_motion_correction, ("motions",)),
    Event.CELL_DEFERRED: Step(meeting.replay_deferral, ("deferrals",)),
    Event.FINDING_RECORDED: Step(meeting.replay_finding, ("findings", "deferrals")),
    Event.SEATS_SET: Step(setup.replay_seats, ("facts",)),
    Event.PRICES_OPENED: Step(setup.replay_prices, ("facts",)),
    Event.FINDING_WITHDRAWN: Step(meeting.replay_finding_withdrawal, ("findings",)),
    Event.DECISION_RECORDED: Step(meeting.replay_decision, ("decision",)),
    Event.POSITION_STATED: Step(meeting.replay_position, ("positions",)),
    Event.POSITIONS_CLEARED: Step(meeting.clear_stated_positions, ("positions",)),
    Event.MEMO_NAMES_SET: Step(setup.replay_memo_names, ("facts",)),
    Event.MEMO_ISSUED: Step(meeting.replay_memo_issue, ("memo_issues",)),
    Event.ARCHIVE_MADE: Step(apply_nothing, ()),
    Event.REDACTION_CHOSEN: Step(meeting.replay_redaction, ("redactions",)),
    Event.REDACTION_WITHDRAWN: Step(meeting.replay_redaction_withdrawal, ("redactions",)),
    Event.COMMITMENT_RECORDED: Step(meeting.replay_commitment, ("commitments",)),
    Event.COMMITMENT_SETTLED: Step(meeting.replay_commitment_state, ("promises",)),
    Event.COMMITMENT_WITHDRAWN: Step(meeting.replay_commitment_withdrawal, ("commitments",)),
    Event.NARRATIVES_WRITTEN: Step(meeting.replay_narratives, ("narratives",)),
    Event.LETTER_WORDS_SET: Step(setup.replay_letter_words, ("facts",)),
    Event.CALIBRATION_CHANGED: Step(triage.replay_calibration, ("calibration",)),
    Event.COHORT_ADOPTED: Step(triage.replay_calibration, ("calibration",)),
    Event.COHORT_CHANGED: Step(triage.replay_cohort, ("cohort",)),
    Event.VENUES_CHANGED: Step(triage.replay_venues, ("venues",)),
    Event.COUNTS_KEPT: Step(triage.replay_kept_counts, ("kept_counts",)),
    Event.REINSTATEMENT_RECORDED: Step(meeting.replay_reinstatement, ("reinstated",)),
    Event.REINSTATEMENT_WITHDRAWN: Step(meeting.replay_reinstatement_withdrawal, ("reinstated",)),
}


def replay_entry(state: State, entry: ToldEntry) -> bool:
    """Apply one entry; whether it fits what the entries before it told. The first, and no other,
    is the creation.

    Where older versions wrote entries that tell too little, what they are about is noted as
    untold: it can't be held against the tables.
    """
    step = STEPS.get(entry.event)
    first = entry.number == 1
    if step is None or first != (entry.event is Event.EVALUATION_CREATED):
        return False
    try:
        step.apply(state, entry)
    except UNFIT:
        if not tells_too_little(state, entry):
            return False
        state.untold.update(step.fields)
        state.untold_entries += 1
    return True


def tells_too_little(state: State, entry: ToldEntry) -> bool:
    """Whether it is an older version that wrote the entry, so that it can't be applied.

    A creation told nothing where evaluations came out of files or were made for the demo; an
    import told only counts. All that follows is applied as far as it goes. An entry of today that
    tells so little was forged: it would keep tables from being compared.
    """
    if entry.is_old and entry.event is Event.EVALUATION_CREATED:
        return not entry.after
    if entry.is_old and entry.event is Event.MARKS_IMPORTED:
        return isinstance(entry.after, dict) and ROW not in entry.after
    return "members" in state.untold


def replay_entries(entries: Iterable[ToldEntry]) -> tuple[State, list[int]]:
    """The state that a journal tells, oldest entry first, and the numbers of those that don't
    fit."""
    state = State()
    unfit = [entry.number for entry in entries if not replay_entry(state, entry)]
    return state, unfit
