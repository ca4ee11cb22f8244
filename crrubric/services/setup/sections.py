"""Sections of the rubric: other words for one, and one that is empty goes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import Translated
from crrubric.domain.text import clean_line
from crrubric.domain.translation import N_
from crrubric.models import Criterion, Evaluation, Section
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.rubrics import find_section
from crrubric.services.setup.rubrics import clean_section_title, serialize_section
from crrubric.services.setup.translations import flatten_texts, keep_fitting_texts
from crrubric.services.shared.journal import ROW, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def rename_section(
    actor: Actor,
    slug: str,
    section_id: int,
    *,
    title: str,
    translations: Translated | None = None,
    seen: str | None = None,
) -> Section:
    """Another title, before ballots open. Its translation stays only if that changed with it.

    Args: translations: language -> {"title": words}; seen: the version that the form showed.
    Raises: Invalid (field "title"); Stale.
    """
    tidy = clean_section_title(title)
    given = {
        language: {"title": clean_line(texts.get("title", ""), limit=limits.TITLE, field="title")}
        for language, texts in (translations or {}).items()
    }
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        section = find_section(session, evaluation, section_id)
        old = read_section_values(section)
        refuse_unseen_change(old, {**old, "title": tidy, **flatten_texts(given)}, seen)
        changed = {"title"} if tidy != section.title else set()
        stored = section.translations
        new = {
            language: texts
            for language in sorted({*stored, *given})
            if (
                texts := keep_fitting_texts(
                    stored.get(language, {}), given.get(language, {}), changed
                )
            )
        }
        section.title, section.translations = tidy, new
        before, after = find_changes(old, read_section_values(section))
        if after:
            note_event(
                session,
                actor,
                Event.SECTION_RENAMED,
                evaluation_id=evaluation.id,
                subject=tidy,
                before=before,
                after={**after, ROW: serialize_section(section)},
            )
    return section


def read_section_values(section: Section) -> dict[str, object]:
    """The title with its translations, as it is stored."""
    given = {
        language: {"title": section.translations.get(language, {}).get("title", "")}
        for language in NAMES
        if language != SOURCE
    }
    return {"title": section.title, **flatten_texts(given)}


def remove_section(actor: Actor, slug: str, section_id: int) -> None:
    """Take out a section in which no criterion is, before ballots open. Raises: Invalid if one is.

    Criteria are moved or left out, never deleted with a section.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        section = find_section(session, evaluation, section_id)
        refuse_filled_section(session, evaluation, section)
        note_event(
            session,
            actor,
            Event.SECTION_REMOVED,
            evaluation_id=evaluation.id,
            subject=section.title,
            before={ROW: {"id": section.id}},
        )
        session.delete(section)


def refuse_filled_section(session: Session, evaluation: Evaluation, section: Section) -> None:
    """Raise Invalid if a criterion is in the section, also one that is left out."""
    rows = select(func.count(Criterion.id)).where(
        Criterion.evaluation_id == evaluation.id, Criterion.section_id == section.id
    )
    count = session.scalar(rows)
    if count:
        raise Invalid(
            N_(
                "There are criteria in “%(title)s”: %(count)s. Move them to another section first,"
                " with Up and Down."
            ),
            title=section.title,
            count=count,
        )
