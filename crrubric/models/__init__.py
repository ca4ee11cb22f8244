"""Tables as typed classes: columns, constraints, relationships. No Flask, no rules."""

from crrubric.models.ballots import (
    Abstention,
    Ballot,
    Declaration,
    EntryOnBehalf,
    Mark,
    SealedBallot,
)
from crrubric.models.base import Base
from crrubric.models.decisions import (
    Commitment,
    Decision,
    Finding,
    Narrative,
    Position,
    RankedVendor,
    Reinstatement,
    SettledCommitment,
)
from crrubric.models.evaluations import (
    AssignedCriterion,
    AssignedVendor,
    Criterion,
    Evaluation,
    Member,
    RubricRevision,
    Section,
    Tension,
    Vendor,
)
from crrubric.models.files import (
    AttachedFile,
    FileContent,
    MarkFile,
    MemoFile,
    MemoIssue,
    VendorFile,
)
from crrubric.models.forms import ColumnMapping, ImportDraft, SentForm
from crrubric.models.items import ActionItem
from crrubric.models.journal import JournalEntry, Redaction
from crrubric.models.mails import ItemReminder, OutgoingMail
from crrubric.models.meetings import Attendance, Deferral, Meeting, Motion
from crrubric.models.needs import KnownNeed, Renewal
from crrubric.models.notices import Notice
from crrubric.models.people import (
    AuthenticatorApp,
    CalendarFeed,
    District,
    ExternalIdentity,
    Invite,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    User,
    UserSession,
)
from crrubric.models.planning import (
    Actual,
    HeldReview,
    HintDecision,
    Measure,
    PlanAssignment,
    PlanVersion,
    ReviewPresence,
)
from crrubric.models.practice import PracticeMark
from crrubric.models.procurement.purchases import Purchase, PurchaseLine
from crrubric.models.questions import Asking, Question
from crrubric.models.rubrics.library import LibraryRubric, LibraryVersion
from crrubric.models.triage import (
    KeptCount,
    KeptTriage,
    StoredGroup,
    StoredPoint,
    StoredVenue,
)
from crrubric.models.votes import CastVote, MustHaveVote, SealedVote, VoteCount

__all__ = [
    "Abstention",
    "ActionItem",
    "Actual",
    "Asking",
    "AssignedCriterion",
    "AssignedVendor",
    "AttachedFile",
    "Attendance",
    "AuthenticatorApp",
    "Ballot",
    "Base",
    "CalendarFeed",
    "CastVote",
    "ColumnMapping",
    "Commitment",
    "Criterion",
    "Decision",
    "Declaration",
    "Deferral",
    "District",
    "EntryOnBehalf",
    "Evaluation",
    "ExternalIdentity",
    "FileContent",
    "Finding",
    "HeldReview",
    "HintDecision",
    "ImportDraft",
    "Invite",
    "ItemReminder",
    "JournalEntry",
    "KeptCount",
    "KeptTriage",
    "KnownNeed",
    "LibraryRubric",
    "LibraryVersion",
    "Mark",
    "MarkFile",
    "Measure",
    "Meeting",
    "Member",
    "MemoFile",
    "MemoIssue",
    "Motion",
    "MustHaveVote",
    "Narrative",
    "Notice",
    "OutgoingMail",
    "Passkey",
    "PasskeyChallenge",
    "PlanAssignment",
    "PlanVersion",
    "Position",
    "PracticeMark",
    "Purchase",
    "PurchaseLine",
    "Question",
    "RankedVendor",
    "RecoveryCode",
    "Redaction",
    "Reinstatement",
    "Renewal",
    "ReviewPresence",
    "RubricRevision",
    "SealedBallot",
    "SealedVote",
    "Section",
    "SentForm",
    "SettledCommitment",
    "StoredGroup",
    "StoredPoint",
    "StoredVenue",
    "Tension",
    "User",
    "UserSession",
    "Vendor",
    "VendorFile",
    "VoteCount",
]
