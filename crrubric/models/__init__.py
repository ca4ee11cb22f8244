"""Tables as typed classes: columns, constraints, relationships. No Flask, no rules."""

from crrubric.models.ballots import Ballot, Mark
from crrubric.models.base import Base
from crrubric.models.decisions import Decision, Finding
from crrubric.models.evaluations import Criterion, Evaluation, Member, Section, Tension, Vendor
from crrubric.models.journal import JournalEntry
from crrubric.models.people import District, Invite, User, UserSession

__all__ = [
    "Ballot",
    "Base",
    "Criterion",
    "Decision",
    "District",
    "Evaluation",
    "Finding",
    "Invite",
    "JournalEntry",
    "Mark",
    "Member",
    "Section",
    "Tension",
    "User",
    "UserSession",
    "Vendor",
]
