"""Attaching files: to a vendor by the chair, to one's own mark by its reviewer."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.files import clean_file_name, detect_file_kind
from crrubric.domain.errors import Busy, Invalid
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.extensions import BULKY, db
from crrubric.models import (
    AttachedFile,
    Ballot,
    FileContent,
    Mark,
    MarkFile,
    SealedBallot,
    Vendor,
    VendorFile,
)
from crrubric.queries.ballots.files import find_own_file, find_vendor_file
from crrubric.queries.people.access import (
    Seat,
    hold_seat,
    lock_evaluation,
    require,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.shared.reading import end_reading
from crrubric.services.ballots.ballots import (
    find_assigned_criterion,
    lock_markable_ballot,
    note_late_change,
)
from crrubric.services.ballots.stored_files import delete_file
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.queues import WorkQueue, find_queue
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.virus_scanner import refuse_infected_file

FULL = N_("There is no room for more files: together they may have %(most)s MB.")
MANY = N_("There are %(count)s files here already, which is the most. Remove one first.")


BUSY = Busy(
    N_("Many files are being attached right now. Wait a few seconds, then choose the file again."),
    seconds=5,
)
KEY = "crrubric-uploads"
BUSY_READING = Busy(
    N_("Many files are being opened right now. Wait a few seconds, then open it again."), seconds=5
)
DOWNLOADS = "crrubric-downloads"  # of those that are large
LARGE = limits.MEGABYTE  # bytes: smaller files wait for nobody


@contextmanager
def take_upload_turn() -> Iterator[None]:
    """Read, check and store one file at a time: each is in memory several times meanwhile.

    Raises: Busy where too many wait already.
    """
    end_reading(db.session())
    waiting = current_settings().UPLOADS_WAITING
    queue = find_queue(KEY, lambda: WorkQueue(at_once=1, waiting=waiting, full=BUSY))
    with queue.take_turn():
        yield


@contextmanager
def take_download_turn(size: int) -> Iterator[None]:
    """Hold large files in memory only a few at a time, until the server has taken them over.

    Raises: Busy where too many wait already.
    """
    if size < LARGE:
        yield
        return
    threads = current_settings().SERVER_THREADS
    queue = find_queue(
        DOWNLOADS, lambda: WorkQueue(at_once=2, waiting=threads // 8, full=BUSY_READING)
    )
    with queue.take_turn():
        yield


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was looked at before anything is held: what is stored of it."""

    facts: dict[str, Any]
    data: bytes


def check_file(name: str, data: bytes) -> CheckedFile:
    """The file with its kind, its tidy name and its hash; it takes as long as the virus scanner.

    Raises: Invalid (field "file"); Busy where the scanner gives no answer.
    """
    kind = detect_file_kind(data, name)
    refuse_infected_file(data)
    facts = {
        "name": clean_file_name(name, kind),
        "kind": kind,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    return CheckedFile(facts, data)


def make_content(session: Session, data: bytes) -> FileContent:
    """The row with the bytes; the connection that stores them gives its memory back afterwards."""
    session.connection().info[BULKY] = True
    return FileContent(body=data)


def attach_vendor_file(
    actor: Actor, slug: str, vendor_id: int, *, name: str, data: bytes, tells_prices: bool = False
) -> VendorFile:
    """Attach a file to a vendor; the same bytes twice are one file, withdrawn or not: one that is
    said to tell prices does so from now on.

    Args: tells_prices: it is the chairs' alone while prices are sealed.

    Raises: Invalid (field "file") for what can't be attached, or when there is no more room;
    NotFound for a vendor that the chair stays away from.
    """
    checked = check_file(name, data)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ATTACH_TO_VENDOR, slug)
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        there = session.scalar(
            select(VendorFile).where(
                VendorFile.vendor_id == vendor.id, VendorFile.sha256 == checked.facts["sha256"]
            )
        )
        if there is not None:
            if there.withdrawn_at is not None:
                raise Invalid(
                    N_("This file was withdrawn and can’t be attached again."), field="file"
                )
            if there.tells_prices and not tells_prices:
                raise Invalid(
                    N_(
                        "This file is attached already, as “%(name)s”, which tells prices: if it"
                        " tells none, say so beside it."
                    ),
                    name=there.name,
                    field="file",
                )
            _change_file_prices(session, actor, there, tells_prices=tells_prices)
            return there
        _refuse_excess_vendor_files(session, seat, vendor, len(data))
        file = VendorFile(
            evaluation_id=vendor.evaluation_id,
            vendor_id=vendor.id,
            added_by=actor.name,
            tells_prices=tells_prices,
            content=make_content(session, data),
            **checked.facts,
        )
        session.add(file)
        _note_vendor_file(
            session,
            actor,
            vendor,
            Event.VENDOR_FILE_ATTACHED,
            after={**serialize_file(file), "tells prices": tells_prices},
        )
    return file


