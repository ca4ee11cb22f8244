"""Making ballots again from their journal entries: declarations, marks, files, seals, imports."""

from collections.abc import Callable, Mapping
from sys import intern
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.record.entries import BY_BALLOT, SHOWS, Moment, Near, OneOf, ToldEntry
from crrubric.domain.record.setup_steps import EVALUATION
from crrubric.domain.record.state import (
    FILE,
    ISSUED,
    MARK,
    NO_OFFER,
    VENDOR,
    ImportedMarks,
    Row,
    State,
    ToldMark,
    Triple,
    expand_ballots,
    pick_columns,
)
from crrubric.domain.record.texts import is_as_told
from crrubric.domain.vocabulary import Stakeholder

LATE_SINCE = "changed_after_shown_at"
LATER = {"evidence_until": None}  # what marks of older versions did not have
IMPORTED_SEAT: Row = {
    "user_id": None, "chair": False, "reviewer": True, "stakeholder": Stakeholder.OTHER,
    "awaits_address": None, "made_account": False, "present": True, "practiced": False,
    "vendors": None, "criteria": None,
}  # fmt: skip
IMPORTED_VENDOR: Row = {
    **dict.fromkeys(VENDOR, ""), "price_unit": None, "unit_price_cents": None, "quantity": None,
    "term_months": None, **NO_OFFER, "withdrawn": None,
}  # fmt: skip


def declare_kind(kind: str) -> Callable[[State, ToldEntry], None]:
    """How a declaration of this kind is made again."""

    def replay_declaration(state: State, entry: ToldEntry) -> None:
        row = {"kind": kind, "words": entry.reason, "waived": None}
        state.declarations[entry.own_ballot] = row
        moments = {"declared_at": entry.at, "waived_at": None}
        state.sign("declaration", entry.own_ballot, moments)

    return replay_declaration


def replay_conflict_words(state: State, entry: ToldEntry) -> None:
    """A conflict in other words: it stays declared when it was."""
    state.declarations[entry.own_ballot]["words"] = entry.told["words"]


def replay_retraction(state: State, entry: ToldEntry) -> None:
    """A conflict that was none: its words are told by the entry, and stand nowhere else."""
    state.declarations[entry.own_ballot] = {"kind": "NONE", "words": "", "waived": None}
    moments = {"declared_at": entry.at, "waived_at": None}
    state.sign("declaration", entry.own_ballot, moments)


def replay_waiver(state: State, entry: ToldEntry) -> None:
    """A conflict that is waived, or no longer."""
    waived = entry.event is Event.CONFLICT_WAIVED
    row = state.declarations[entry.own_ballot]
    row["waived"] = (entry.actor_name, entry.reason) if waived else None
    state.sign("declaration", entry.own_ballot, {"waived_at": entry.at if waived else None})


def replay_mark(state: State, entry: ToldEntry) -> None:
    """A mark, or another one in its place. Raises: ValueError if it was not what is told."""
    cell = entry.own_cell
    version = take_mark(state, entry) + 1
    state.marks[cell] = make_told_mark(entry.told, version=version, at=entry.at)
    note_late_ballot(state, entry)


def read_mark(told: Any) -> Row:
    """What a mark says, as an entry tells it."""
    return {**LATER, **{name: told[name] for name in MARK if name in told or name not in LATER}}


def make_told_mark(told: Any, *, version: int, at: Moment) -> ToldMark:
    """A mark as an entry tells it; of its answers a few texts are shared by all marks."""
    row = read_mark(told)
    return ToldMark(**{**row, "answer": intern(row["answer"])}, version=version, marked_at=at)


def take_mark(state: State, entry: ToldEntry) -> int:
    """The version of the mark that was there before, 0 if there was none; one out of a file is
    believed, its fingerprint shows.

    Raises: ValueError if it is not what the entry says was there.
    """
    cell = entry.own_cell
    old: ToldMark | None = state.marks.get(cell)
    told = read_mark(entry.before) if entry.before else None
    if old is None and told and is_imported_mark(state, cell):
        state.imported_marks[cell] = told
        return 1
    if not is_as_told(told, old.row(MARK) if old else None):
        raise ValueError("what was there before is not what was marked before")
    return old.version if old else 0


def is_imported_mark(state: State, cell: Triple) -> bool:
    """Whether the mark came out of a file and nobody has touched it since."""
    return cell not in state.imported_marks and state.import_of(cell) is not None


