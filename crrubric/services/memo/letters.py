"""Writing what stands at the end of every letter to a vendor that was not chosen."""

from dataclasses import dataclass

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import clean_together
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWords:
    """Whom a vendor can ask, and the last paragraph; empty: nobody, the usual one."""

    contact: str = ""
    closing: str = ""


def set_letter_words(
    actor: Actor, slug: str, words: LetterWords, *, seen: str | None = None
) -> Evaluation:
    """Store what stands at the end of all letters.

    Args: seen: the version that the form showed. Raises: Invalid naming what is too long; Stale.
    """
    tidy = clean_together(
        contact=lambda: clean_text(words.contact, limit=limits.QUESTION, field="contact"),
        closing=lambda: clean_text(words.closing, limit=limits.NOTE, field="closing"),
    )
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.WRITE_LETTERS, slug)
        old = read_letter_words(evaluation)
        new = {"letter_contact": tidy["contact"], "letter_closing": tidy["closing"]}
        refuse_unseen_change(old, new, seen)
        evaluation.letter_contact, evaluation.letter_closing = tidy["contact"], tidy["closing"]
        note_evaluation_change(session, actor, Event.LETTER_WORDS_SET, evaluation, old=old, new=new)
    return evaluation


def read_letter_words(evaluation: Evaluation) -> dict[str, object]:
    """What is stored, as one version of it and as the journal keeps it."""
    return {
        "letter_contact": evaluation.letter_contact,
        "letter_closing": evaluation.letter_closing,
    }