def withdraw_vendor_file(
    actor: Actor, slug: str, vendor_id: int, key: str, *, reason: str
) -> VendorFile:
    """Say that a vendor's file no longer stands, and why; it stays in the record, struck.

    Raises: DoneAlready.
    """
    why = require_text(
        reason, N_("Say why the file is withdrawn."), limit=limits.NOTE, field="reason"
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ATTACH_TO_VENDOR, slug)
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        file = find_vendor_file(session, seat, vendor_id, key)
        if file.withdrawn_at is not None:
            confirm_same_act(
                session,
                actor,
                Event.VENDOR_FILE_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                about=EntryReferences(vendor_id=vendor.id),
                tells=lambda entry: (entry.before or {}).get("sha256") == file.sha256,
            )
            return file
        file.withdrawn_at, file.withdrawn_by = now_utc(), actor.name
        file.withdrawn_reason = why
        _note_vendor_file(
            session,
            actor,
            vendor,
            Event.VENDOR_FILE_WITHDRAWN,
            before=serialize_file(file),
            reason=why,
        )
    return file


def set_file_prices(
    actor: Actor, slug: str, vendor_id: int, key: str, *, tells_prices: bool
) -> VendorFile:
    """Say whether a vendor's file tells prices, withdrawn or not: while they are sealed, one that
    does is the chairs' alone."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ATTACH_TO_VENDOR, slug)
        file = find_vendor_file(session, seat, vendor_id, key)
        _change_file_prices(session, actor, file, tells_prices=tells_prices)
    return file


def _change_file_prices(
    session: Session, actor: Actor, file: VendorFile, *, tells_prices: bool
) -> None:
    """Change whether a file tells prices; nothing where it is so already."""
    if file.tells_prices == tells_prices:
        return
    before = {**serialize_file(file), "tells prices": file.tells_prices}
    file.tells_prices = tells_prices
    _note_vendor_file(
        session,
        actor,
        file.vendor,
        Event.VENDOR_FILE_CHANGED,
        before=before,
        after={**serialize_file(file), "tells prices": tells_prices},
    )


def attach_mark_file(
    actor: Actor, slug: str, vendor_id: int, criterion_id: int, *, name: str, data: bytes
) -> MarkFile:
    """Attach a file to one's own mark; the same bytes twice are one file.

    Raises: Invalid (field "file") for what can't be attached, without a mark, or when there is no
    more room; WrongPhase once scoring is over or the ballot is sealed.
    """
    checked = check_file(name, data)
    with unit_of_work() as session:
        ballot, mark = _lock_own_mark(session, actor, slug, vendor_id, criterion_id)
        on_mark = select(MarkFile).where(
            MarkFile.ballot_id == ballot.id, MarkFile.criterion_id == mark.criterion_id
        )
        file = session.scalar(on_mark.where(MarkFile.sha256 == checked.facts["sha256"]))
        if file is not None and file.removed_at is None:
            return file
        # the bytes of one that was taken off are here, and counted
        _refuse_excess_mark_files(session, ballot, mark, len(data) if file is None else 0)
        if file is None:
            file = MarkFile(
                evaluation_id=ballot.evaluation_id,
                ballot_id=ballot.id,
                criterion_id=mark.criterion_id,
                content=make_content(session, data),
                **checked.facts,
            )
            session.add(file)
        else:  # it was taken off after a seal or by a correction: its bytes are still here
            file.removed_at, file.name = None, checked.facts["name"]
        _note_mark_file(session, actor, mark, Event.MARK_FILE_ATTACHED, after=serialize_file(file))
    return file


def remove_mark_file(actor: Actor, slug: str, vendor_id: int, criterion_id: int, key: str) -> None:
    """Take a file off one's own mark; what a sealed version names keeps its bytes."""
    with unit_of_work() as session:
        ballot, mark = _lock_own_mark(session, actor, slug, vendor_id, criterion_id)
        file = find_own_file(session, ballot, criterion_id, key)
        if file.removed_at is None:
            _note_mark_file(
                session, actor, mark, Event.MARK_FILE_REMOVED, before=serialize_file(file)
            )
            _detach_file(session, file)


