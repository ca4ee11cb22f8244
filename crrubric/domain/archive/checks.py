"""Does an archive fit together? Container, manifest, journal, seals, marks, results; no database.

docs/archive-format.md says what is looked at, under “To verify”.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from crrubric.domain.archive.basis import (
    LETTER_OF,
    NOT_COMPARED,
    PATH,
    UNMARKED,
    ReadBasis,
    find_result_faults,
    read_basis_object,
)
from crrubric.domain.archive.container import (
    BROKEN,
    NO_OBJECT,
    Container,
    find_container_fault,
    open_container,
    read_json,
    refuse_unreadable,
)
from crrubric.domain.archive.journal import JournalReader, find_basis_faults
from crrubric.domain.archive.manifest import LARGEST, MANIFEST, CopyKind, Manifest, read_manifest
from crrubric.domain.archive.marks import ToldMarks, name_sealed_ballot
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.limits import COPIED_ENTRY
from crrubric.domain.record.copies import CopyFindings, verify_copy
from crrubric.domain.translation import N_

JOURNAL, BASIS, RESULTS = "journal/journal.jsonl", PATH, "results/results.json"
TOLD = ("ballots/sealed/", "votes/sealed/", "memo/issue-")  # how paths of told files begin


@dataclass(kw_only=True, slots=True)
class ArchiveFindings:
    """What a look at an archive found. `marks`: cells that were held against the journal."""

    manifest: Manifest | None = None
    files: int = 0
    seals: int = 0
    marks: int = 0
    journal: CopyFindings = field(default_factory=CopyFindings)
    problems: list[CrrubricError] = field(default_factory=list)


def verify_archive(file: IO[bytes]) -> ArchiveFindings:
    """Look at everything in an archive; `file` must be seekable."""
    found = ArchiveFindings()
    fault = find_container_fault(file)
    if fault is not None:
        found.problems.append(fault)
    try:
        with open_container(file) as container:
            _look_into(container, found)
    except CrrubricError as error:
        found.problems.append(error)
    except BROKEN:
        found.problems.append(Invalid(N_("The archive is broken: a part of it can’t be read.")))
    return found


def _look_into(container: Container, found: ArchiveFindings) -> None:
    found.problems.extend(container.list_faults())
    manifest = read_manifest(_read_part(container, MANIFEST))
    found.manifest = manifest
    paths = set(container.paths)
    found.problems.extend(_find_file_faults(container, manifest, paths, found))
    reader = JournalReader(redacted=manifest.copy is CopyKind.REDACTED)
    found.problems.extend(_find_journal_faults(container, manifest, reader, found))
    read = read_basis_object(_read_part(container, BASIS))
    found.problems.extend(_find_sealed_mark_faults(container, read, paths))
    if reader.ended:  # half a journal would differ from everything
        found.problems.extend(_find_seal_faults(manifest, reader.marks, found))
        found.problems.extend(_find_told_mark_faults(read, reader.marks, found))
        with refuse_unreadable(JOURNAL):
            found.problems.extend(find_basis_faults(reader.state, read))
        if reader.marks.basis not in ("", read.hash):
            message = N_("results/basis.json: the issued memo rests on another one.")
            found.problems.append(Invalid(message))
    results = _load_object(RESULTS, _read_part(container, RESULTS))
    with refuse_unreadable(RESULTS):
        found.problems.extend(find_result_faults(read.basis.results(), results))


def _read_part(container: Container, path: str) -> bytes:
    """A file that every archive has. Raises: Invalid."""
    try:
        return container.read_bytes(path, LARGEST)
    except (*BROKEN, KeyError) as error:
        raise Invalid(NO_OBJECT, path=path) from error


def _load_object(path: str, text: bytes) -> dict[str, Any]:
    """An object of JSON. Raises: Invalid."""
    with refuse_unreadable(path):
        told = read_json(text)
    if not isinstance(told, dict):
        raise Invalid(NO_OBJECT, path=path)
    return told


def _find_file_faults(
    container: Container, manifest: Manifest, paths: set[str], found: ArchiveFindings
) -> Iterator[CrrubricError]:
    """Files that are missing, changed, or that the manifest does not name."""
    for path in sorted(paths - manifest.files.keys() - {MANIFEST}):
        yield Invalid(N_("%(path)s: the manifest does not name it."), path=path)
    for path, (told, _about) in manifest.files.items():
        if path not in paths:
            yield Invalid(N_("%(path)s: it is missing."), path=path)
            continue
        found.files += 1
        try:
            same = container.measure_file(path) == told
        except BROKEN:
            same = False
        if not same:
            yield Invalid(N_("%(path)s: it was changed after the archive was made."), path=path)


def _find_journal_faults(
    container: Container, manifest: Manifest, reader: JournalReader, found: ArchiveFindings
) -> Iterator[CrrubricError]:
    """What is wrong with the copy of the journal; `reader` takes in what it tells."""
    try:
        lines = _iterate_texts(container.iterate_lines(JOURNAL, COPIED_ENTRY + 1))
        found.journal = verify_copy(lines, reader.take_link)
    except CrrubricError as error:
        yield error
        return
    except (*BROKEN, KeyError):
        yield Invalid(NO_OBJECT, path=JOURNAL)
        return
    reader.ended = True
    yield from found.journal.problems
    if not found.journal.omitted:
        yield from reader.list_misfits(found.journal.chain)
    if (found.journal.entries, found.journal.head) != (manifest.entries, manifest.head):
        yield Invalid(N_("The journal does not end where the manifest says."))
    if found.journal.chain != manifest.evaluation.get("chain"):
        yield Invalid(N_("The journal is not that of the evaluation that the manifest names."))


def _iterate_texts(lines: Iterable[bytes]) -> Iterator[str]:
    """The lines as texts. Raises: ValueError for one that is too long, or no UTF-8."""
    for line in lines:
        if len(line) > COPIED_ENTRY:
            raise ValueError("a line is too long")
        yield line.decode()


def _find_seal_faults(
    manifest: Manifest, told: ToldMarks, found: ArchiveFindings
) -> Iterator[CrrubricError]:
    """Sealed texts and memos of which the journal tells and that are not there, and others."""
    files = {path: file.sha256 for path, (file, _about) in manifest.files.items()}
    if manifest.copy is CopyKind.REDACTED:
        files |= {row.path: row.sha256 for row in manifest.left_out}
    wanted = {**told.sealed, **told.memos}
    for path, receipt in wanted.items():
        found.seals += path in told.sealed and path in manifest.files
        if path not in files:
            yield Invalid(N_("%(path)s: the journal tells of it, and it is missing."), path=path)
        elif files[path] != receipt:
            yield Invalid(N_("%(path)s: the journal tells another hash of it."), path=path)
    for path in files:
        if path.startswith(TOLD) and path not in wanted:
            yield Invalid(N_("%(path)s: the journal tells of no such file."), path=path)


def _find_sealed_mark_faults(
    container: Container, read: ReadBasis, paths: set[str]
) -> Iterator[CrrubricError]:
    """Marks of sealed ballots that are not those of the basis."""
    by_ballot: dict[tuple[int, int], dict[str, str]] = {}
    codes = dict(zip(read.ids.criteria, (row.code for row in read.basis.criteria), strict=True))
    for (member, vendor, criterion), letter in read.iterate_letters():
        by_ballot.setdefault((member, vendor), {})[codes[criterion]] = letter
    for (member, vendor), number in read.ids.current.items():
        path = name_sealed_ballot(member, vendor, number)
        letters = by_ballot.get((member, vendor))
        if letters is None:
            yield Invalid(N_("%(path)s: basis.json has no such ballot."), path=path)
        elif path in paths:
            marks = _load_object(path, _read_part(container, path)).get("marks")
            for code in _list_other_marks(marks, letters):
                yield Invalid(
                    N_("%(path)s: the mark on %(criterion)s is not that of basis.json."),
                    path=path,
                    criterion=code,
                )


def _list_other_marks(marks: object, letters: Mapping[str, str]) -> Iterator[str]:
    """Codes of criteria on which a sealed ballot says something else."""
    told = marks if isinstance(marks, dict) else {}
    for code, letter in letters.items():
        mark = told.get(code)
        answer = mark.get("answer") if isinstance(mark, dict) else None
        said = LETTER_OF.get(str(answer))
        if letter not in NOT_COMPARED and (
            said != letter if said is not None else letter not in UNMARKED
        ):
            yield code


def _find_told_mark_faults(
    read: ReadBasis, told: ToldMarks, found: ArchiveFindings
) -> Iterator[CrrubricError]:
    """Marks of which the journal tells something else."""
    for cell, letter in read.iterate_letters():
        if letter in NOT_COMPARED:
            continue
        found.marks += 1
        if not told.fits(cell, letter):
            yield Invalid(
                N_(
                    "results/basis.json: the journal tells another mark of member %(member)s,"
                    " vendor %(vendor)s, criterion %(criterion)s."
                ),
                member=cell[0],
                vendor=cell[1],
                criterion=cell[2],
            )
