"""Sections of the rubric: other words for one, and one goes."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import Translated
from crrubric.domain.text import clean_line
from crrubric.domain.translation import N_
from crrubric.models import Section
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.act_facts import foresee_removal_of_section
from crrubric.queries.setup.rubrics import find_section, list_sections
from crrubric.services.setup.rubrics import (
    append_criterion,
    clean_section_title,
    serialize_section,
    write_criterion_values,
)
from crrubric.services.setup.translations import flatten_texts, keep_fitting_texts
from crrubric.services.shared.journal import ROW, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change


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


@dataclass(frozen=True, slots=True)
class SectionHeir:
    """Where the criteria of a section go that is removed: to the end of which other section.

    left_out: they are left out of the rubric there, and can be taken back.
    """

    section_id: int
    left_out: bool = False


def remove_section(
    actor: Actor,
    slug: str,
    section_id: int,
    *,
    heir: SectionHeir | None = None,
    seen: str | None = None,
    language: str = "",
) -> None:
    """Take out a section, before ballots open; its criteria go where it is said.

    Args: heir: needed if a criterion is in the section, also one that is left out; seen: what the
    page before it said, language: in which it did. Raises: Invalid (field "goes_to"); Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        section = find_section(session, evaluation, section_id)
        refuse_unforeseen(foresee_removal_of_section(session, section, language), seen)
        if section.criteria:
            _move_criteria(session, actor, section, heir)
        note_event(
            session,
            actor,
            Event.SECTION_REMOVED,
            evaluation_id=evaluation.id,
            subject=section.title,
            before={ROW: {"id": section.id}},
        )
        session.delete(section)


def _move_criteria(
    session: Session, actor: Actor, section: Section, heir: SectionHeir | None
) -> None:
    """Move what is in the section. Raises: Invalid (field "goes_to")."""
    sections = list_sections(session, section.evaluation_id)
    to = [row for row in sections if heir and row.id == heir.section_id != section.id]
    if heir is None or not to:
        raise Invalid(
            N_("There are criteria in “%(title)s”, %(count)s: say where they go."),
            field="goes_to",
            title=section.title,
            count=len(section.criteria),
        )
    for criterion in list(section.criteria):
        append_criterion(session, actor, criterion, to[0], sections)
        if heir.left_out:
            write_criterion_values(session, actor, criterion, {"left_out": True})