def replay_mark_removal(state: State, entry: ToldEntry) -> None:
    """A mark that a correction sets aside, with its files."""
    cell = entry.own_cell
    if not take_mark(state, entry):
        raise ValueError("there is no such mark")
    state.marks.pop(cell, None)
    for key in [key for key in state.mark_files if key[:3] == cell]:
        del state.mark_files[key]
        state.signed.pop(("mark_file", key, "added_at"), None)


def note_late_ballot(state: State, entry: ToldEntry) -> None:
    """A ballot that is changed after the committee has seen ballots is so, for good.

    When it first was, rows tell that were there before they said so as well as they could: any of
    its changes since may stand there.
    """
    ballot, key = state.ballots[entry.own_ballot], ("ballot", entry.own_ballot, LATE_SINCE)
    if not state.shown:
        return
    before = state.signed.get(key)
    if not ballot["late"]:
        state.signed[key] = OneOf((entry.at,)) if isinstance(entry.at, Near) else entry.at
    elif isinstance(before, OneOf):
        state.signed[key] = OneOf((*before.moments, entry.at))
    ballot["late"] = True


def read_told_file(entry: ToldEntry) -> Row:
    """A file as a row has it."""
    told = entry.after or entry.before or {}
    return {column: told[name] for name, column in FILE.items()}


def replay_mark_file(state: State, entry: ToldEntry) -> None:
    """A file on a mark, or one less."""
    file = read_told_file(entry)
    key = (*entry.own_cell, file["sha256"])
    if entry.event is Event.MARK_FILE_ATTACHED:
        require_absent(state.mark_files, key)
        state.mark_files[key] = file
        # one that comes back keeps the moment when it first came
        state.signed.setdefault(("mark_file", key, "added_at"), entry.at)
    else:
        del state.mark_files[key]
    note_late_ballot(state, entry)


def replay_vendor_file(state: State, entry: ToldEntry) -> None:
    """A file of a vendor, or one that no longer stands."""
    file = read_told_file(entry)
    key = entry.vendor_id, file["sha256"]
    if entry.event is Event.VENDOR_FILE_ATTACHED:
        require_absent(state.vendor_files, key)
        prices = entry.told.get("tells prices", False)
        by = {"added_by": entry.actor_name, "withdrawn": None, "tells_prices": prices}
        state.vendor_files[key] = {**file, **by}
        state.sign("vendor_file", key, {"added_at": entry.at, "withdrawn_at": None})
    else:
        state.vendor_files[key]["withdrawn"] = entry.actor_name, entry.reason
        state.sign("vendor_file", key, {"withdrawn_at": entry.at})


def replay_vendor_file_change(state: State, entry: ToldEntry) -> None:
    """Whether a file of a vendor tells prices. Raises: ValueError if it was not as it says."""
    row = state.vendor_files[entry.vendor_id, read_told_file(entry)["sha256"]]
    if row["tells_prices"] is not (entry.before or {})["tells prices"]:
        raise ValueError("what was there before is not what was told before")
    row["tells_prices"] = entry.told["tells prices"]


def require_absent(rows: Mapping[Any, Row], key: tuple[Any, ...]) -> None:
    """Raise ValueError if something is there already."""
    if key in rows:
        raise ValueError("it is there already")


def replay_submission(state: State, entry: ToldEntry) -> None:
    """A ballot that is sealed under its receipt."""
    note_late_ballot(state, entry)
    seal_version(state, entry)
    state.ballots[entry.own_ballot]["state"] = "SUBMITTED"
    state.sign("ballot", entry.own_ballot, {"submitted_at": entry.at})


def seal_version(state: State, entry: ToldEntry) -> None:
    """The next sealed version of a ballot, by what the entry tells of it."""
    told = entry.after or entry.before or {}
    number = told["number"]
    key = (*entry.own_ballot, number)
    state.ballots[entry.own_ballot]["seals"] = number
    state.sealed[key] = {"receipt": told["receipt"], "reopened_by": "", "reopen_reason": ""}
    state.sign("sealed_ballot", key, {"sealed_at": entry.at, "reopened_at": None})


def replay_reopening(state: State, entry: ToldEntry) -> None:
    """A ballot given back; one out of a file is sealed as it is taken out."""
    number = (entry.before or {})["number"]
    if (*entry.own_ballot, number) not in state.sealed:
        seal_version(state, entry)
    open_ballot(state, entry, number)


