"""The words of crrubric as enums: the only lists of choices anywhere.

Values are what is stored and exported; labels are what people read (English source
texts, marked for translation with `N_`; a door translates them when it shows them).
"""

from enum import StrEnum
from typing import Self


def N_(text: str) -> str:  # the name that translators' tools look for
    """Mark `text` for translation without translating it here: the domain knows no language."""
    return text


class Labelled(StrEnum):
    """A text enum whose members carry the label that people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Answer(Labelled):
    """What a mark says. No mark at all is *unscored* and never counted as anything."""

    YES = "YES", N_("Yes")
    NO = "NO", N_("No")
    CANNOT_TELL = "CANNOT_TELL", N_("Can’t tell")
    NOT_APPLICABLE = "NOT_APPLICABLE", N_("Not applicable")

    @property
    def decisive(self) -> bool:
        """Whether the answer says YES or NO, the only two that a rule counts."""
        return self in (Answer.YES, Answer.NO)


class Outcome(Labelled):
    """What the decision rule makes of a tally; the values of a finding as well."""

    MET = "MET", N_("Met")
    NOT_MET = "NOT_MET", N_("Not met")
    NOT_APPLICABLE = "NOT_APPLICABLE", N_("Not applicable")
    UNRESOLVED = "UNRESOLVED", N_("Unresolved")


class Reason(Labelled):
    """Why an outcome is UNRESOLVED. They stay apart: each asks for a different act."""

    NO_MARKS = "NO_MARKS", N_("no marks")
    NO_QUORUM = "NO_QUORUM", N_("too few marks")
    TIE = "TIE", N_("tie")
    NOT_REACHED = "NOT_REACHED", N_("short of the threshold")
    TIE_APPLICABLE = "TIE_APPLICABLE", N_("applicability in dispute")


class Gate(Labelled):
    """Whether a vendor meets every must-have, or the committee reinstated it all the same."""

    PASS = "PASS", N_("meets every must-have")
    FAIL = "FAIL", N_("not eligible")
    PENDING = "PENDING", N_("pending")
    REINSTATED = "REINSTATED", N_("reinstated by the committee")

    @property
    def is_ranked(self) -> bool:
        """Whether vendors behind this gate are ranked."""
        return self in (Gate.PASS, Gate.REINSTATED)


class RuleKind(Labelled):
    """How YES and NO marks become an outcome."""

    MAJORITY = "MAJORITY", N_("Simple majority")
    SUPERMAJORITY = "SUPERMAJORITY", N_("Supermajority")
    UNANIMITY = "UNANIMITY", N_("Unanimity")


class ScoringMode(Labelled):
    """What a cell adds to a score: its outcome (0 or 1) or its share of YES."""

    OUTCOME = "OUTCOME", N_("by outcome")
    SHARE = "SHARE", N_("by share of YES")


class Phase(Labelled):
    """Where an evaluation stands; the order of the members is the order of the phases."""

    SETUP = "SETUP", N_("Set-up")
    PRACTICE = "PRACTICE", N_("Practice")
    SCORING = "SCORING", N_("Scoring")
    MEETING = "MEETING", N_("Meeting")
    DECIDED = "DECIDED", N_("Decided")
    ARCHIVED = "ARCHIVED", N_("Archived")


class Role(Labelled):
    """What a person may do in one evaluation; one person can be chair and reviewer."""

    CHAIR = "CHAIR", N_("Chair")
    REVIEWER = "REVIEWER", N_("Reviewer")
    OBSERVER = "OBSERVER", N_("Observer")
    OPERATOR = "OPERATOR", N_("Operator of the server")


class Standing(Labelled):
    """What a person may do on the whole site, apart from any evaluation."""

    ADMINISTRATOR = "ADMINISTRATOR", N_("Administrator")
    ORGANIZER = "ORGANIZER", N_("Organizer")
    MEMBER = "MEMBER", N_("Member")


class Stakeholder(Labelled):
    """Whom a committee member speaks for."""

    TEACHER = "teacher", N_("Teacher")
    COUNSELOR = "counselor", N_("Counselor")
    SPECIAL_EDUCATION = "special_education", N_("Special education")
    ENGLISH_LEARNERS = "english_learners", N_("English learners")
    IT = "it", N_("IT")
    PRINCIPAL = "principal", N_("Principal")
    PARENT = "parent", N_("Parent")
    STUDENT = "student", N_("Student")
    COMMUNITY = "community", N_("Community")
    OTHER = "other", N_("Other")


class EvidenceKind(Labelled):
    """What kind of thing a mark points to."""

    DEMO = "DEMO", N_("Demo")
    SANDBOX = "SANDBOX", N_("Sandbox")
    DOCUMENT = "DOCUMENT", N_("Document")
    REFERENCE_CALL = "REFERENCE_CALL", N_("Reference call")
    STATEMENT = "STATEMENT", N_("Statement")


class FileKind(Labelled):
    """What can be attached; each is told from its content."""

    PDF = "PDF", N_("PDF")
    PNG = "PNG", N_("PNG picture")
    JPEG = "JPEG", N_("JPEG picture")
    DOCX = "DOCX", N_("Word document")
    XLSX = "XLSX", N_("Excel workbook")
    CSV = "CSV", N_("Table (CSV)")


class BallotState(Labelled):
    """One reviewer's marks for one vendor, as stored; *not started* is open with no mark."""

    OPEN = "OPEN", N_("Open")
    SUBMITTED = "SUBMITTED", N_("Submitted")


