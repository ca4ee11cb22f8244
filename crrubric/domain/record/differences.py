"""Where the tables of an evaluation differ from what its journal tells."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crrubric.domain.record.entries import Near, OneOf
from crrubric.domain.record.fingerprints import MarksFingerprint
from crrubric.domain.record.state import BALLOT_MOMENTS, STORED_MARK, Pair, State, Triple
from crrubric.domain.record.texts import Withheld, has_withheld, is_as_told
from crrubric.domain.translation import N_

MISSING: Any = object()
IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that is not what the journal tells: its kind, its key, and which of its columns.

    No column: the whole thing is missing, or is there although nothing tells of it (`extra`).
    """

    kind: str
    key: Any
    columns: tuple[str, ...] = ()
    extra: bool = False


# field of `State` -> what one thing of it is called
KINDS = {
    "phase": N_("phase"),
    "facts": N_("facts"),
    "rule": N_("decision rule"),
    "rule_set": N_("decision rule"),
    "shown": N_("whether ballots were shown"),
    "sections": N_("section"),
    "criteria": N_("criterion"),
    "renews": N_("evaluation that it renews"),
    "needs": N_("need of the curriculum in place"),
    "tensions": N_("pair of criteria that are hard to combine"),
    "vendors": N_("vendor"),
    "members": N_("member"),
    "declarations": N_("declaration"),
    "ballots": N_("ballot"),
    "marks": N_("mark"),
    "mark_files": N_("file on a mark"),
    "vendor_files": N_("file of a vendor"),
    "sealed": N_("sealed ballot"),
    "findings": N_("finding"),
    "deferrals": N_("postponed item"),
    "decision": N_("recommendation"),
    "positions": N_("position"),
    "commitments": N_("commitment"),
    "promises": N_("whether a commitment was kept"),
    "narratives": N_("text of the memo about a vendor"),
    "meetings": N_("meeting"),
    "motions": N_("motion"),
    "entered": N_("ballot entered for a reviewer"),
    "revisions": N_("correction of the rubric"),
    "reinstated": N_("reinstatement"),
    "questions": N_("question"),
    "askings": N_("reviewer’s question"),
    "votes": N_("vote on must-haves"),
    "sealed_votes": N_("sealed answers in a vote on must-haves"),
    "vote_counts": N_("count of a vote on must-haves"),
    "calibration": N_("point of the line of triage"),
    "cohort": N_("group of the past cohort"),
    "venues": N_("where and when a setting of triage happens"),
    "kept_counts": N_("kept counts of triage, version"),
    "plan_versions": N_("section of the planning workbook"),
    "plan_access": N_("who works on a section of the planning workbook"),
    "action_items": N_("action item"),
    "measures": N_("measure of the evaluation plan"),
    "actuals": N_("value of a measure"),
    "reviews": N_("review meeting"),
    "memo_issues": N_("issue of the memo"),
    "redactions": N_("text that is blacked out"),
    "purchase": N_("facts or days of the purchase"),
    "purchase_lines": N_("line of the checklist of the purchase"),
    "hints": N_("hint of the planning workbook"),
    "seen": N_("ballot seen by another reviewer"),
    IMPORTS: N_("marks imported from a file"),
}
# table in `signed` -> the field that its rows are in
SIGNED = {
    "evaluation": "facts", "rubric_revision": "revisions", "vendor": "vendors",
    "member": "members", "declaration": "declarations", "mark_file": "mark_files",
    "vendor_file": "vendor_files", "sealed_ballot": "sealed",
    "entry_on_behalf": "entered", "finding": "findings", "deferral": "deferrals",
    "decision": "decision", "position": "positions", "commitment": "commitments",
    "settled_commitment": "promises", "narrative": "narratives",
    "meeting": "meetings", "attendance": "meetings", "motion": "motions",
    "must_have_vote": "votes", "sealed_vote": "sealed_votes", "vote_count": "vote_counts",
    "reinstatement": "reinstated", "question": "questions", "asking": "askings",
    "kept_triage": "kept_counts",
    "plan_version": "plan_versions", "action_item": "action_items", "hint_decision": "hints",
    "measure": "measures", "actual": "actuals", "held_review": "reviews",
    "memo_issue": "memo_issues", "redaction": "redactions", "purchase_line": "purchase_lines",
}  # fmt: skip

# tables whose rows stay when what they tell of is over: they are signed, and on no other list
KEPT = {"attendance", "commitment"}


def find_differences(told: State, stored: State) -> Iterator[Difference]:
    """Everything but ballots and marks in which the tables differ from what is told, each once.

    A column that entries of older versions did not tell is not compared, nor is a field of which
    they told too little.
    """
    found: dict[tuple[str, str], Difference] = {}
    for kind in KINDS:
        if kind in told.untold or kind in {"ballots", "marks", IMPORTS}:
            continue
        for difference in compare_fields(kind, getattr(told, kind), getattr(stored, kind)):
            found[kind, repr(difference.key)] = difference
            yield difference
    for (table, key, column), value in stored.signed.items():
        kind = SIGNED[table]
        before = found.get((kind, repr(key)))
        if kind in told.untold or (before is not None and not before.columns):
            continue
        if not is_same(told.signed.get((table, key, column)), value):
            yield Difference(kind, key, (column,))
    yield from find_lost_signatures(told, stored)


def find_lost_signatures(told: State, stored: State) -> Iterator[Difference]:
    """Rows of which only who and when is compared, and that are not there any more."""
    lost = {row[:2] for row in told.signed.keys() - stored.signed.keys() if row[0] in KEPT}
    for table, key in sorted(lost, key=repr):
        if SIGNED[table] not in told.untold:
            yield Difference(SIGNED[table], key)


