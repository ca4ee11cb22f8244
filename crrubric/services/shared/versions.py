"""Two people change one thing: whoever did not see the other's change is told, inside the unit."""

from collections.abc import Mapping

from crrubric.domain.errors import Stale
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.models import CastVote, Mark, PracticeMark


def refuse_unseen_change(
    stored: Mapping[str, object], wanted: Mapping[str, object], seen: str | None
) -> None:
    """Raise Stale if what is stored is another version than the one that a form showed.

    Call it where the row, or its evaluation, is held: of two who save at once, one comes second.
    Args: seen: `fingerprint_values` of what was shown; None for whoever was shown nothing, such as
    the command line. What is wanted and stored already is no conflict, whoever stored it.
    """
    if seen is None or wanted == stored:
        return
    if fingerprint_values(stored) != seen:
        raise Stale(
            N_(
                "This was changed after you opened it, and nothing was overwritten. Look at what"
                " was saved meanwhile, then save again."
            )
        )


def refuse_unseen_mark(stored: Mark | PracticeMark | CastVote | None, seen_version: int) -> None:
    """Raise Stale if the answer is another version than the page showed; 0 is of none."""
    if (stored.version if stored else 0) != seen_version:
        raise Stale(
            N_(
                "This mark was changed in another window. Nothing was overwritten: compare "
                "the two versions."
            )
        )


def refuse_unforeseen(foreseen: Foreseen, seen: str | None) -> None:
    """Raise Stale if the act would do something else than the page before it said.

    Args: seen: the fingerprint of what was said; None for whoever was shown nothing, such as the
    command line.
    """
    if seen is not None and foreseen.fingerprint() != seen:
        raise Stale(
            N_("Nothing was done: something has changed. Read what will happen now, then go on.")
        )
