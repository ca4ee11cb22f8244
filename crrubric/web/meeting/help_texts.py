"""What the pages of the meeting, the decision and the record are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

MEETING_HELP = (
    HelpTopic(
        anchor="agenda",
        title=N_("Agenda"),
        pages=("meeting.show_agenda", "motions.show_motion_correction"),
        chair=N_(
            "The agenda holds what the ballots did not settle, the most important first. Open the "
            "meeting, record who is present, and adopt in one motion what nobody disputes. Then "
            "go through the items: each has the votes and the notes, and the finding is recorded "
            "there."
        ),
        reviewer=N_(
            "The agenda holds what the ballots did not settle; the committee talks about it, one "
            "item after another. Open an item to read what everybody wrote. In the meeting, the "
            "meeting screen follows what the chair shows."
        ),
    ),
    HelpTopic(
        anchor="meeting-screen",
        title=N_("Meeting screen"),
        pages=(
            "meeting.show_current_cell",
            "projector.show_projected_screen",
            "projector.show_projected_cell",
        ),
        everybody=N_(
            "Shows the item that the committee is talking about, on everybody’s own device or "
            "in large type for the room. It moves by itself when the chair goes on to the next "
            "item. Nothing can be changed here."
        ),
    ),
    HelpTopic(
        anchor="minutes",
        title=N_("Minutes"),
        pages=("meeting.show_minutes",),
        chair=N_(
            "The minutes write themselves from what you record: who was present, motions with "
            "their votes, findings. You can add any other motion while a meeting is open, and "
            "correct one that was recorded wrongly."
        ),
        reviewer=N_(
            "Here you read what the committee has done in its meetings: who was present, which "
            "motions carried, what was found. Tell the chair if something is not as it was."
        ),
    ),
    HelpTopic(
        anchor="prices",
        title=N_("Opening the prices"),
        pages=("meeting.show_price_opening",),
        chair=N_(
            "Prices can stay sealed until the committee has adopted a finding for every item, so "
            "that nobody’s judgment follows the price. This page says what opening them does; it "
            "can’t be undone."
        ),
    ),
    HelpTopic(
        anchor="decision",
        title=N_("Decision"),
        pages=("decision.show_decision", "promises.show_commitment_state"),
        chair=N_(
            "Record here which vendor the committee recommends, and why, in a few plain "
            "sentences. Reviewers then state whether they support it. Promises of the vendor are "
            "kept as commitments with a day; later you say whether each was kept. Making the "
            "decision final closes the meeting; after it you issue the memo."
        ),
        reviewer=N_(
            "Here you read the recommendation and say where you stand. If you can’t support it, "
            "write why: the memo prints every dissent in your own words. Nobody reads your "
            "position before the decision is recorded as final."
        ),
    ),
    HelpTopic(
        anchor="purchase",
        title=N_("Purchase"),
        pages=(
            "purchase.show_purchase",
            "purchase_facts.show_purchase_facts",
            "purchase_facts.show_purchase_days",
            "purchase_lines.show_purchase_line",
        ),
        chair=N_(
            "Enter how you buy, out of which funds, your own estimate, and the days as they come: "
            "the solicitation, the board’s action, the contract. The page says which amounts bound "
            "the purchase, whether the steps came in their order, and what is asked for; write "
            "beside each line what shows it, while you still know. The memo prints all of it. It "
            "is no legal advice: your business office knows what applies."
        ),
        reviewer=N_(
            "Here you read, once scoring is closed, how the purchase is made: method, funds, days, "
            "whether the steps came in their order, and what was checked. Tell the chair if "
            "something is not as it was."
        ),
    ),
    HelpTopic(
        anchor="memo",
        title=N_("Selection memo"),
        pages=("memo.show_memo", "issues.show_issue_form", "naming.show_names_form"),
        chair=N_(
            "The memo tells the school board and the public what was compared, how, and with "
            "which result. It is made from the record alone and stays a draft until you issue it, "
            "once the decision is final. An issue is kept for good as PDF, Word document and web "
            "page; a correction is a new issue with a reason. Decide before the first one whether "
            "it names people or gives their roles only."
        ),
        reviewer=N_(
            "The memo tells the school board and the public what was compared, how, and with "
            "which result. It is made from the record alone and stays a draft until the chair "
            "issues it, once the decision is final. Issued memos can be downloaded here for good, "
            "each with the code by which anybody can check that it is the same file."
        ),
    ),
    HelpTopic(
        anchor="archive",
        title=N_("Archive file"),
        pages=("archives.show_archive", "archives.show_texts", "archives.show_redaction_form"),
        chair=N_(
            "Once the decision is final, everything that the memo rests on can be had as one file: "
            "keep it as long as the law asks. Whoever has it verifies it in a browser, without "
            "this site. For a public-records request there is a copy with roles instead of names, "
            "and without the texts that you black out, each with a reason; it can be verified too."
        ),
    ),
    HelpTopic(
        anchor="memo-words",
        title=N_("Words of the memo"),
        pages=("narratives.show_narratives", "narratives.show_vendor_narratives"),
        chair=N_(
            "Scores, votes and findings of the memo always come from the ballots and the meeting "
            "and are never typed here. What you write "
            "about each vendor – strengths, gaps, the evidence relied on, what is open – stands "
            "above them in the memo, and in the letters to vendors that were not chosen. Beside "
            "each text you read what reviewers and the committee wrote; an empty text can begin "
            "with it. A text that stays empty changes nothing: the memo quotes the notes then."
        ),
    ),
    HelpTopic(
        anchor="letters",
        title=N_("Letters to vendors"),
        pages=("letters.show_letters", "letters.show_letter"),
        chair=N_(
            "Once the decision is final, there is a letter for each vendor that was not chosen: "
            "its own score, findings, votes in total and reasons, nothing of the others but the "
            "name of the chosen vendor, and no reviewer’s name. The page warns where a text that "
            "somebody typed names another vendor or a member of the committee. The portal sends no "
            "letter: download it, and send it as your district does."
        ),
    ),
    HelpTopic(
        anchor="journal",
        title=N_("Journal"),
        pages=("journal.show_journal",),
        everybody=N_(
            "The journal lists everything that was done in this evaluation: who, what and when. "
            "Entries are never changed and none is taken out, and each is chained to the one "
            "before, so that a change would be noticed. What is still blind is not told here, nor "
            "what concerns a vendor with whom you have a conflict of interest."
        ),
    ),
)
