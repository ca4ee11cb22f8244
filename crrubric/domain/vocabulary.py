"""The words of crrubric as enums: the only lists of choices anywhere.

Values are what is stored and exported; labels are what people read (English source
texts, marked for translation with `N_`; a door translates them when it shows them).
"""

from enum import StrEnum
from typing import Self

from crrubric.domain.translation import N_


class LabelledEnum(StrEnum):
    """A text enum whose members carry the label that people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class PlanAccess(LabelledEnum):
    """What the chair asks a member to do with a section of the planning workbook."""

    FILL = "FILL", N_("fill it in")
    READ = "READ", N_("read it")


class Answer(LabelledEnum):
    """What a mark says. No mark at all is *unscored* and never counted as anything."""

    YES = "YES", N_("Yes")
    NO = "NO", N_("No")
    CANNOT_TELL = "CANNOT_TELL", N_("Can’t tell")
    NOT_APPLICABLE = "NOT_APPLICABLE", N_("Not applicable")

    @property
    def decisive(self) -> bool:
        """Whether the answer says YES or NO, the only two that a rule counts."""
        return self in (Answer.YES, Answer.NO)


class Outcome(LabelledEnum):
    """What the decision rule makes of a tally; the values of a finding as well."""

    MET = "MET", N_("Met")
    NOT_MET = "NOT_MET", N_("Not met")
    NOT_APPLICABLE = "NOT_APPLICABLE", N_("Not applicable")
    UNRESOLVED = "UNRESOLVED", N_("Unresolved")


class UnresolvedReason(LabelledEnum):
    """Why an outcome is UNRESOLVED. They stay apart: each asks for a different act."""

    NO_MARKS = "NO_MARKS", N_("no marks")
    NO_QUORUM = "NO_QUORUM", N_("too few marks")
    TIE = "TIE", N_("tie")
    NOT_REACHED = "NOT_REACHED", N_("threshold not reached")
    TIE_APPLICABLE = "TIE_APPLICABLE", N_("reviewers disagree whether it applies")


class Gate(LabelledEnum):
    """Whether a vendor meets every must-have, or the committee reinstated it all the same."""

    PASS = "PASS", N_("meets every must-have")
    FAIL = "FAIL", N_("not eligible")
    PENDING = "PENDING", N_("pending")
    REINSTATED = "REINSTATED", N_("reinstated by the committee")

    @property
    def is_ranked(self) -> bool:
        """Whether vendors behind this gate are ranked."""
        return self in (Gate.PASS, Gate.REINSTATED)


class RuleKind(LabelledEnum):
    """How YES and NO marks become an outcome."""

    MAJORITY = "MAJORITY", N_("Simple majority")
    SUPERMAJORITY = "SUPERMAJORITY", N_("Supermajority")
    UNANIMITY = "UNANIMITY", N_("Unanimity")


class ScoringMode(LabelledEnum):
    """What a cell adds to a score: its outcome (0 or 1) or its share of YES."""

    OUTCOME = "OUTCOME", N_("by outcome")
    SHARE = "SHARE", N_("by share of YES")


class Phase(LabelledEnum):
    """Where an evaluation stands; the order of the members is the order of the phases."""

    SETUP = "SETUP", N_("Set-up")
    PRACTICE = "PRACTICE", N_("Practice")
    SCORING = "SCORING", N_("Scoring")
    MEETING = "MEETING", N_("Meeting")
    DECIDED = "DECIDED", N_("Decided")
    ARCHIVED = "ARCHIVED", N_("Archived")


class Role(LabelledEnum):
    """What a person may do in one evaluation; one person can be chair and reviewer."""

    CHAIR = "CHAIR", N_("Chair")
    REVIEWER = "REVIEWER", N_("Reviewer")
    OBSERVER = "OBSERVER", N_("Observer")
    OPERATOR = "OPERATOR", N_("Operator of the server")


class Standing(LabelledEnum):
    """What a person may do on the whole site, apart from any evaluation."""

    ADMINISTRATOR = "ADMINISTRATOR", N_("Administrator")
    ORGANIZER = "ORGANIZER", N_("Organizer")
    MEMBER = "MEMBER", N_("Member")


class SessionLevel(StrEnum):
    """How far somebody has come in signing in; the first two open nothing but the next step."""

    AWAITS_CODE = "AWAITS_CODE"
    AWAITS_SET_UP = "AWAITS_SET_UP"  # of the second step, which the site asks for
    ONE_STEP = "ONE_STEP"
    TWO_STEPS = "TWO_STEPS"


SIGNED_IN_LEVELS = frozenset({SessionLevel.ONE_STEP, SessionLevel.TWO_STEPS})


class LinkUse(StrEnum):
    """What a one-time link is for; it opens nothing else."""

    PASSWORD = "PASSWORD"  # noqa: S105  # to choose one, or to accept an invitation
    ADDRESS = "ADDRESS"  # to prove another one
    SIGN_IN = "SIGN_IN"
    CONFIRM = "CONFIRM"  # that the person who is signed in is still there


class PasskeyUse(StrEnum):
    """What a passkey is asked for; its answer counts for nothing else."""

    MAKE = "MAKE"  # it is new
    SIGN_IN = "SIGN_IN"  # alone
    SECOND_STEP = "SECOND_STEP"
    CONFIRM = "CONFIRM"  # that the person who is signed in is still there


class Stakeholder(LabelledEnum):
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


class EvidenceKind(LabelledEnum):
    """What kind of thing a mark points to."""

    DEMO = "DEMO", N_("Demo")
    SANDBOX = "SANDBOX", N_("Sandbox")
    DOCUMENT = "DOCUMENT", N_("Document")
    REFERENCE_CALL = "REFERENCE_CALL", N_("Reference call")
    STATEMENT = "STATEMENT", N_("Statement")


class FileKind(LabelledEnum):
    """What can be attached; each is told from its content."""

    PDF = "PDF", N_("PDF")
    PNG = "PNG", N_("PNG picture")
    JPEG = "JPEG", N_("JPEG picture")
    DOCX = "DOCX", N_("Word document")
    XLSX = "XLSX", N_("Excel workbook")
    CSV = "CSV", N_("Table (CSV)")


class BallotState(LabelledEnum):
    """One reviewer's marks for one vendor, as stored; *not started* is open with no mark."""

    OPEN = "OPEN", N_("Open")
    SUBMITTED = "SUBMITTED", N_("Submitted")


