"""What an invitation says: who invites, to what, in which role. For the mail and for the page."""

from collections.abc import Iterable

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role

INVITED_BY_CHAIR = N_(
    "%(chair)s, who chairs it, invites you to the committee for “%(title)s” (%(district)s)."
)
# who invited has left the committee since, or chairs it no longer
INVITED_BY_NAME = N_("%(chair)s invites you to the committee for “%(title)s” (%(district)s).")
INVITED_BY_OPERATOR = N_(
    "The people who run this site invite you to the committee for “%(title)s” (%(district)s)."
)
ON_BOTH = N_(
    "You are invited as a chair and as a reviewer: you lead the evaluation, and you answer the"
    " questions of the rubric for each vendor on your own."
)
AS_CHAIR = N_("You are invited as a chair: you lead the evaluation, and score no vendor.")
AS_REVIEWER = N_(
    "You are invited as a reviewer: you answer the questions of the rubric for each vendor on your"
    " own, before the committee meets."
)
AS_OBSERVER = N_("You are invited as an observer: you read along, and score no vendor.")


def choose_inviting_words(name: str, *, chairs: bool) -> str:
    """The sentence on who invites. Args: name: empty for the operator at the server."""
    if not name:
        return INVITED_BY_OPERATOR
    return INVITED_BY_CHAIR if chairs else INVITED_BY_NAME


def choose_role_words(roles: Iterable[Role]) -> str:
    """The sentence on what the person is invited as."""
    held = frozenset(roles)
    if Role.REVIEWER in held:
        return ON_BOTH if Role.CHAIR in held else AS_REVIEWER
    return AS_CHAIR if Role.CHAIR in held else AS_OBSERVER
