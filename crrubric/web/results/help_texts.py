"""What the pages of the results are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

RESULTS_HELP = (
    HelpTopic(
        anchor="renewal",
        title=N_("Renewing an evaluation"),
        pages=("renewals.show_renewal", "renewals.show_earlier_record"),
        everybody=N_(
            "An evaluation can renew an earlier one whose decision is final. It takes over rubric, "
            "rule, vendors without prices and the committee. What was found of a vendor last time, "
            "whether its commitments were kept, and what was measured since could sway whoever "
            "marks it: a reviewer reads it once their own ballot is sealed, everybody else once "
            "all ballots are shown."
        ),
    ),
    HelpTopic(
        anchor="matrix",
        title=N_("Matrix"),
        pages=("results.show_matrix",),
        everybody=N_(
            "One row for each criterion and one column for each vendor: every box says whether "
            "the vendor meets the criterion, and how the reviewers answered. Open a box to read "
            "notes and evidence. What is unresolved is on the agenda of the meeting."
        ),
    ),
    HelpTopic(
        anchor="cell",
        title=N_("One item of the matrix"),
        pages=("cell.show_cell",),
        chair=N_(
            "Here is one criterion for one vendor: the votes, what reviewers wrote, what they "
            "saw. Where the ballots did not settle it, or the committee sees it otherwise, record "
            "a finding with its reason. Ballots stay as they were. “Postpone” keeps the item on "
            "the agenda."
        ),
        reviewer=N_(
            "Here is one criterion for one vendor: the votes, what every reviewer wrote and what "
            "they saw. Ballots stay as they were; what the committee finds is recorded beside "
            "them by the chair."
        ),
    ),
    HelpTopic(
        anchor="needs",
        title=N_("List of needs"),
        pages=("needs.show_needs",),
        everybody=N_(
            "An evaluation of the curriculum in place has one vendor, and its result is what that "
            "product lacks: every criterion that is not met, with the committee’s reason and what "
            "reviewers wrote, and every one that nobody could settle. The memo prints the list."
        ),
    ),
    HelpTopic(
        anchor="scores",
        title=N_("Scores"),
        pages=("results.show_scores",),
        everybody=N_(
            "The score of a vendor is the weighted share of the settled criteria that it meets, or "
            "of the YES votes on them where the rule says “by share of YES”. The page "
            "says how sure the order is: whether it would be another one with slightly other "
            "weights or without one reviewer. A vendor that misses a must-have is not eligible, "
            "whatever its score."
        ),
    ),
    HelpTopic(
        anchor="agreement",
        title=N_("Agreement"),
        pages=("agreement.show_agreement",),
        everybody=N_(
            "Shows how far the ballots agree, for all criteria and for each. Little agreement "
            "often means that a question was understood in two ways, not that somebody was "
            "careless. Talk about the criteria at the top of the list first."
        ),
    ),
    HelpTopic(
        anchor="compare",
        title=N_("Compare"),
        pages=("results.show_comparison",),
        everybody=N_(
            "Puts two or more vendors side by side: where they differ, what each meets and the "
            "others don’t, and what they cost. It helps to explain a choice to people who were "
            "not there."
        ),
    ),
    HelpTopic(
        anchor="what-if",
        title=N_("What if"),
        pages=("what_if.show_what_if",),
        everybody=N_(
            "Try other weights, must-haves or another rule, and see whether the result would be "
            "another one. Nothing is stored and the official result stays as it is. If small "
            "changes turn the order around, the committee should know."
        ),
    ),
    HelpTopic(
        anchor="evidence",
        title=N_("Evidence"),
        pages=("evidence.show_evidence_register",),
        everybody=N_(
            "Every piece of evidence that reviewers named: what it was, where in it, and when it "
            "was seen. From here you get to the files that were attached, and to the item that "
            "each belongs to."
        ),
    ),
)