class EntrySource(LabelledEnum):
    """How a reviewer gave a ballot that somebody else entered."""

    PAPER = "PAPER", N_("On paper")
    PHONE = "PHONE", N_("By phone")
    FILE = "FILE", N_("In a file")


class CorrectionEffect(LabelledEnum):
    """What a correction of the rubric does to marks that were given already."""

    KEEP = "KEEP", N_("Marks already given stay valid: the meaning is the same")
    AGAIN = "AGAIN", N_("It must be marked again: marks given so far no longer count")
    LEAVE_OUT = (
        "LEAVE_OUT",
        N_("It is left out: marks already given stay in the record and don’t count"),
    )


class DeclarationKind(LabelledEnum):
    """What a committee member states about a vendor before reading its ballot."""

    NONE = "NONE", N_("No conflict of interest")
    CONFLICT = "CONFLICT", N_("Conflict of interest")


class MotionKind(LabelledEnum):
    """What a motion of the meeting is about."""

    UNDISPUTED = "UNDISPUTED", N_("to adopt the items that nobody disputes")
    OTHER = "OTHER", N_("something else")


class PositionKind(LabelledEnum):
    """Where a reviewer stands on the recommendation."""

    SUPPORT = "SUPPORT", N_("I support it")
    LIVE_WITH = "LIVE_WITH", N_("I can live with it")
    CANNOT_SUPPORT = "CANNOT_SUPPORT", N_("I cannot support it")


class CommitmentState(LabelledEnum):
    """Whether a vendor has kept what it promised."""

    OPEN = "OPEN", N_("open")
    KEPT = "KEPT", N_("kept")
    BROKEN = "BROKEN", N_("broken")


class RankingKind(LabelledEnum):
    """Which order of the vendors the committee adopts."""

    COMPUTED = "COMPUTED", N_("the computed order")
    OTHER = "OTHER", N_("another order")


class AgendaTopic(LabelledEnum):
    """Why a cell is on the agenda; the order of the members is the order of the agenda."""

    UNRESOLVED = "UNRESOLVED", N_("Unresolved")
    SPLIT_MUST_HAVE = "SPLIT_MUST_HAVE", N_("Split on a must-have")
    EXPERT = "EXPERT", N_("The reviewer for this field disagrees")
    SPLIT = "SPLIT", N_("Split")


class QuestionState(LabelledEnum):
    """How far a question to a vendor is."""

    DRAFT = "DRAFT", N_("not sent yet")
    SENT = "SENT", N_("sent, no answer yet")
    ANSWERED = "ANSWERED", N_("answered")
    WITHDRAWN = "WITHDRAWN", N_("withdrawn")


class SearchKind(LabelledEnum):
    """What can be found in an evaluation; the label stands above the hits."""

    VENDORS = "VENDORS", N_("Vendors")
    CRITERIA = "CRITERIA", N_("Criteria")
    PEOPLE = "PEOPLE", N_("Committee")
    QUESTIONS = "QUESTIONS", N_("Questions and answers")
    FINDINGS = "FINDINGS", N_("Findings")
    NOTES = "NOTES", N_("Notes")


