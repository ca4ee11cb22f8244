"""Tables as typed classes: columns, constraints, relationships. No Flask, no rules."""

from crrubric.models.ballots import (
    Ballot,
    Declaration,
    Gap,
    Mark,
    SealedBallot,
)
from crrubric.models.base import Base
from crrubric.models.decisions import (
    Commitment,
    Decision,
    Finding,
    Position,
    RankedVendor,
    Reinstatement,
)
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

__all__ = [
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
    "RankedVendor",
    "Reinstatement",
    "SealedBallot",
    "Section",
    "Tension",
    "User",
    "UserSession",
    "Vendor",
]
