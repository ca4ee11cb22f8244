"""Where something that is missing or in the way is mended: pages, by what they are for.

Rules name such a place beside their sentence. Which address it has, and who may go there, is known
to the doors.
"""

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class MendingPlace(LabelledEnum):
    """A page on which something is mended, as its link names it."""

    RUBRIC = "RUBRIC", N_("Rubric")
    WEIGHTS = "WEIGHTS", N_("Weights and must-haves")
    RULE = "RULE", N_("Decision rule")
    FACTS = "FACTS", N_("Title, purpose and closing date")
    VENDORS = "VENDORS", N_("Vendors")
    COMMITTEE = "COMMITTEE", N_("Committee")
    VOTE_CLOSING = "VOTE_CLOSING", N_("Close the vote")
    PROGRESS = "PROGRESS", N_("Progress")
    AGENDA = "AGENDA", N_("Agenda")
    PRICE_OPENING = "PRICE_OPENING", N_("Open the prices")
    DECISION = "DECISION", N_("Decision")
    MEMO_ISSUE = "MEMO_ISSUE", N_("Issue the memo")
    RETENTION = "RETENTION", N_("How long the record is kept")
