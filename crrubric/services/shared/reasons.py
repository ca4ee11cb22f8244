"""Reasons that people give for what they do."""

from crrubric.domain import limits
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_


def require_printed_reason(reason: str) -> str:
    """The tidy reason for an act that the memo tells of. Raises: Invalid (field "reason")."""
    return require_text(
        reason, N_("Say why: the memo prints it."), limit=limits.NOTE, field="reason"
    )
