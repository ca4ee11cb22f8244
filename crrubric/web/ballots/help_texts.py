"""What the pages of scoring are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

BALLOTS_HELP = (
    HelpTopic(
        anchor="progress",
        title=N_("Progress"),
        pages=(
            "evaluations.show_progress",
            "evaluations.show_reopen_form",
            "reminders.show_reminder_form",
        ),
        chair=N_(
            "You see how many marks each reviewer has made and which ballots are submitted, never "
            "what they say. From here you remind people, move the closing day, or give a "
            "submitted ballot back to its reviewer. When all are in, close scoring on the "
            "overview."
        ),
    ),
    HelpTopic(
        anchor="entry",
        title=N_("Entering a ballot for somebody"),
        pages=(
            "entries.show_entry_form",
            "entries.show_paper_ballot",
            "entry_books.show_entry_book_page",
            "entry_books.show_entry_book_preview",
        ),
        chair=N_(
            "Print a ballot with both names on it for a reviewer who wants paper. When you get it "
            "back, or the answers by phone, enter it as it was given: there is a row for each "
            "printed number, and one key answers it and goes on to the next. Or hand out an Excel "
            "workbook with all their ballots: when you upload it, you see what would be entered, "
            "then every ballot is entered, or none. The reviewer is asked to confirm it, and can "
            "say that it is not what they gave. The memo says which ballots were entered so."
        ),
    ),
    HelpTopic(
        anchor="conflict",
        title=N_("A conflict of interest"),
        pages=("declarations.show_conflict",),
        chair=N_(
            "Somebody has declared a conflict of interest with a vendor and therefore does not "
            "score it. Here you read what they wrote. You may waive the conflict with a reason if "
            "it is small; the memo prints the declaration and the reason."
        ),
    ),
    HelpTopic(
        anchor="own-ballots",
        title=N_("My ballots"),
        pages=("ballots.show_own_ballots",),
        reviewer=N_(
            "There is one ballot for each vendor that you score. Do them in any order, in several "
            "sittings if you like: every answer is saved at once. When one is complete, review "
            "and submit it."
        ),
    ),
    HelpTopic(
        anchor="offline",
        title=N_("Filling in ballots without the portal"),
        pages=("offline.show_offline_page", "offline.show_offline_preview"),
        reviewer=N_(
            "Download your open ballots as one Excel workbook, with a sheet for each vendor, and "
            "fill it in without a network. When you upload it, you first see what would change. "
            "Where you answered in the portal as well, you choose which answer counts. Then all of "
            "it is taken, or nothing. You still review and submit each ballot here."
        ),
    ),
    HelpTopic(
        anchor="ballot",
        title=N_("One ballot"),
        pages=(
            "ballots.show_own_ballot",
            "across.show_criterion_across_ballots",
            "files.show_mark_files",
        ),
        reviewer=N_(
            "Answer each question for this vendor with YES or NO, by what you have seen yourself. "
            "Choose “Can’t tell” if you could not see it; you can then ask the vendor. A note "
            "says why, and evidence says where you saw it: both help the committee when it meets. "
            "Every answer is saved at once, and only you see it until the meeting."
        ),
    ),
    HelpTopic(
        anchor="submit",
        title=N_("Submitting a ballot, and the receipt"),
        pages=("ballots.show_ballot_review",),
        reviewer=N_(
            "Read your answers once more and submit the ballot: it is sealed then, and nobody can "
            "change it. If a question has no answer, say why in a few words. The receipt shows "
            "what you submitted and a code that proves that it has not changed; keep it if you "
            "like. Need to change something? Ask the chair to reopen the ballot."
        ),
    ),
    HelpTopic(
        anchor="declaration",
        title=N_("Conflict of interest"),
        pages=("declarations.show_declaration_form", "declarations.show_all_declarations"),
        chair=N_(
            "Members say here for each vendor whether they have a conflict of interest: work, "
            "family, money, gifts. Whoever has one does not score that vendor. If you have one "
            "yourself, another chair must record the recommendation."
        ),
        reviewer=N_(
            "Before you score a vendor, say whether you have a conflict of interest with it: "
            "work, family, money, gifts. If you have one, write a sentence about it; you then "
            "don’t score this vendor, and that is all. If you are not sure, declare it."
        ),
    ),
    HelpTopic(
        anchor="questions",
        title=N_("Questions to vendors"),
        pages=(
            "questions.show_questions",
            "questions.show_new_question_form",
            "questions.show_questions_to_copy",
            "answers.show_question",
            "answers.show_set_aside_form",
        ),
        chair=N_(
            "Reviewers ask here what they could not tell. You join what is alike, word it for the "
            "vendor without naming anybody, send it by your own mail, and enter the answer. "
            "Everybody who scores the vendor then reads the same answer."
        ),
        reviewer=N_(
            "You read here what the committee has asked the vendors and what they answered. The "
            "names of those who asked are not shown. If an answer settles what you could not "
            "tell, change your mark."
        ),
    ),
    HelpTopic(
        anchor="ask",
        title=N_("Asking a vendor"),
        pages=("askings.show_ask_form",),
        reviewer=N_(
            "Write here what you would like to know from the vendor about this criterion. The "
            "chair passes it on without your name, perhaps together with like questions. You find "
            "the answer under “Questions”."
        ),
    ),
)
