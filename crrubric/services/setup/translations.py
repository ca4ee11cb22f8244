"""The evaluation's copy of the rubric in other languages."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.events import Event
from crrubric.domain.setup.rubric import Translated
from crrubric.domain.text import clean_line, clean_text
from crrubric.models import Criterion
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event

TEXTS = ("title", "question", "look_for", "practice")


def update_translations(
    session: Session,
    actor: Actor,
    criterion: Criterion,
    *,
    changed: Collection[str],
    given: Translated,
) -> None:
    """Store what was given and drop what no longer fits: a wrong translation is worse than none.

    Args: changed: the texts that were reworded; their translation goes unless another was given.
    given: language -> text -> its clean translation; what is not in it stays as it is.
    """
    old = criterion.translations
    new = {
        language: texts
        for language in sorted({*old, *given})
        if (texts := keep_fitting_texts(old.get(language, {}), given.get(language, {}), changed))
    }
    before, after = find_changes(
        flatten_texts(old), {**dict.fromkeys(flatten_texts(old), ""), **flatten_texts(new)}
    )
    if not after:
        return
    criterion.translations = new
    note_event(
        session,
        actor,
        Event.CRITERION_TRANSLATED,
        evaluation_id=criterion.evaluation_id,
        subject=criterion.title,
        about=EntryReferences(criterion_id=criterion.id),
        before=before,
        after=after,
    )


def clean_translations(given: Translated | None) -> Translated:
    """The texts, cleaned. Raises: Invalid naming the field."""
    return {
        language: {key: _clean_text(key, text) for key, text in texts.items()}
        for language, texts in (given or {}).items()
    }


def keep_fitting_texts(
    old: Mapping[str, str], given: Mapping[str, str], changed: Collection[str]
) -> dict[str, str]:
    """The texts of one language that hold from now on."""
    new = {**old, **given}
    stale = {key for key in changed if new.get(key) == old.get(key)}
    return {key: new[key] for key in TEXTS if new.get(key) and key not in stale}


def _clean_text(key: str, text: str) -> str:
    if key == "title":
        return clean_line(text, limit=limits.TITLE, field=key)
    return clean_text(text, limit=limits.NOTE, field=key)


def flatten_texts(texts: Translated) -> dict[str, str]:
    """Texts as the journal keeps them: "title (es)" and so on."""
    return {
        f"{key} ({language})": text for language, own in texts.items() for key, text in own.items()
    }
