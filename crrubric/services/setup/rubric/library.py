"""The district's own rubrics: keeping a version, and beginning an evaluation with one."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.record.chain import hash_text
from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.setup.rubric_files.differences import compare_rubrics
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.text import clean_text, key_of, require_line
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, LibraryRubric, LibraryVersion
from crrubric.queries.people.access import (
    make_not_found,
    require_locked_evaluation,
    require_on_site,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.library import parse_version_content
from crrubric.queries.setup.rubrics import read_rubric
from crrubric.services.shared.constraints import run_again_if_broken
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work

SAME_NAME, SAME_NUMBER = "uq_library_rubric_name_key", "pk_library_version"
SAME_WORDS = N_("Version %(number)s says the same already: nothing was kept.")


def keep_rubric(
    actor: Actor, slug: str, *, rubric_id: int | None, name: str = "", note: str = ""
) -> LibraryVersion:
    """Keep an evaluation's rubric, as it is now, as the next version of one in the library.

    Args: rubric_id: of which one; None: of a new one, called `name`; note: what was changed.
    Raises: NotFound unless the actor chairs the evaluation and may use the library; Invalid for a
    name that is missing or taken, and if the newest version says the same.
    """
    require_on_site(actor, SiteAction.USE_LIBRARY)
    about = clean_text(note, limit=limits.NOTE, field="note")
    title = "" if rubric_id else clean_rubric_name(name)

    def keep_once() -> LibraryVersion:
        with unit_of_work() as session:
            evaluation = require_locked_evaluation(session, actor, Action.EXPORT_RUBRIC, slug)
            row = find_or_add_rubric(session, rubric_id, title)
            return insert_version(session, actor, evaluation, row, about)

    # two at the same moment: the second one keeps the version after the first
    return run_again_if_broken(keep_once, SAME_NUMBER, SAME_NAME)


def insert_version(
    session: Session, actor: Actor, evaluation: Evaluation, row: LibraryRubric, note: str
) -> LibraryVersion:
    """Keep an evaluation's rubric as the next version, in the caller's transaction.

    Raises: Invalid if the newest version says the same.
    """
    number = len(row.versions) + 1
    content = replace(read_rubric(session, evaluation), name=row.name, version=str(number))
    refuse_same_content(row, content)
    version = LibraryVersion(
        rubric=row,
        number=number,
        content=write_rubric_toml(content),
        note=note,
        kept_from=evaluation.title,
        kept_by=actor.name,
    )
    session.add(version)
    session.flush()
    note_kept_version(session, actor, version)
    return version


def clean_rubric_name(name: str) -> str:
    """A usable name on one line. Raises: Invalid (field "name")."""
    return require_line(name, N_("Enter a name for the rubric."), limit=limits.TITLE, field="name")


def find_or_add_rubric(session: Session, rubric_id: int | None, name: str) -> LibraryRubric:
    """The rubric that gets another version. Raises: NotFound; Invalid for a name that is taken."""
    if rubric_id is not None:
        found = session.get(LibraryRubric, rubric_id, with_for_update=True)
        if found is None:
            raise make_not_found()
        return found
    taken = select(LibraryRubric.id).where(LibraryRubric.name_key == key_of(name))
    if session.scalar(taken) is not None:
        raise Invalid(
            N_("The library has a rubric “%(name)s” already: choose it, or another name."),
            name=name,
            field="name",
        )
    row = LibraryRubric(name=name)
    session.add(row)
    session.flush()
    return row


def refuse_same_content(row: LibraryRubric, content: Rubric) -> None:
    """Raise Invalid if the newest version says the same but for its number."""
    if not row.versions:
        return
    newest = row.versions[-1]
    before = replace(parse_version_content(newest), version=content.version)
    if compare_rubrics(before, content).is_empty():
        raise Invalid(SAME_WORDS, number=newest.number, field="rubric")


def note_kept_version(session: Session, actor: Actor, version: LibraryVersion) -> None:
    """The journal of the site tells which version was kept, and of its text the SHA-256."""
    note_event(
        session,
        actor,
        Event.LIBRARY_KEPT,
        subject=version.rubric.name,
        after={
            "number": version.number,
            "note": version.note,
            "kept from": version.kept_from,
            "sha256": hash_text(version.content),
            ROW: {"library_rubric": version.rubric_id},
        },
    )