def open_ballot(state: State, entry: ToldEntry, number: int) -> None:
    """The ballot is open again; why stands on its sealed version."""
    key = (*entry.own_ballot, number)
    state.sealed[key].update(reopened_by=entry.actor_name, reopen_reason=entry.reason)
    state.sign("sealed_ballot", key, {"reopened_at": entry.at})
    state.ballots[entry.own_ballot]["state"] = "OPEN"
    state.sign("ballot", entry.own_ballot, {"submitted_at": None})


def replay_entry_on_behalf(state: State, entry: ToldEntry) -> None:
    """A ballot that somebody else entered, and so has seen."""
    replay_submission(state, entry)
    note_entered_ballot(state, entry)


def note_entered_ballot(state: State, entry: ToldEntry) -> None:
    """Who entered a ballot, how it was given, and that they have seen it."""
    key = (*entry.own_ballot, entry.told["number"])
    state.entered[key] = {
        "source": entry.told["source"], "given_on": entry.told["given on"],
        "entered_by": entry.actor_name, "dispute": "", "confirmed": False, "entered_by_id": None,
    }  # fmt: skip
    moments = {"entered_at": entry.at, "confirmed_at": None, "disputed_at": None}
    state.sign("entry_on_behalf", key, moments)
    for member, seat in state.members.items():
        if seat["user_id"] == entry.actor_id is not None:
            state.seen.add((member, entry.vendor_id))
            state.entered[key]["entered_by_id"] = member


def replay_confirmation(state: State, entry: ToldEntry) -> None:
    """The reviewer gave the ballot so."""
    key = (*entry.own_ballot, entry.told["number"])
    state.entered[key]["confirmed"] = True
    state.sign("entry_on_behalf", key, {"confirmed_at": entry.at})


def replay_dispute(state: State, entry: ToldEntry) -> None:
    """The reviewer did not give the ballot so."""
    number = entry.told["number"]
    key = (*entry.own_ballot, number)
    state.entered[key]["dispute"] = entry.reason
    state.sign("entry_on_behalf", key, {"disputed_at": entry.at})
    open_ballot(state, entry, number)


def replay_import(state: State, entry: ToldEntry) -> None:
    """An evaluation out of a file, with people and vendors that came with it.

    Its marks are not told one by one: their fingerprint is.
    """
    told = entry.row
    if told.get(SHOWS):
        state.shown = True
        state.sign(EVALUATION, None, {"shown_at": entry.at})
    if told.get(BY_BALLOT):
        return
    for row in told["vendors"]:
        state.vendors[row["id"]] = {**IMPORTED_VENDOR, **pick_columns(row, VENDOR)}
    for row in told["members"]:
        state.members[row["id"]] = {**IMPORTED_SEAT, "name": row["name"]}
    state.issue_all_ballots()
    place = len(state.imports)
    marks = ImportedMarks(
        number=entry.number, marks=entry.told["marks"], fingerprint=told["fingerprint"]
    )
    state.imports.append(marks)
    for pair in expand_ballots(told["ballots"]):
        state.imported_ballots[pair] = place
        state.sign("ballot", pair, {"imported_at": entry.at})
    for pair, ballot in state.ballots.items():  # without a seal: nobody here gave them
        ballot["state"] = "SUBMITTED"
        state.sign("ballot", pair, {"submitted_at": entry.at})


def replay_imported_ballot(state: State, entry: ToldEntry) -> None:
    """Marks of a file on one ballot, each told; sealed under its receipt, or left open.

    Older versions did not call it changed if the ballots had been shown by then.
    """
    for criterion, mark in entry.row["marks"]:
        cell = (*entry.own_ballot, criterion)
        require_absent(state.marks, cell)
        state.marks[cell] = make_told_mark(mark, version=1, at=entry.at)
    state.ballots.setdefault(entry.own_ballot, dict(ISSUED))
    if not isinstance(entry.at, Near):
        note_late_ballot(state, entry)
    state.sign("ballot", entry.own_ballot, {"imported_at": entry.at})
    if "number" in entry.told:
        seal_version(state, entry)
        state.ballots[entry.own_ballot]["state"] = "SUBMITTED"
        state.sign("ballot", entry.own_ballot, {"submitted_at": entry.at})
        if "given on" in entry.told:
            note_entered_ballot(state, entry)