class EntrySource(Labelled):
    """How a reviewer gave a ballot that somebody else entered."""

    PAPER = "PAPER", N_("On paper")
    PHONE = "PHONE", N_("By phone")


class CorrectionEffect(Labelled):
    """What a correction of the rubric does to marks that were given already."""

    KEEP = "KEEP", N_("Marks given stay: the meaning is the same")
    AGAIN = "AGAIN", N_("It is marked again: marks given so far are set aside")
    LEAVE_OUT = "LEAVE_OUT", N_("It is left out: marks given stay in the record and don’t count")


class DeclarationKind(Labelled):
    """What a committee member states about a vendor before reading its ballot."""

    NONE = "NONE", N_("No conflict of interest")
    CONFLICT = "CONFLICT", N_("Conflict of interest")


class MotionKind(Labelled):
    """What a motion of the meeting is about."""

    UNDISPUTED = "UNDISPUTED", N_("to adopt the cells that nobody disputes")
    OTHER = "OTHER", N_("something else")


class PositionKind(Labelled):
    """Where a reviewer stands on the recommendation."""

    SUPPORT = "SUPPORT", N_("I support it")
    LIVE_WITH = "LIVE_WITH", N_("I can live with it")
    CANNOT_SUPPORT = "CANNOT_SUPPORT", N_("I cannot support it")


class RankingKind(Labelled):
    """Which order of the vendors the committee adopts."""

    COMPUTED = "COMPUTED", N_("the computed order")
    OTHER = "OTHER", N_("another order")


class Topic(Labelled):
    """Why a cell is on the agenda; the order of the members is the order of the agenda."""

    UNRESOLVED = "UNRESOLVED", N_("Unresolved")
    SPLIT_MUST_HAVE = "SPLIT_MUST_HAVE", N_("Split on a must-have")
    EXPERT = "EXPERT", N_("Who speaks for the field says otherwise")
    SPLIT = "SPLIT", N_("Split")


class QuestionState(Labelled):
    """How far a question to a vendor is."""

    DRAFT = "DRAFT", N_("not sent yet")
    SENT = "SENT", N_("sent, no answer yet")
    ANSWERED = "ANSWERED", N_("answered")
    WITHDRAWN = "WITHDRAWN", N_("withdrawn")