def list_files_on_mark(session: Session, mark: Mark) -> list[MarkFile]:
    """The files that hang on a mark now."""
    return list(
        session.scalars(
            select(MarkFile)
            .where(
                MarkFile.ballot_id == mark.ballot_id,
                MarkFile.criterion_id == mark.criterion_id,
                MarkFile.removed_at.is_(None),
            )
            .order_by(MarkFile.id)
        )
    )


def serialize_file(file: AttachedFile) -> dict[str, object]:
    """A file as the journal keeps it."""
    return {"file": file.name, "kind": file.kind, "bytes": file.size, "sha256": file.sha256}


def _detach_file(session: Session, file: MarkFile) -> None:
    """Delete a mark's file, or only mark it as removed if a sealed version names it."""
    sealed = select(SealedBallot.id).where(
        SealedBallot.ballot_id == file.ballot_id, SealedBallot.content.contains(file.sha256)
    )
    if session.scalar(sealed.limit(1)) is not None:
        file.removed_at = now_utc()
        return
    delete_file(session, file)


def _lock_own_mark(
    session: Session, actor: Actor, slug: str, vendor_id: int, criterion_id: int
) -> tuple[Ballot, Mark]:
    """The actor's ballot and mark, if files can be put on it now, held one after the other."""
    evaluation = lock_evaluation(session, slug)
    require(actor, Action.ATTACH_TO_MARK, evaluation, session)
    ballot = lock_markable_ballot(session, actor, evaluation, vendor_id)
    criterion = find_assigned_criterion(session, ballot.member, criterion_id)
    mark = session.scalar(
        select(Mark).where(Mark.ballot_id == ballot.id, Mark.criterion_id == criterion.id)
    )
    if mark is None:
        raise Invalid(N_("Mark the criterion first: a file is evidence of a mark."), field="file")
    # two ballots of one reviewer share the room: its seat is held as well
    hold_seat(session, ballot.member)
    return ballot, mark


def _refuse_excess_vendor_files(session: Session, seat: Seat, vendor: Vendor, more: int) -> None:
    """Raise Invalid if the vendor has too many files, or all vendors together too much.

    Of all vendors those are counted that the seat does not stay away from: the room that is left
    would tell of the files of others.
    """
    count = session.scalar(select(func.count()).where(VendorFile.vendor_id == vendor.id)) or 0
    if count >= limits.FILES_OF_VENDOR:
        raise Invalid(
            N_("There are %(count)s files of this vendor already, which is the most."),
            count=count,
            field="file",
        )
    used = session.scalar(
        select(func.coalesce(func.sum(VendorFile.size), 0))
        .join(Vendor, Vendor.id == VendorFile.vendor_id)
        .where(Vendor.evaluation_id == vendor.evaluation_id, Vendor.id.not_in(seat.shut_out))
    )
    _refuse_excess_size(int(used or 0) + more, limits.FILES_OF_VENDORS_BYTES)


def _refuse_excess_mark_files(session: Session, ballot: Ballot, mark: Mark, more: int) -> None:
    """Raise Invalid if the mark has too many files, or the reviewer too much.

    Only their own files are counted: a limit over all would tell of others' files.
    """
    count = len(list_files_on_mark(session, mark))
    if count >= limits.FILES_ON_MARK:
        raise Invalid(MANY, count=count, field="file")
    used = session.scalar(
        select(func.coalesce(func.sum(MarkFile.size), 0))
        .join(Ballot, Ballot.id == MarkFile.ballot_id)
        .where(Ballot.member_id == ballot.member_id)
    )
    _refuse_excess_size(int(used or 0) + more, limits.FILES_OF_REVIEWER_BYTES)


def _refuse_excess_size(size: int, most: int) -> None:
    if size > most:
        raise Invalid(FULL, most=most // limits.MEGABYTE, field="file")


def _note_vendor_file(
    session: Session, actor: Actor, vendor: Vendor, event: Event, **told: Any
) -> None:
    note_event(
        session,
        actor,
        event,
        evaluation_id=vendor.evaluation_id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id),
        **told,
    )


def _note_mark_file(session: Session, actor: Actor, mark: Mark, event: Event, **told: Any) -> None:
    ballot = mark.ballot
    note_late_change(ballot.member.evaluation, ballot)
    note_event(
        session,
        actor,
        event,
        evaluation_id=ballot.member.evaluation_id,
        subject=f"{ballot.vendor.name}: {mark.criterion.title}",
        about=EntryReferences(ballot.vendor_id, mark.criterion_id, ballot.member_id),
        **told,
    )
