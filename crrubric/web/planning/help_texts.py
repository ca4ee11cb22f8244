"""What the pages of the plan are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

PLANNING_HELP = (
    HelpTopic(
        anchor="vote",
        title=N_("Vote on must-haves"),
        pages=(
            "votes.show_vote",
            "votes.show_closed_vote",
            "vote_rounds.show_vote_opening",
            "vote_rounds.show_vote_closing",
            "vote_rounds.show_vote_reopening",
            "settlements.show_settlement_form",
        ),
        reviewer=N_(
            "Each reviewer says YES or NO for each criterion: is it a must-have for us? Nobody "
            "sees an answer or a count before the vote is closed. Then everybody sees how many "
            "said YES and NO, and the reasons without names."
        ),
        chair=N_(
            "Each reviewer says for each criterion whether it is a must-have for us. You open the "
            "vote while the rubric can still change, see who has submitted, and close it. The "
            "majority of those who answered proposes the must-haves; you adopt the proposal for "
            "each criterion, or decide otherwise with a reason that the memo prints. You can open "
            "another vote; the earlier one stays."
        ),
    ),
    HelpTopic(
        anchor="vote-ballot",
        title=N_("Your vote on must-haves"),
        pages=("votes.show_vote_ballot", "votes.show_vote_review"),
        reviewer=N_(
            "Say for each criterion whether a vendor that does not meet it must be out. Each "
            "answer is saved at once, and only you see it. When you are done, submit: you get a "
            "receipt, and your answers are sealed."
        ),
    ),
    HelpTopic(
        anchor="plan",
        title=N_("The planning workbook"),
        pages=("workbook.show_plan", "printed_plan.show_printed_plan"),
        chair=N_(
            "Twelve short sections: why learners need recovery, what stands in their way, what you "
            "decide beforehand, and how you will know that it worked. You see the status of each "
            "and can ask members of the committee to fill one in. All of it can be printed."
        ),
        reviewer=N_(
            "You see the sections that the chair asked you to fill in or to read, and the goal. "
            "What you write is part of the plan of the whole committee, and has nothing to do with "
            "your ballots."
        ),
    ),
    HelpTopic(
        anchor="plan-section",
        title=N_("A section of the workbook"),
        pages=("plan_sections.show_plan_section",),
        everybody=N_(
            "Answer what you know and save; the rest can wait. Beside the questions stands what is "
            "still needed, what good answers look like, and what they lead to. A warning forbids "
            "nothing. At the end you are asked whether the goal still holds. If somebody else "
            "answers the same question meanwhile, you see both answers and nothing is lost."
        ),
    ),
    HelpTopic(
        anchor="plan-versions",
        title=N_("Earlier versions of a section"),
        pages=("plan_versions.show_plan_versions",),
        everybody=N_(
            "Each version says who saved it and when, and shows what changed. Whoever may fill in "
            "the section can bring an earlier one back; the others are kept."
        ),
    ),
    HelpTopic(
        anchor="plan-hints",
        title=N_("Hints of the plan"),
        pages=("hints.show_hints",),
        chair=N_(
            "Some answers suggest that a criterion be a must-have, weigh more, or not apply. Take "
            "each hint or decline it, with your reason, which the memo prints. Nothing in the "
            "rubric changes by it. You can decide otherwise while the rubric can be changed."
        ),
    ),
    HelpTopic(
        anchor="plan-people",
        title=N_("Who works on a section"),
        pages=("plan_people.show_plan_people",),
        chair=N_(
            "Choose for each member whether they fill in this section, only read it, or neither. "
            "Only chairs and those whom you choose see what is written there."
        ),
    ),
    HelpTopic(
        anchor="action-items",
        title=N_("Action items"),
        pages=(
            "items.show_action_items",
            "items.show_item_proposals",
            "item_board.show_item_board",
            "item_edits.show_new_item_form",
            "item_edits.show_item_form",
            "item_edits.show_item_state",
        ),
        chair=N_(
            "The list of who does what by when. Let the plan and the decision suggest items and "
            "select those that belong on the list, or add your own. You change words, owner and "
            "day, and update the status of each. What is dropped keeps its reason. The board shows "
            "the same items in columns: move a card with its buttons, by dragging it, or by the "
            "arrow keys: left and right on its sign with four arrows move it, up and down go to "
            "the next card."
        ),
        reviewer=N_(
            "The list of who does what by when. You update the status of your own items; they also "
            "stand on your home page until they are done. Items about a vendor with whom you have "
            "a conflict of interest are not shown to you. The board shows the same items in "
            "columns: move a card of yours with its buttons, by dragging it, or by the arrow keys: "
            "left and right on its sign with four arrows move it, up and down go to the next card."
        ),
    ),
    HelpTopic(
        anchor="triage",
        title=N_("Triage"),
        pages=("triage.show_triage",),
        everybody=N_(
            "How many credits a learner must earn a semester says roughly how likely they are to "
            "graduate on time, and which of eight settings fits. Use it to plan seats and rooms "
            "before you choose courseware. Nothing that you enter about a learner is kept."
        ),
    ),
    HelpTopic(
        anchor="measures",
        title=N_("How it is going"),
        pages=(
            "measures.show_measures",
            "measures.show_measure_proposals",
            "measure_edits.show_measure_form",
            "measure_edits.show_new_measure_form",
            "measure_edits.show_new_actual_form",
            "measure_edits.show_actual_correction",
            "reviews.show_new_review_form",
            "reviews.show_review_form",
        ),
        everybody=N_(
            "Each measure of the evaluation plan with what it came to, year after year. A sentence "
            "says whether the last value is on track: it is compared with the straight line from "
            "the baseline to the target. Whoever may fill in “How we will know” records values; "
            "one that was wrong is corrected with a reason, and the old one stays in the record. "
            "Fewer than 10 learners are shown here, not in the memo or in copies for the public. "
            "Below stand who "
            "speaks for the plan, and the review meetings: who was there, what was said, and what "
            "was decided, as action items."
        ),
    ),
    HelpTopic(
        anchor="triage-line",
        title=N_("How the chance is read"),
        pages=("lines.show_line",),
        everybody=N_(
            "The chance of graduating on time is read from a line through points: a pace, and the "
            "percent that graduate at that pace. Without points of your own it is the planning "
            "guide’s rough guess. What your own past class did stands beside it. The chair can set "
            "other points, or use the line of the past class."
        ),
    ),
    HelpTopic(
        anchor="triage-cohort",
        title=N_("Past cohort"),
        pages=("cohorts.show_cohort", "cohorts.show_adoption"),
        chair=N_(
            "Counts of a past class: how many learners needed so many credits a semester, and how "
            "many of them graduated on time. They show what your own schools achieve. Groups of "
            "fewer than 20 learners are hidden and not stored."
        ),
    ),
    HelpTopic(
        anchor="priced-learners",
        title=N_("Learners to price"),
        pages=("seats.show_seats",),
        chair=N_(
            "For how many learners vendors are priced: one number, or a range. The plan proposes "
            "what triage and the reasons came to; small counts stay hidden in it. You can change "
            "it until the decision is final, and everybody who reads the cost sees where the "
            "number comes from."
        ),
        reviewer=N_(
            "The chair says for how many learners the site prices every vendor, and out of which "
            "fund it is paid. You see the number here, and where it comes from."
        ),
    ),
    HelpTopic(
        anchor="triage-counts",
        title=N_("Settings and kept counts"),
        pages=("kept.show_kept_counts", "kept.show_counts_form"),
        everybody=N_(
            "How many learners get each of the eight settings, the online seats that they need, "
            "and where and when each setting happens. Counts are kept, learners never. A count "
            "below 10 is hidden with the other count of its band, and with the next band if that "
            "is not enough, so that nobody can be recognized."
        ),
    ),
)