class NoticeKind(Labelled):
    """What a member is told, once; the label is the sentence, filled from the notice."""

    PHASE_CHANGED = "PHASE_CHANGED", N_("The evaluation is now in the phase “%(phase)s”.")
    CLOSING_DAY_MOVED = "CLOSING_DAY_MOVED", N_("Scoring now closes on %(day)s.")
    BALLOT_REOPENED = (
        "BALLOT_REOPENED",
        N_("The chair reopened your ballot for %(vendor)s. Why: %(reason)s"),
    )
    POSITION_ASKED = (
        "POSITION_ASKED",
        N_("The recommendation is another one now: state your position again."),
    )
    CONFLICT_WAIVED = (
        "CONFLICT_WAIVED",
        N_("Your conflict of interest with %(vendor)s was waived: you score it. Why: %(reason)s"),
    )
    WAIVER_ENDED = (
        "WAIVER_ENDED",
        N_("The waiver for %(vendor)s was withdrawn: you do not score it. Why: %(reason)s"),
    )
    ASSIGNMENT_CHANGED = (
        "ASSIGNMENT_CHANGED",
        N_("What you are to mark has changed: look at your ballots."),
    )
    BALLOT_ENTERED = (
        "BALLOT_ENTERED",
        N_("Your ballot for %(vendor)s was entered by the chair, as you gave it: confirm it."),
    )
    BALLOT_DISPUTED = (
        "BALLOT_DISPUTED",
        N_("%(name)s says that the ballot entered for %(vendor)s is not what they gave."),
    )
    MARKS_STAY = (
        "MARKS_STAY",
        N_("The criterion “%(criterion)s” was corrected; your marks stay. Why: %(reason)s"),
    )
    MARK_AGAIN = (
        "MARK_AGAIN",
        N_("The criterion “%(criterion)s” was corrected: mark it again. Why: %(reason)s"),
    )
    CRITERION_LEFT_OUT = (
        "CRITERION_LEFT_OUT",
        N_("The criterion “%(criterion)s” was left out; it no longer counts. Why: %(reason)s"),
    )
    VENDOR_WITHDRAWN = (
        "VENDOR_WITHDRAWN",
        N_("%(vendor)s is out of the selection. Why: %(reason)s"),
    )
    VENDOR_RESTORED = (
        "VENDOR_RESTORED",
        N_("%(vendor)s is back in the selection. Why: %(reason)s"),
    )
    PRACTICE_SHOWN = (
        "PRACTICE_SHOWN",
        N_("The practice round is over: see which criteria were read differently."),
    )
    QUESTION_ANSWERED = (
        "QUESTION_ANSWERED",
        N_(
            "%(vendor)s answered what you asked: “%(question)s” Read it on your ballot; while "
            "scoring is open you may change your mark, and the chair can reopen a sealed ballot."
        ),
    )
    QUESTION_WITHDRAWN = (
        "QUESTION_WITHDRAWN",
        N_("The question to %(vendor)s that you asked for was withdrawn. Why: %(reason)s"),
    )
    ASKING_SET_ASIDE = (
        "ASKING_SET_ASIDE",
        N_("The chair did not pass on what you asked %(vendor)s: “%(question)s” Why: %(reason)s"),
    )
    ALL_IN = "ALL_IN", N_("All ballots are in: scoring can be closed.")


class MailKind(Labelled):
    """What a mail is for."""

    INVITATION = "INVITATION", N_("invitation")
    NOTICE = "NOTICE", N_("notice")
    REMINDER = "REMINDER", N_("before the closing day")
    CHAIR_REMINDER = "CHAIR_REMINDER", N_("by the chair")


class MailState(Labelled):
    """How far a mail is; *waiting* includes one that is to be tried again."""

    WAITING = "WAITING", N_("waiting")
    SENT = "SENT", N_("sent")
    FAILED = "FAILED", N_("failed")
    SET_ASIDE = "SET_ASIDE", N_("not sent")


class PriceUnit(Labelled):
    """What a vendor's price is counted in."""

    LEARNER = "LEARNER", N_("per learner")
    SEAT = "SEAT", N_("per concurrent seat")
    COURSE = "COURSE", N_("per course enrolment")
    SCHOOL = "SCHOOL", N_("per school")
    DISTRICT = "DISTRICT", N_("for the whole district")


