"""Reading the library of the district's own rubrics."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from crrubric.domain.record.chain import hash_text
from crrubric.domain.setup.rubric import Rubric, parse_rubric
from crrubric.domain.setup.rubric_files.differences import RubricDifference, compare_rubrics
from crrubric.models import LibraryRubric, LibraryVersion
from crrubric.queries.people.access import make_not_found


def list_library_rubrics(session: Session) -> list[LibraryRubric]:
    """Every rubric by its name, with its versions, in two queries."""
    wanted = select(LibraryRubric).options(selectinload(LibraryRubric.versions))
    return list(session.scalars(wanted.order_by(LibraryRubric.name_key, LibraryRubric.id)))


def find_library_rubric(session: Session, rubric_id: int) -> LibraryRubric:
    """One rubric. Raises: NotFound."""
    found = session.get(LibraryRubric, rubric_id, options=[selectinload(LibraryRubric.versions)])
    if found is None:
        raise make_not_found()
    return found


def find_library_version(session: Session, rubric_id: int, number: int) -> LibraryVersion:
    """One version of a rubric. Raises: NotFound."""
    found = session.get(
        LibraryVersion, (rubric_id, number), options=[joinedload(LibraryVersion.rubric)]
    )
    if found is None:
        raise make_not_found()
    return found


def parse_version_content(version: LibraryVersion) -> Rubric:
    """What a version says."""
    return parse_rubric(version.content)


def read_stored_library(session: Session) -> dict[tuple[int, int], dict[str, object]]:
    """Every version as the journal tells of it, by rubric and number; a rubric without one has
    the number 0."""
    columns = (
        LibraryVersion.note,
        LibraryVersion.kept_from,
        LibraryVersion.content,
        LibraryVersion.kept_by,
        LibraryVersion.kept_at,
    )
    wanted = (
        select(LibraryRubric.id, LibraryRubric.name, LibraryVersion.number, *columns)
        .outerjoin(LibraryVersion, LibraryVersion.rubric_id == LibraryRubric.id)
        .order_by(LibraryRubric.id, LibraryVersion.number)
    )
    found: dict[tuple[int, int], dict[str, object]] = {}
    for row in session.execute(wanted):
        found[row.id, row.number or 0] = {"name": row.name}
        if row.number is not None:
            found[row.id, row.number] |= {
                "note": row.note,
                "kept from": row.kept_from,
                "sha256": hash_text(row.content),
                "kept by": row.kept_by,
                "kept at": row.kept_at,
            }
    return found


@dataclass(frozen=True, slots=True)
class ComparedVersions:
    """Two versions of one rubric, and what differs."""

    old: LibraryVersion
    new: LibraryVersion
    difference: RubricDifference


def compare_versions(old: LibraryVersion, new: LibraryVersion) -> ComparedVersions:
    """What differs between two versions, but for their numbers."""
    before, after = parse_version_content(old), parse_version_content(new)
    difference = compare_rubrics(replace(before, version=after.version), after)
    return ComparedVersions(old, new, difference)
