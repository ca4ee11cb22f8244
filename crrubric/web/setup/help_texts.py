"""What the pages of the set-up are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

SETUP_HELP = (
    HelpTopic(
        anchor="overview",
        title=N_("Overview"),
        pages=("evaluations.show_overview",),
        chair=N_(
            "The overview says where the evaluation stands and what comes next. Before scoring it "
            "is a checklist: rubric, vendors, committee, rule and closing date. When nothing is "
            "missing, the button at the end opens the next phase; you are told first what that "
            "will do. Once a recommendation is recorded, the overview names it."
        ),
        reviewer=N_(
            "The overview says where the evaluation stands, and what is asked of you, by when. "
            "While scoring is open, the button leads to your ballots. Nobody else sees your marks "
            "until the committee meets, not even the chair. Once the committee has decided, the "
            "overview names whom it recommends, with the memo."
        ),
    ),
    HelpTopic(
        anchor="phase",
        title=N_("Going on to the next phase"),
        pages=("evaluations.show_phase_change",),
        chair=N_(
            "An evaluation goes from set-up to scoring, to the meeting, to the decision and to "
            "the archive. This page says what the step will do and whom it concerns, before "
            "anything happens. Most steps can be taken back, with a reason that is kept in the "
            "journal."
        ),
    ),
    HelpTopic(
        anchor="facts",
        title=N_("Title, purpose and closing date"),
        pages=("evaluations.show_facts_form", "closing.show_closing_form"),
        chair=N_(
            "The title and the purpose stand on every page and in the memo. The closing day tells "
            "reviewers by when their ballots are due; they are reminded before it if this site "
            "sends e-mail. After that day a ballot can still be submitted and is called late, "
            "unless you also set an hour after which nothing is taken."
        ),
    ),
    HelpTopic(
        anchor="keeping",
        title=N_("Keeping and deleting the record"),
        pages=("evaluations.show_retention_form", "deletion.show_deletion"),
        chair=N_(
            "Records of a public selection must be kept for some years. The page says how long the "
            "schedule of the site keeps this one, and who has set that. Here you say until which "
            "day at least, and whether a legal hold forbids removing them. An evaluation that "
            "is still in set-up can be deleted as a whole; you type its title once more for that."
        ),
    ),
    HelpTopic(
        anchor="rubric",
        title=N_("Rubric"),
        pages=("rubric.show_rubric",),
        chair=N_(
            "The rubric is the list of YES or NO questions that every vendor is scored against. "
            "Until scoring opens you can reword criteria, move them, leave some out and add your "
            "own. Fewer and clearer questions make better ballots: a criterion should ask one "
            "thing that a reviewer can see."
        ),
        reviewer=N_(
            "These are the questions that you will answer for every vendor. Read them once before "
            "you begin: each says what to look for. If you don’t understand one, tell the chair "
            "before scoring opens; afterwards words change only by a correction, of which whoever "
            "marks the criterion is told."
        ),
    ),
    HelpTopic(
        anchor="library",
        title=N_("The library of rubrics"),
        pages=("library.show_library", "library.show_library_rubric", "library.show_keeping_form"),
        chair=N_(
            "The library keeps rubrics of this district in versions, with a note of what was "
            "changed. A new evaluation can begin with a copy of the newest version; what differs "
            "between two versions is shown word by word. Whoever may start evaluations reads it, "
            "and keeps the rubric of an evaluation that they chair there."
        ),
    ),
    HelpTopic(
        anchor="rubric-file",
        title=N_("Rubric as a file"),
        pages=("rubric_files.show_rubric_file",),
        chair=N_(
            "Here you download the rubric with everything that belongs to it, as TOML or as a "
            "table, and take over one that comes as a file. You see first which criteria are new, "
            "reworded or weighted otherwise, and every line that can’t be used. Where the name of "
            "a column is not known, you say what the column is. Criteria that the "
            "file does not have are left out, never deleted; a correction in the file is typed "
            "into the text below it."
        ),
    ),
    HelpTopic(
        anchor="criterion",
        title=N_("Changing criteria and sections"),
        pages=(
            "rubric.show_criterion_form",
            "rubric.show_new_criterion_form",
            "sections.show_section_form",
        ),
        chair=N_(
            "Here you word one criterion, with what reviewers should look for, or one section. A "
            "must-have is a criterion that a vendor has to meet to stay eligible: choose few. If "
            "you change the English words, change the other language too. You can leave a "
            "criterion out and take it back until scoring opens; afterwards a correction rewords "
            "one or leaves it out."
        ),
    ),
    HelpTopic(
        anchor="section-removal",
        title=N_("Removing a section"),
        pages=("sections.show_section_removal",),
        chair=N_(
            "A section goes, and you say what becomes of its criteria: they move to the end of "
            "another section, or they are left out of the rubric. What is left out is not lost: "
            "it can be taken back until scoring opens."
        ),
    ),
    HelpTopic(
        anchor="weights",
        title=N_("Weights and must-haves"),
        pages=("weights.show_weights",),
        chair=N_(
            "All weights and must-haves on one page. A weight says how much a criterion counts in "
            "the score: 1 is usual, 2 counts twice, 0 not at all. Agree on them as a committee "
            "before anybody sees a product. They are frozen when scoring opens; the way back to "
            "set-up is open only while nobody has marked anything, so that nobody can fit them to "
            "the result."
        ),
    ),
    HelpTopic(
        anchor="correction",
        title=N_("Correcting the rubric after opening"),
        pages=("corrections.show_correction_form",),
        chair=N_(
            "If a criterion turns out to be wrong while reviewers are scoring, you can reword it "
            "or leave it out here. You say why, and whether the marks given so far still fit. "
            "Reviewers are told, and the memo prints every correction."
        ),
    ),
    HelpTopic(
        anchor="vendors",
        title=N_("Vendors"),
        pages=("vendors.show_vendors",),
        chair=N_(
            "These are the vendors that the committee compares. Until scoring opens you add, edit "
            "and remove them; afterwards one can leave the selection with a reason, and come "
            "back. With “Add several vendors” you paste a whole list from a spreadsheet."
        ),
        reviewer=N_(
            "These are the vendors that you will score, with what they sent: files, links, and "
            "prices unless they are sealed. If you have a conflict of interest with one of them, "
            "declare it here as soon as you know."
        ),
    ),
    HelpTopic(
        anchor="vendor",
        title=N_("One vendor"),
        pages=(
            "vendors.show_vendor_form",
            "vendors.show_new_vendor_form",
            "vendors.show_vendor_removal",
        ),
        chair=N_(
            "Here you enter one vendor: company, product, contact and price. The price is for one "
            "unit and one year; with quantity and term the site computes the cost. Only the "
            "company is needed now, the rest can wait until scoring opens."
        ),
    ),
    HelpTopic(
        anchor="further-prices",
        title=N_("Further prices of a vendor"),
        pages=("further_prices.show_further_prices",),
        chair=N_(
            "What is paid beside the license, a row each: training, integration, whatever else, "
            "each year or once. A row “Line above, from so many on” says what the line above "
            "costs for large numbers. A cap on the rise makes the cost a range: without any rise, "
            "and with the most that is allowed each year."
        ),
    ),
    HelpTopic(
        anchor="cost",
        title=N_("What a vendor costs"),
        pages=("costs.show_vendor_cost",),
        chair=N_(
            "The cost of a vendor over its term, line by line and year by year. Open a figure and "
            "you see how it was worked out. Where something is missing there is no total, and the "
            "page says what is missing. While prices are sealed, only who types them sees it."
        ),
        reviewer=N_(
            "The cost of a vendor over its term, line by line and year by year, once prices are "
            "open. Open a figure and you see how it was worked out. A range means that the number "
            "of learners is one, or that a price may rise."
        ),
    ),
    HelpTopic(
        anchor="several",
        title=N_("Several vendors or people at once"),
        pages=("several.show_several_vendors", "several.show_several_people"),
        chair=N_(
            "Copy the cells of a spreadsheet and paste them here, or choose a file. Where the "
            "name of a column is not known, you say what the column is; that is remembered in "
            "the district. You then see every line as it was read, with what is wrong beside "
            "its field, and correct it or clear its box. Nothing is stored and nobody is "
            "invited before you press the button below the lines. Of vendors the table can have"
            " all that an offer costs: columns for training, integration and set-up, paid once "
            "or each year by the whole district, the cap on the rise, and one for further "
            "prices, a line each."
        ),
    ),
    HelpTopic(
        anchor="selection",
        title=N_("Taking a vendor out of the selection"),
        pages=("corrections.show_vendor_selection",),
        chair=N_(
            "A vendor that withdraws, or that may not take part, leaves the selection here, with "
            "a reason. It is no longer scored or counted; what was marked stays in the record. "
            "You can take it back later, and everything counts again."
        ),
    ),
    HelpTopic(
        anchor="files",
        title=N_("Files"),
        pages=("files.show_vendor_files",),
        chair=N_(
            "Attach here what a vendor sent: its offer, its answers, a conformance report. Say "
            "whether a file holds prices: those stay closed while prices are sealed. If you say so "
            "later, the memo names the reviewers who could read it until then. A file that "
            "was wrong can be withdrawn with a reason; that it was there stays in the record."
        ),
        reviewer=N_(
            "These are the files that the vendor sent to the district. Everybody on the committee "
            "reads the same ones. Files that hold prices open when the committee opens the "
            "prices."
        ),
    ),
    HelpTopic(
        anchor="committee",
        title=N_("Committee"),
        pages=("committee.show_committee",),
        chair=N_(
            "These are the people of this evaluation. Invite reviewers here, one by one or "
            "several at once; each gets a link that works once. You see who has signed up. An odd "
            "number of reviewers makes ties rare."
        ),
        reviewer=N_(
            "These are the people of this evaluation and whom each represents. Members can’t "
            "write to each other here, on purpose: scores are given alone, and the discussion "
            "belongs into the meeting."
        ),
    ),
    HelpTopic(
        anchor="seat",
        title=N_("One member’s seat"),
        pages=(
            "committee.show_seat_form",
            "committee.show_seat_removal",
            "committee.show_invited_person_form",
        ),
        chair=N_(
            "Here you change the role of a member or whom the person represents, correct an "
            "address that was mistyped, or remove somebody who has left. What a removed reviewer "
            "marked stays in the record and does not count."
        ),
    ),
    HelpTopic(
        anchor="links",
        title=N_("Invitation links"),
        pages=(
            "committee.show_invitation_link",
            "links.show_invitation_links",
            "links.show_links_renewal",
        ),
        chair=N_(
            "Each link lets one person choose a password, once and for some days. Send it to that "
            "person alone: whoever has the link can use it. If one is lost or too old, make a new "
            "one; the old one stops working."
        ),
    ),
    HelpTopic(
        anchor="assignment",
        title=N_("Who marks what"),
        pages=(
            "assignment.show_assignments",
            "assignment.show_assignment_form",
            "assignment.show_assignments_by_lead",
        ),
        chair=N_(
            "Everybody marks everything unless you limit a reviewer here to some vendors or "
            "criteria. That saves time where experts know one part best. Watch the warning: a "
            "criterion needs as many reviewers as the quorum says, or it can’t be settled by the "
            "ballots."
        ),
    ),
    HelpTopic(
        anchor="rule",
        title=N_("Decision rule"),
        pages=("evaluations.show_rule",),
        chair=N_(
            "The rule says how ballots become an outcome: how many must say YES, how many must "
            "have answered, and which score a vendor needs to pass. The usual choice is a simple "
            "majority. Set it before scoring opens: it is frozen then. The way back to set-up is "
            "open only while nobody has marked anything, so that nobody can choose it by the "
            "result."
        ),
        reviewer=N_(
            "The rule says how all ballots together become an outcome, for example by a simple "
            "majority. You need not know it to score: answer each question as you see it."
        ),
    ),
    HelpTopic(
        anchor="practice",
        title=N_("Practice round"),
        pages=(
            "practice.show_practice",
            "practice.show_practice_round_end",
            "practice.show_practice_round_restart",
        ),
        chair=N_(
            "Everybody marks one made-up vendor, which takes ten minutes and never counts. When "
            "you end the round, all see how the answers spread: where they differ, a criterion "
            "can be understood in two ways. Reword those before you open scoring."
        ),
        reviewer=N_(
            "You mark one made-up vendor to get to know the questions and the pages. It takes ten "
            "minutes and never counts. Your answers help the chair to find questions that can be "
            "understood in two ways."
        ),
    ),
    HelpTopic(
        anchor="search",
        title=N_("Search"),
        pages=("search.show_search",),
        everybody=N_(
            "Finds words in what you may read of this evaluation: vendors, criteria, people, "
            "questions, and from the meeting on notes and findings. What is still closed to you "
            "is not searched."
        ),
    ),
)