class Action(Labelled):
    """What somebody may want to do in an evaluation; `policy.py` says who may, and when."""

    VIEW_EVALUATION = "VIEW_EVALUATION", N_("read the overview, rubric, vendors and committee")
    EDIT_SETUP = "EDIT_SETUP", N_("change rubric, vendors, decision rule and dates")
    MANAGE_COMMITTEE = "MANAGE_COMMITTEE", N_("invite members, say who marks what")
    PRACTICE = "PRACTICE", N_("mark the made-up vendor of the practice round")
    VIEW_PRACTICE = "VIEW_PRACTICE", N_("read the practice round, once it is over its spread")
    RUN_PRACTICE = "RUN_PRACTICE", N_("end the practice round, or begin it anew")
    CORRECT_RUBRIC = "CORRECT_RUBRIC", N_("correct a criterion after ballots opened")
    WITHDRAW_VENDOR = "WITHDRAW_VENDOR", N_("take a vendor out of the selection, or back in")
    ENTER_ON_BEHALF = "ENTER_ON_BEHALF", N_("enter a ballot given on paper or by phone")
    CONFIRM_BALLOT = "CONFIRM_BALLOT", N_("confirm one’s own ballot that somebody entered")
    CHANGE_PHASE = "CHANGE_PHASE", N_("move to the next phase, or one back")
    DECLARE = "DECLARE", N_("declare a conflict of interest, or that there is none")
    WAIVE_CONFLICT = "WAIVE_CONFLICT", N_("waive another member’s conflict of interest")
    VIEW_OWN_BALLOTS = "VIEW_OWN_BALLOTS", N_("read one’s own ballots")
    RECORD_MARK = "RECORD_MARK", N_("mark and submit one’s own ballots")
    ATTACH_TO_MARK = "ATTACH_TO_MARK", N_("attach files to one’s own marks")
    ATTACH_TO_VENDOR = "ATTACH_TO_VENDOR", N_("attach files to a vendor, or withdraw them")
    VIEW_WITHDRAWN_FILES = "VIEW_WITHDRAWN_FILES", N_("read files of vendors that were withdrawn")
    VIEW_EVIDENCE = "VIEW_EVIDENCE", N_("read the register of evidence")
    ASK_VENDOR = "ASK_VENDOR", N_("ask a vendor something, through the chair")
    VIEW_QUESTIONS = "VIEW_QUESTIONS", N_("read questions to vendors and their answers")
    MANAGE_QUESTIONS = "MANAGE_QUESTIONS", N_("write questions to vendors, record the answers")
    VIEW_PROGRESS = "VIEW_PROGRESS", N_("see how many marks and ballots are done")
    REOPEN_BALLOT = "REOPEN_BALLOT", N_("reopen a submitted ballot, with a reason")
    REMIND = "REMIND", N_("remind reviewers with open ballots")
    MOVE_CLOSING_DAY = "MOVE_CLOSING_DAY", N_("move the day on which scoring closes")
    VIEW_RESULTS = "VIEW_RESULTS", N_("read matrix, cells, scores, agreement and comparison")
    VIEW_REVIEWERS = "VIEW_REVIEWERS", N_("read what sets one reviewer beside another")
    TRY_WHAT_IF = "TRY_WHAT_IF", N_("try other weights, rules and committees on the result")
    EXPORT_RESULTS = "EXPORT_RESULTS", N_("download tallies and scores")
    EXPORT_MARKS = "EXPORT_MARKS", N_("download every mark with its reviewer")
    FOLLOW_MEETING = "FOLLOW_MEETING", N_("read the agenda and the minutes, follow the meeting")
    RUN_MEETING = "RUN_MEETING", N_("open and close the meeting, lead it through the agenda")
    RECORD_FINDING = "RECORD_FINDING", N_("record what the committee finds for a cell")
    REINSTATE_VENDOR = "REINSTATE_VENDOR", N_("reinstate a vendor that is not eligible")
    RECORD_DECISION = "RECORD_DECISION", N_("record the recommendation")
    STATE_POSITION = "STATE_POSITION", N_("state one’s own position on the recommendation")
    MANAGE_COMMITMENTS = "MANAGE_COMMITMENTS", N_("record what the vendor promises, by when")
    SET_RETENTION = "SET_RETENTION", N_("set the retention date and a legal hold")
    VIEW_MEMO = "VIEW_MEMO", N_("read and download the selection memo")
    VIEW_JOURNAL = "VIEW_JOURNAL", N_("read the journal")
    IMPORT_MARKS = "IMPORT_MARKS", N_("import marks from a file")