def compare_fields(kind: str, told: Any, stored: Any) -> Iterator[Difference]:
    """One field of two states."""
    if isinstance(told, list):
        told, stored = dict(enumerate(told)), dict(enumerate(stored))
    elif isinstance(told, set):
        told, stored = dict.fromkeys(told, True), dict.fromkeys(stored, True)
    elif kind in {"facts", "rule", "decision", "purchase"} or not isinstance(told, Mapping):
        told, stored = {None: told}, {None: stored}
    for key in {**told, **stored}:
        yield from compare_things(kind, key, told.get(key), stored.get(key))


def compare_things(kind: str, key: Any, told: Any, stored: Any) -> Iterator[Difference]:
    """One thing of two states; None is a thing that is not there."""
    if told is None or stored is None:
        if told is not stored:
            yield Difference(kind, key, extra=told is None)
    elif isinstance(told, Mapping) and isinstance(stored, Mapping):
        if columns := list_differing_columns(told, stored):
            yield Difference(kind, key, columns)
    elif not is_same(told, stored):
        yield Difference(kind, key, (kind,))


def list_differing_columns(told: Mapping[str, Any], stored: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that are told and are not so."""
    return tuple(
        name for name, value in told.items() if not is_same(value, stored.get(name, MISSING))
    )


def is_same(told: Any, stored: Any) -> bool:
    """Whether two values are the same; moments of older entries may lie a little apart.

    What a text was that is withheld from the journal is told by its commitment, if by anything.
    """
    if isinstance(told, Near):
        return told.is_near(stored)
    if isinstance(told, OneOf):
        return told.fits(stored)
    if isinstance(told, list | tuple) and isinstance(stored, list | tuple):
        return list(told) == list(stored) or is_as_told(told, stored)
    if isinstance(told, Withheld | Mapping):
        return is_as_told(told, stored)
    # to Python True is 1, but not to a record
    return bool(told == stored) and isinstance(told, bool) == isinstance(stored, bool)


def compare_ballots(
    told: State, stored: Iterable[tuple[Pair, Mapping[str, Any]]]
) -> Iterator[Difference]:
    """Ballots one at a time. What was found is taken out of `told`: the missing are left."""
    if "ballots" in told.untold:
        return
    for key, row in stored:
        own = told.ballots.pop(key, None)
        if own is None:
            yield Difference("ballots", key, extra=True)
            continue
        moments = {name: told.signed.get(("ballot", key, name)) for name in BALLOT_MOMENTS}
        if columns := list_differing_columns({**own, **moments}, row):
            yield Difference("ballots", key, columns)
    for key in told.ballots:
        yield Difference("ballots", key)


def compare_marks(
    told: State, stored: Iterable[tuple[Triple, Mapping[str, Any]]]
) -> Iterator[Difference]:
    """Marks one at a time, in the order of their cells: as many as there are, in little memory.

    Those of a file are gathered in its fingerprint, as they were before somebody changed them.
    What was found is taken out of `told`, so that the missing are left.
    """
    if "marks" in told.untold:
        return
    imported = _ImportedMarks(told)
    for cell, mark in stored:
        own, place = told.marks.pop(cell, None), told.import_of(cell)
        if own is not None:
            yield from compare_mark(cell, own.row(STORED_MARK), mark)
        elif place is None or cell in told.imported_marks:
            yield Difference("marks", cell, extra=True)
        else:
            imported.add_mark(place, cell, mark)
            moment = told.signed.get(("ballot", cell[:2], "imported_at"))
            yield from compare_mark(cell, {"version": 1, "marked_at": moment}, mark)
    for cell in sorted(told.marks, key=repr):
        yield Difference("marks", cell)
    yield from imported.find_differences_of_imports()


def compare_mark(
    cell: Triple, told: Mapping[str, Any], stored: Mapping[str, Any]
) -> Iterator[Difference]:
    """One mark that is told and is there, with the moment when it was given."""
    if columns := list_differing_columns(told, stored):
        yield Difference("marks", cell, columns)


class _ImportedMarks:
    """The fingerprints of all imports, made anew from the marks that are there."""

    def __init__(self, told: State) -> None:
        self._told = told
        self._fingerprints = [MarksFingerprint() for _ in told.imports]
        # marks that were changed after their import, the last cell first
        self._changed: list[list[Triple]] = [[] for _ in told.imports]
        for cell in sorted(told.imported_marks, reverse=True):
            self._changed[told.import_of(cell) or 0].append(cell)
        # imports with a mark of which nobody can say what it was: a text of it was withheld
        self._unknown: set[int] = set()

    def add_mark(self, place: int, cell: Triple, mark: Mapping[str, Any]) -> None:
        """Take in a mark that is as it was imported."""
        self._add_changed_until(place, cell)
        self._fingerprints[place].add_mark(cell, mark)

    def _add_changed_until(self, place: int, cell: Triple | None) -> None:
        """Take in what was changed since and comes before the cell; all of it before the end."""
        left = self._changed[place]
        while left and (cell is None or left[-1] < cell):
            own = left.pop()
            mark = self._told.imported_marks[own]
            if has_withheld(mark):
                self._unknown.add(place)
            else:
                self._fingerprints[place].add_mark(own, mark)

    def find_differences_of_imports(self) -> Iterator[Difference]:
        """The imports whose marks are not those that came out of the file."""
        for place, (told, found) in enumerate(
            zip(self._told.imports, self._fingerprints, strict=True)
        ):
            self._add_changed_until(place, None)
            same = told.marks == found.marks and is_same(told.fingerprint, found.hexdigest())
            if not same and place not in self._unknown:
                yield Difference(IMPORTS, told.number, ("fingerprint",))