class NoticeKind(LabelledEnum):
    """What a member is told, once; the label is the sentence, filled from the notice."""

    PHASE_CHANGED = "PHASE_CHANGED", N_("The evaluation is now in the phase “%(phase)s”.")
    CLOSING_DAY_MOVED = "CLOSING_DAY_MOVED", N_("Scoring now closes on %(day)s.")
    BALLOT_REOPENED = (
        "BALLOT_REOPENED",
        N_("The chair reopened your ballot for %(vendor)s. Why: %(reason)s"),
    )
    POSITION_ASKED = (
        "POSITION_ASKED",
        N_("The recommendation has changed: state your position again."),
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
        N_("What you have to mark has changed: look at your ballots."),
    )
    BALLOT_ENTERED = (
        "BALLOT_ENTERED",
        N_("Your ballot for %(vendor)s was entered by the chair, as you gave it: confirm it."),
    )
    BALLOTS_IMPORTED = (
        "BALLOTS_IMPORTED",
        N_(
            "Ballots of yours were filled from a file and are sealed: %(vendors)s. Look whether "
            "they say what you said; if they do not, tell the chair, who can reopen them."
        ),
    )
    BALLOT_DISPUTED = (
        "BALLOT_DISPUTED",
        N_(
            "%(name)s says that the ballot entered for %(vendor)s does not match the answers "
            "they gave."
        ),
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
        N_("The practice round is over: see which criteria reviewers understand differently."),
    )
    VOTE_OPENED = (
        "VOTE_OPENED",
        N_("The vote on must-haves is open: say for each criterion whether it is a must-have."),
    )
    VOTE_REOPENED = (
        "VOTE_REOPENED",
        N_("The chair gave you your answers in the vote on must-haves back. Why: %(reason)s"),
    )
    VOTE_CLOSED = (
        "VOTE_CLOSED",
        N_("The vote on must-haves is closed: see how many said YES for each criterion."),
    )
    PLAN_ASKED = (
        "PLAN_ASKED",
        N_("%(name)s asks you to fill in the section “%(section)s” of the planning workbook."),
    )
    QUESTION_ANSWERED = (
        "QUESTION_ANSWERED",
        N_(
            "%(vendor)s answered what you asked: “%(question)s” Read the answer on your "
            "ballot. While scoring is open, you can change your mark; the chair can reopen "
            "a sealed ballot."
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
    KNOWN_IN = (
        "KNOWN_IN",
        N_(
            "All ballots that you may know of are in. You are not told of those for a vendor from"
            " which you stay away."
        ),
    )


class MailKind(LabelledEnum):
    """What a mail is for."""

    INVITATION = "INVITATION", N_("invitation")
    NOTICE = "NOTICE", N_("notice")
    REMINDER = "REMINDER", N_("before the closing day")
    CHAIR_REMINDER = "CHAIR_REMINDER", N_("by the chair")
    ITEM_REMINDER = "ITEM_REMINDER", N_("action items")
    PASSWORD_LINK = "PASSWORD_LINK", N_("link for a new password")
    ADDRESS_LINK = "ADDRESS_LINK", N_("link for another address")
    SIGN_IN_LINK = "SIGN_IN_LINK", N_("link for signing in")
    ACCOUNT = "ACCOUNT", N_("change of an account")


class MailState(LabelledEnum):
    """How far a mail is; *waiting* includes one that is to be tried again."""

    WAITING = "WAITING", N_("waiting")
    SENT = "SENT", N_("sent")
    FAILED = "FAILED", N_("failed")
    SET_ASIDE = "SET_ASIDE", N_("not sent")


class RecordKind(LabelledEnum):
    """What is kept for its own time, and removed after it by two people."""

    EVALUATION = "EVALUATION", N_("Evaluation")
    ACCOUNT = "ACCOUNT", N_("Unused accounts")
    MAIL = "MAIL", N_("E-mails")
    SIGN_IN = "SIGN_IN", N_("Sign-ins and one-time links")


class PriceUnit(LabelledEnum):
    """What a vendor's price is counted in."""

    LEARNER = "LEARNER", N_("per learner")
    SEAT = "SEAT", N_("per concurrent user")
    COURSE = "COURSE", N_("per course enrollment")
    SCHOOL = "SCHOOL", N_("per school")
    DISTRICT = "DISTRICT", N_("for the whole district")


class PriceKind(LabelledEnum):
    """What a line of a vendor's offer is for."""

    LICENSE = "LICENSE", N_("License")
    TRAINING = "TRAINING", N_("Training")
    INTEGRATION = "INTEGRATION", N_("Integration")
    OTHER = "OTHER", N_("Other")
    # not a thing of its own: another price of the line above it, for large numbers
    TIER = "TIER", N_("Line above, from so many on")