class Event(Labelled):
    """What the journal records; the label is the sentence, filled from the entry."""

    EVALUATION_CREATED = "EVALUATION_CREATED", N_("created the evaluation “%(subject)s”")
    EVALUATION_CHANGED = "EVALUATION_CHANGED", N_("changed title, purpose or dates")
    RULE_CHANGED = "RULE_CHANGED", N_("changed the decision rule")
    SECTION_ADDED = "SECTION_ADDED", N_("added the section “%(subject)s”")
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
    VENDOR_FILE_WITHDRAWN = "VENDOR_FILE_WITHDRAWN", N_("withdrew a file of %(subject)s")
    CRITERION_CORRECTED = "CRITERION_CORRECTED", N_("corrected the criterion “%(subject)s”")
    MEMBER_ASSIGNED = "MEMBER_ASSIGNED", N_("changed what %(subject)s is to mark")
    PRACTICE_FINISHED = "PRACTICE_FINISHED", N_("finished the practice round")
    PRACTICE_SHOWN = "PRACTICE_SHOWN", N_("ended the practice round and showed its spread")
    PRACTICE_RESTARTED = "PRACTICE_RESTARTED", N_("began the practice round anew")
    MEMBER_INVITED = "MEMBER_INVITED", N_("invited %(subject)s")
    MEMBER_CHANGED = "MEMBER_CHANGED", N_("changed the seat of %(subject)s")
    MEMBER_REMOVED = "MEMBER_REMOVED", N_("removed %(subject)s from the committee")
    INVITE_RENEWED = "INVITE_RENEWED", N_("made a new invitation link for %(subject)s")
    INVITE_ACCEPTED = "INVITE_ACCEPTED", N_("accepted the invitation")
    PHASE_CHANGED = "PHASE_CHANGED", N_("changed the phase")
    RETENTION_CHANGED = "RETENTION_CHANGED", N_("changed how long the record is kept")
    MARK_RECORDED = "MARK_RECORDED", N_("marked %(subject)s")
    MARK_FILE_ATTACHED = "MARK_FILE_ATTACHED", N_("attached a file to the mark for %(subject)s")
    MARK_FILE_REMOVED = "MARK_FILE_REMOVED", N_("removed a file from the mark for %(subject)s")
    NO_CONFLICT_DECLARED = "NO_CONFLICT_DECLARED", N_("declared no conflict with %(subject)s")
    CONFLICT_DECLARED = "CONFLICT_DECLARED", N_("declared a conflict of interest for %(subject)s")
    CONFLICT_WAIVED = "CONFLICT_WAIVED", N_("waived a conflict of interest: %(subject)s")
    WAIVER_ENDED = "WAIVER_ENDED", N_("withdrew the waiver of a conflict: %(subject)s")
    BALLOT_SUBMITTED = "BALLOT_SUBMITTED", N_("submitted the ballot for %(subject)s")
    BALLOT_REOPENED = "BALLOT_REOPENED", N_("reopened the ballot of %(subject)s")
    REMINDED = "REMINDED", N_("reminded reviewers with open ballots; mails: %(subject)s")
    BALLOT_ENTERED = "BALLOT_ENTERED", N_("entered on behalf the ballot of %(subject)s")
    BALLOT_CONFIRMED = "BALLOT_CONFIRMED", N_("confirmed the ballot entered for %(subject)s")
    BALLOT_DISPUTED = "BALLOT_DISPUTED", N_("did not confirm the ballot entered for %(subject)s")
    MARK_SET_ASIDE = "MARK_SET_ASIDE", N_("set a mark aside: %(subject)s")
    MARKS_IMPORTED = "MARKS_IMPORTED", N_("imported marks from %(subject)s")
    QUESTION_ASKED = "QUESTION_ASKED", N_("asked %(subject)s something, through the chair")
    ASKING_SET_ASIDE = "ASKING_SET_ASIDE", N_("did not pass on what was asked of %(subject)s")
    QUESTION_WRITTEN = "QUESTION_WRITTEN", N_("wrote a question to %(subject)s")
    QUESTION_JOINED = "QUESTION_JOINED", N_("put what was asked to a question to %(subject)s")
    QUESTION_REWORDED = "QUESTION_REWORDED", N_("reworded a question to %(subject)s")
    QUESTIONS_SENT = "QUESTIONS_SENT", N_("sent questions to %(subject)s")
    QUESTION_ANSWERED = "QUESTION_ANSWERED", N_("recorded an answer of %(subject)s")
    QUESTION_WITHDRAWN = "QUESTION_WITHDRAWN", N_("withdrew a question to %(subject)s")
    MEETING_STARTED = "MEETING_STARTED", N_("opened the meeting")
    MEETING_ENDED = "MEETING_ENDED", N_("closed the meeting")
    ATTENDANCE_CHANGED = "ATTENDANCE_CHANGED", N_("recorded who is present: %(subject)s")
    MOTION_RECORDED = "MOTION_RECORDED", N_("recorded a motion: %(subject)s")
    CELL_DEFERRED = "CELL_DEFERRED", N_("deferred %(subject)s")
    FINDING_RECORDED = "FINDING_RECORDED", N_("recorded the finding for %(subject)s")
    FINDING_WITHDRAWN = "FINDING_WITHDRAWN", N_("withdrew the finding for %(subject)s")
    POSITION_STATED = "POSITION_STATED", N_("stated a position on the recommendation")
    POSITIONS_CLEARED = "POSITIONS_CLEARED", N_("asked again for positions: it is another vendor")
    COMMITMENT_RECORDED = "COMMITMENT_RECORDED", N_("recorded a commitment of %(subject)s")
    COMMITMENT_WITHDRAWN = "COMMITMENT_WITHDRAWN", N_("withdrew a commitment of %(subject)s")
    REINSTATEMENT_RECORDED = "REINSTATEMENT_RECORDED", N_("reinstated %(subject)s")
    REINSTATEMENT_WITHDRAWN = (
        "REINSTATEMENT_WITHDRAWN",
        N_("withdrew the reinstatement of %(subject)s"),
    )
    DECISION_RECORDED = "DECISION_RECORDED", N_("recorded the recommendation")
