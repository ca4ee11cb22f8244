"""Tables as typed classes: columns, constraints, relationships. No Flask, no rules."""

from crrubric.models.ballots import (
    Ballot,
    Declaration,
    Gap,
    Mark,
    SealedBallot,
)
from crrubric.models.base import Base
from crrubric.models.decisions import Commitment, Decision, Finding, Position
from crrubric.models.evaluations import (
    Criterion,
    Evaluation,
    Member,
    Section,
    Tension,
    Vendor,
)
from crrubric.models.journal import JournalEntry
from crrubric.models.meetings import Attendance, Deferral, Meeting, Motion
from crrubric.models.notices import Notice
from crrubric.models.people import District, Invite, User, UserSession
from crrubric.models.questions import Asking, Question

__all__ = [
    "Asking",
    "Attendance",
    "Ballot",
    "Base",
    "Commitment",
    "Criterion",
    "Decision",
    "Declaration",
    "Deferral",
    "District",
    "Evaluation",
    "Finding",
    "Gap",
    "Invite",
    "JournalEntry",
    "Mark",
    "Meeting",
    "Member",
    "Motion",
    "Notice",
    "Position",
    "Question",
    "SealedBallot",
    "Section",
    "Tension",
    "User",
    "UserSession",
    "Vendor",
]
