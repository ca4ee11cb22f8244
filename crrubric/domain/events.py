"""What the journal knows to tell: one entry is one event."""

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class Event(LabelledEnum):
    """What the journal records; the label is the sentence, filled from the entry."""

    DISTRICT_CHANGED = "DISTRICT_CHANGED", N_("changed name, time zone or language of the district")
    DISTRICT_LOGO_SET = "DISTRICT_LOGO_SET", N_("set the logo of the district")
    DISTRICT_LOGO_REMOVED = "DISTRICT_LOGO_REMOVED", N_("removed the logo of the district")
    SITE_RESTORED = "SITE_RESTORED", N_("restored the site from a backup")
    # of the site: what is removed, and by which two people
    KEEPING_CHANGED = "KEEPING_CHANGED", N_("changed how long records are kept")
    REMOVAL_PROPOSED = "REMOVAL_PROPOSED", N_("proposed to remove: %(subject)s")
    REMOVAL_WITHDRAWN = "REMOVAL_WITHDRAWN", N_("withdrew the proposal to remove: %(subject)s")
    RECORD_REMOVED = "RECORD_REMOVED", N_("confirmed the removal, and removed: %(subject)s")
    LIBRARY_KEPT = (
        "LIBRARY_KEPT",
        N_("kept a version of the rubric “%(subject)s” in the library"),
    )
    EVALUATION_CREATED = "EVALUATION_CREATED", N_("created the evaluation “%(subject)s”")
    # in the journal of the site, so that an evaluation can't go with its whole journal unseen
    EVALUATION_BEGUN = "EVALUATION_BEGUN", N_("began the journal of “%(subject)s”")
    EVALUATION_RENEWS = "EVALUATION_RENEWS", N_("began it to renew “%(subject)s”")
    EVALUATION_CHANGED = "EVALUATION_CHANGED", N_("changed title, purpose or dates")
    EVALUATION_DELETED = "EVALUATION_DELETED", N_("deleted the evaluation “%(subject)s” in set-up")
    RULE_CHANGED = "RULE_CHANGED", N_("changed the decision rule")
    RUBRIC_IMPORTED = "RUBRIC_IMPORTED", N_("took the rubric “%(subject)s” over")
    SECTION_ADDED = "SECTION_ADDED", N_("added the section “%(subject)s”")
    SECTION_RENAMED = "SECTION_RENAMED", N_("renamed the section “%(subject)s”")
    SECTION_REMOVED = "SECTION_REMOVED", N_("removed the section “%(subject)s”")
    CRITERION_ADDED = "CRITERION_ADDED", N_("added the criterion “%(subject)s”")
    CRITERION_CHANGED = "CRITERION_CHANGED", N_("changed the criterion “%(subject)s”")
    CRITERION_TRANSLATED = (
        "CRITERION_TRANSLATED",
        N_("changed the translation of the criterion “%(subject)s”"),
    )
    CRITERION_MOVED = "CRITERION_MOVED", N_("moved the criterion “%(subject)s”")
    VENDOR_ADDED = "VENDOR_ADDED", N_("added the vendor “%(subject)s”")
    VENDOR_CHANGED = "VENDOR_CHANGED", N_("changed the vendor “%(subject)s”")
    VENDOR_REMOVED = "VENDOR_REMOVED", N_("removed the vendor “%(subject)s”")
    VENDOR_WITHDRAWN = "VENDOR_WITHDRAWN", N_("took %(subject)s out of the selection")
    VENDOR_RESTORED = "VENDOR_RESTORED", N_("took %(subject)s back into the selection")
    VENDOR_FILE_ATTACHED = "VENDOR_FILE_ATTACHED", N_("attached a file of %(subject)s")
    VENDOR_FILE_CHANGED = (
        "VENDOR_FILE_CHANGED",
        N_("changed whether a file of %(subject)s tells prices"),
    )
    VENDOR_FILE_WITHDRAWN = "VENDOR_FILE_WITHDRAWN", N_("withdrew a file of %(subject)s")
    CRITERION_CORRECTED = "CRITERION_CORRECTED", N_("corrected the criterion “%(subject)s”")
    MEMBER_ASSIGNED = "MEMBER_ASSIGNED", N_("changed what %(subject)s has to mark")
    PRACTICE_FINISHED = "PRACTICE_FINISHED", N_("finished the practice round")
    PRACTICE_SHOWN = "PRACTICE_SHOWN", N_("ended the practice round and showed all answers")
    PRACTICE_RESTARTED = "PRACTICE_RESTARTED", N_("started the practice round again")
    VOTE_OPENED = "VOTE_OPENED", N_("opened a vote on must-haves")
    VOTE_SUBMITTED = "VOTE_SUBMITTED", N_("submitted their answers in the vote on must-haves")
    VOTE_REOPENED = (
        "VOTE_REOPENED",
        N_("gave %(subject)s the answers in the vote on must-haves back"),
    )
    VOTE_CLOSED = "VOTE_CLOSED", N_("closed the vote on must-haves and showed its counts")
    VOTE_ADOPTED = (
        "VOTE_ADOPTED",
        N_("settled after the vote whether “%(subject)s” is a must-have"),
    )
    MEMBER_INVITED = "MEMBER_INVITED", N_("invited %(subject)s")
    MEMBER_CONFIRMED = (
        "MEMBER_CONFIRMED",
        N_("confirmed the address of %(subject)s, whose seat counts from now on"),
    )
    MEMBER_ADDED = "MEMBER_ADDED", N_("added the reviewer %(subject)s, who has no account")
    MEMBER_CHANGED = "MEMBER_CHANGED", N_("changed the role of %(subject)s on the committee")
    CHAIR_APPOINTED = "CHAIR_APPOINTED", N_("appointed %(subject)s acting chair")
    MEMBER_REMOVED = "MEMBER_REMOVED", N_("removed %(subject)s from the committee")
    MEMBER_RENAMED = "MEMBER_RENAMED", N_("changed their own name to %(subject)s")
    INVITE_RENEWED = "INVITE_RENEWED", N_("made a new invitation link for %(subject)s")
    INVITE_SHOWN = "INVITE_SHOWN", N_("was shown the invitation link of %(subject)s")
    INVITE_RENAMED = (
        "INVITE_RENAMED",
        N_("corrected the name of %(subject)s, who has not signed up yet"),
    )
    INVITE_READDRESSED = (
        "INVITE_READDRESSED",
        N_("corrected the address of %(subject)s and made a new invitation link"),
    )
    MEMBER_LINK_MADE = (
        "MEMBER_LINK_MADE",
        N_("made a link with which a new password can be chosen for %(subject)s"),
    )
    INVITE_ACCEPTED = "INVITE_ACCEPTED", N_("accepted the invitation")
    ACCOUNT_ADDED = "ACCOUNT_ADDED", N_("added the account of %(subject)s")
    ACCOUNT_ADDRESS_VOUCHED = (
        "ACCOUNT_ADDRESS_VOUCHED",
        N_("confirmed that the address of %(subject)s is theirs"),
    )
    ACCOUNT_LINK_MADE = "ACCOUNT_LINK_MADE", N_("made a one-time link for %(subject)s")
    ACCOUNT_LINK_SENT = (
        "ACCOUNT_LINK_SENT",
        N_("had a link for a new password sent to %(subject)s"),
    )
    ACCOUNT_LINK_ASKED = (
        "ACCOUNT_LINK_ASKED",
        N_("was asked to send %(subject)s a link for a new password"),
    )
    ACCOUNT_SIGN_IN_LINK_ASKED = (
        "ACCOUNT_SIGN_IN_LINK_ASKED",
        N_("was asked to send %(subject)s a link for signing in"),
    )
    ACCOUNT_SIGN_IN_LINK_USED = (
        "ACCOUNT_SIGN_IN_LINK_USED",
        N_("signed in with a link that was sent to their address"),
    )
    ACCOUNT_CONFIRM_LINK_SENT = (
        "ACCOUNT_CONFIRM_LINK_SENT",
        N_("had a link sent to their address, to confirm that it is them"),
    )
    ACCOUNT_PASSWORD_SET = (
        "ACCOUNT_PASSWORD_SET",
        N_("chose a new password with a one-time link"),
    )
    ACCOUNT_PASSWORD_CHANGED = "ACCOUNT_PASSWORD_CHANGED", N_("changed their own password")
    ACCOUNT_TWO_STEPS_ON = "ACCOUNT_TWO_STEPS_ON", N_("turned on two-step sign-in")
    ACCOUNT_TWO_STEPS_OFF = "ACCOUNT_TWO_STEPS_OFF", N_("turned off two-step sign-in")
    ACCOUNT_TWO_STEPS_RESET = (
        "ACCOUNT_TWO_STEPS_RESET",
        N_("turned off two-step sign-in of %(subject)s"),
    )
    ACCOUNT_APP_ADDED = "ACCOUNT_APP_ADDED", N_("set up an authenticator app")
    ACCOUNT_APP_REMOVED = "ACCOUNT_APP_REMOVED", N_("removed their authenticator app")
    ACCOUNT_PASSKEY_ADDED = "ACCOUNT_PASSKEY_ADDED", N_("added a passkey")
    ACCOUNT_PASSKEY_REMOVED = "ACCOUNT_PASSKEY_REMOVED", N_("removed a passkey")
    ACCOUNT_RECOVERY_CODES_MADE = "ACCOUNT_RECOVERY_CODES_MADE", N_("made new recovery codes")
    ACCOUNT_RECOVERY_CODE_USED = (
        "ACCOUNT_RECOVERY_CODE_USED",
        N_("signed in with a recovery code"),
    )
    ACCOUNT_IDENTITY_LINKED = (
        "ACCOUNT_IDENTITY_LINKED",
        N_("signs in with %(subject)s from now on"),
    )
    ACCOUNT_IDENTITY_UNLINKED = (
        "ACCOUNT_IDENTITY_UNLINKED",
        N_("signs in with %(subject)s no more"),
    )
    ACCOUNT_IDENTITIES_ENDED = (
        "ACCOUNT_IDENTITIES_ENDED",
        N_("ended signing in by other accounts for %(subject)s"),
    )
    ACCOUNT_SESSIONS_ENDED = "ACCOUNT_SESSIONS_ENDED", N_("signed out other browsers of their own")
    ACCOUNT_SIGNED_OUT = "ACCOUNT_SIGNED_OUT", N_("signed %(subject)s out everywhere")
    ACCOUNT_RENAMED = "ACCOUNT_RENAMED", N_("changed their own name")
    ACCOUNT_ADDRESS_ASKED = (
        "ACCOUNT_ADDRESS_ASKED",
        N_("asked for another e-mail address: a link was sent there"),
    )
    ACCOUNT_READDRESSED = (
        "ACCOUNT_READDRESSED",
        N_("changed the e-mail address of %(subject)s"),
    )
    ACCOUNT_STANDING_CHANGED = (
        "ACCOUNT_STANDING_CHANGED",
        N_("changed the role of %(subject)s on the site"),
    )
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED", N_("disabled the account of %(subject)s")
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED", N_("enabled the account of %(subject)s again")
    ACCOUNT_CALENDAR_MADE = "ACCOUNT_CALENDAR_MADE", N_("made a link for their calendar")
    ACCOUNT_CALENDAR_REPLACED = (
        "ACCOUNT_CALENDAR_REPLACED",
        N_("replaced the link for their calendar"),
    )
    ACCOUNT_CALENDAR_ENDED = "ACCOUNT_CALENDAR_ENDED", N_("ended the link for their calendar")
    PHASE_CHANGED = "PHASE_CHANGED", N_("changed the phase")
    RETENTION_CHANGED = "RETENTION_CHANGED", N_("changed how long the record is kept")
    MARK_RECORDED = "MARK_RECORDED", N_("marked %(subject)s")
    MARK_FILE_ATTACHED = "MARK_FILE_ATTACHED", N_("attached a file to the mark for %(subject)s")
    MARK_FILE_REMOVED = "MARK_FILE_REMOVED", N_("removed a file from the mark for %(subject)s")
    NO_CONFLICT_DECLARED = "NO_CONFLICT_DECLARED", N_("declared no conflict with %(subject)s")
    CONFLICT_DECLARED = "CONFLICT_DECLARED", N_("declared a conflict of interest for %(subject)s")
    CONFLICT_REWORDED = (
        "CONFLICT_REWORDED",
        N_("corrected the words of their conflict of interest for %(subject)s"),
    )
    CONFLICT_RETRACTED = (
        "CONFLICT_RETRACTED",
        N_("took their conflict of interest for %(subject)s back: declared by mistake"),
    )
    CONFLICT_WAIVED = "CONFLICT_WAIVED", N_("waived a conflict of interest: %(subject)s")
    WAIVER_ENDED = "WAIVER_ENDED", N_("withdrew the waiver of a conflict: %(subject)s")
    BALLOT_SUBMITTED = "BALLOT_SUBMITTED", N_("submitted the ballot for %(subject)s")
    BALLOT_REOPENED = "BALLOT_REOPENED", N_("reopened the ballot of %(subject)s")
    REMINDED = "REMINDED", N_("reminded reviewers with open ballots; e-mails: %(subject)s")
    BALLOT_ENTERED = "BALLOT_ENTERED", N_("entered the ballot of %(subject)s on their behalf")
    BALLOT_CONFIRMED = "BALLOT_CONFIRMED", N_("confirmed the ballot entered for %(subject)s")
    BALLOT_DISPUTED = "BALLOT_DISPUTED", N_("did not confirm the ballot entered for %(subject)s")
    MARK_SET_ASIDE = "MARK_SET_ASIDE", N_("removed a mark from the count: %(subject)s")
    BALLOT_IMPORTED = "BALLOT_IMPORTED", N_("imported marks into the ballot of %(subject)s")
    MARKS_IMPORTED = "MARKS_IMPORTED", N_("imported marks from %(subject)s")
    QUESTION_ASKED = "QUESTION_ASKED", N_("asked %(subject)s something, through the chair")
    ASKING_SET_ASIDE = "ASKING_SET_ASIDE", N_("did not pass on a question to %(subject)s")
    QUESTION_WRITTEN = "QUESTION_WRITTEN", N_("wrote a question to %(subject)s")
    QUESTION_JOINED = (
        "QUESTION_JOINED",
        N_("added a reviewer’s question to a question to %(subject)s"),
    )
    QUESTION_REWORDED = "QUESTION_REWORDED", N_("reworded a question to %(subject)s")
    QUESTIONS_SENT = "QUESTIONS_SENT", N_("sent questions to %(subject)s")
    QUESTION_ANSWERED = "QUESTION_ANSWERED", N_("recorded an answer of %(subject)s")
    QUESTION_WITHDRAWN = "QUESTION_WITHDRAWN", N_("withdrew a question to %(subject)s")
    PLAN_ANSWERED = "PLAN_ANSWERED", N_("changed “%(subject)s” in the planning workbook")
    PLAN_RESTORED = (
        "PLAN_RESTORED",
        N_("restored an earlier version of “%(subject)s” in the planning workbook"),
    )
    PLAN_ASSIGNED = (
        "PLAN_ASSIGNED",
        N_("changed who works on “%(subject)s” in the planning workbook"),
    )
    ITEM_RECORDED = "ITEM_RECORDED", N_("added an action item: %(subject)s")
    ITEM_CHANGED = "ITEM_CHANGED", N_("changed an action item: %(subject)s")
    ITEM_MOVED = "ITEM_MOVED", N_("updated the status of an action item: %(subject)s")
    MEASURE_RECORDED = "MEASURE_RECORDED", N_("added a measure: %(subject)s")
    MEASURE_CHANGED = "MEASURE_CHANGED", N_("changed a measure: %(subject)s")
    ACTUAL_RECORDED = "ACTUAL_RECORDED", N_("recorded a value of a measure: %(subject)s")
    ACTUAL_CORRECTED = "ACTUAL_CORRECTED", N_("corrected a value of a measure: %(subject)s")
    REVIEW_RECORDED = "REVIEW_RECORDED", N_("recorded a review meeting: %(subject)s")
    REVIEW_CHANGED = "REVIEW_CHANGED", N_("changed the minutes of a review meeting: %(subject)s")
    PLAN_HINT_SETTLED = (
        "PLAN_HINT_SETTLED",
        N_("took or declined a hint of “%(subject)s” in the planning workbook"),
    )
    MEETING_STARTED = "MEETING_STARTED", N_("opened the meeting")
    MEETING_ENDED = "MEETING_ENDED", N_("closed the meeting")
    ATTENDANCE_CHANGED = "ATTENDANCE_CHANGED", N_("recorded who is present: %(subject)s")
    MOTION_RECORDED = "MOTION_RECORDED", N_("recorded a motion: %(subject)s")
    MOTION_CORRECTED = "MOTION_CORRECTED", N_("corrected a motion: %(subject)s")
    CELL_DEFERRED = "CELL_DEFERRED", N_("postponed %(subject)s")
    FINDING_RECORDED = "FINDING_RECORDED", N_("recorded the finding for %(subject)s")
    FINDING_WITHDRAWN = "FINDING_WITHDRAWN", N_("withdrew the finding for %(subject)s")
    SEATS_SET = "SEATS_SET", N_("said how many learners are priced, or out of which fund")
    PRICES_OPENED = "PRICES_OPENED", N_("opened the prices of all vendors")
    MEMO_NAMES_SET = (
        "MEMO_NAMES_SET",
        N_("chose whether the memo names people or gives their roles only"),
    )
    MEMO_ISSUED = "MEMO_ISSUED", N_("issued the memo: issue %(subject)s")
    ARCHIVE_MADE = "ARCHIVE_MADE", N_("made an archive")
    REDACTION_CHOSEN = (
        "REDACTION_CHOSEN",
        N_("blacked a text out of copies for the public"),
    )
    REDACTION_WITHDRAWN = (
        "REDACTION_WITHDRAWN",
        N_("showed a text in copies for the public again"),
    )
    PURCHASE_CHANGED = "PURCHASE_CHANGED", N_("changed the facts of the purchase")
    PURCHASE_DAYS_SET = "PURCHASE_DAYS_SET", N_("changed the days of the purchase")
    PURCHASE_LINE_RECORDED = (
        "PURCHASE_LINE_RECORDED",
        N_("updated the checklist of the purchase: %(subject)s"),
    )
    POSITION_STATED = "POSITION_STATED", N_("stated a position on the recommendation")
    POSITIONS_CLEARED = (
        "POSITIONS_CLEARED",
        N_("asked again for positions, because another vendor is recommended"),
    )
    COMMITMENT_RECORDED = "COMMITMENT_RECORDED", N_("recorded a commitment of %(subject)s")
    COMMITMENT_SETTLED = (
        "COMMITMENT_SETTLED",
        N_("said whether a commitment of %(subject)s was kept"),
    )
    COMMITMENT_WITHDRAWN = "COMMITMENT_WITHDRAWN", N_("withdrew a commitment of %(subject)s")
    NARRATIVES_WRITTEN = (
        "NARRATIVES_WRITTEN",
        N_("wrote for the memo about %(subject)s"),
    )
    LETTER_WORDS_SET = (
        "LETTER_WORDS_SET",
        N_("wrote what stands at the end of the letters to vendors"),
    )
    REINSTATEMENT_RECORDED = "REINSTATEMENT_RECORDED", N_("reinstated %(subject)s")
    REINSTATEMENT_WITHDRAWN = (
        "REINSTATEMENT_WITHDRAWN",
        N_("withdrew the reinstatement of %(subject)s"),
    )
    CALIBRATION_CHANGED = (
        "CALIBRATION_CHANGED",
        N_("changed how triage reads the chance from the pace"),
    )
    COHORT_CHANGED = "COHORT_CHANGED", N_("changed the past cohort beside triage")
    COHORT_ADOPTED = "COHORT_ADOPTED", N_("took the line of the past cohort for triage")
    VENUES_CHANGED = "VENUES_CHANGED", N_("changed where and when settings of triage happen")
    COUNTS_KEPT = "COUNTS_KEPT", N_("kept how many learners get each setting of triage")
    DECISION_RECORDED = "DECISION_RECORDED", N_("recorded the recommendation")
