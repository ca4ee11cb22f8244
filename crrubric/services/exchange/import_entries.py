"""The journal entry of an import: what came with the file, and a fingerprint over its marks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.record.fingerprints import MarksFingerprint
from crrubric.domain.record.state import Pair, group_ballots
from crrubric.models import Ballot, Evaluation, Mark, Member, Vendor
from crrubric.queries.people.people import Actor
from crrubric.queries.record.stored import iterate_stored_marks
from crrubric.services.shared.journal import ROW, note_event


@dataclass(frozen=True, slots=True)
class ImportStart:
    """What there was before an import: ids of vendors and members, and ballots with marks."""

    vendors: frozenset[int]
    members: frozenset[int]
    marked: frozenset[Pair]


def load_import_start(session: Session, evaluation: Evaluation) -> ImportStart:
    """What there is now, before the import adds anything."""
    of = {"evaluation_id": evaluation.id}
    marked = (
        select(Ballot.member_id, Ballot.vendor_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(Vendor.evaluation_id == evaluation.id)
        .where(select(Mark.id).where(Mark.ballot_id == Ballot.id).exists())
    )
    return ImportStart(
        frozenset(session.scalars(select(Vendor.id).filter_by(**of))),
        frozenset(session.scalars(select(Member.id).filter_by(**of))),
        frozenset((row.member_id, row.vendor_id) for row in session.execute(marked)),
    )


def note_import(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    start: ImportStart,
    *,
    name: str,
    told: dict[str, int],
    submitted: Collection[int],
    now: datetime,
) -> None:
    """The entry of an import whose rows are all stored.

    Args: name: of the file; told: what readers are told; submitted: members whose ballots are
    submitted with it; now: when its marks were given, which tells them from others.
    """
    note_event(
        session,
        actor,
        Event.MARKS_IMPORTED,
        evaluation_id=evaluation.id,
        subject=name,
        after={
            **told,
            ROW: {
                **_serialize_newcomers(session, evaluation, start),
                **_serialize_marks(session, evaluation, start, now),
                "submitted": sorted(set(submitted)),
            },
        },
    )


def _serialize_newcomers(
    session: Session, evaluation: Evaluation, start: ImportStart
) -> dict[str, Any]:
    """Vendors and reviewers that came with the file."""
    of = {"evaluation_id": evaluation.id}
    vendors = session.scalars(select(Vendor).filter_by(**of).order_by(Vendor.id))
    members = session.scalars(select(Member).filter_by(**of).order_by(Member.id))
    return {
        "vendors": [
            {"id": row.id, "code": row.code, "position": row.position, "company": row.company}
            for row in vendors
            if row.id not in start.vendors
        ],
        "members": [
            {"id": row.id, "name": row.name} for row in members if row.id not in start.members
        ],
    }


def _serialize_marks(
    session: Session, evaluation: Evaluation, start: ImportStart, now: datetime
) -> dict[str, Any]:
    """Which ballots, and single cells of ballots that had marks before, were filled; and the
    fingerprint over what is stored of them."""
    session.flush()
    fingerprint = MarksFingerprint()
    ballots: set[Pair] = set()
    cells: dict[Pair, list[int]] = {}
    for (member, vendor, criterion), mark in iterate_stored_marks(session, evaluation.id):
        if mark["marked_at"] != now:
            continue
        fingerprint.add_mark((member, vendor, criterion), mark)
        if (member, vendor) in start.marked:
            cells.setdefault((member, vendor), []).append(criterion)
        else:
            ballots.add((member, vendor))
    return {
        "fingerprint": fingerprint.hexdigest(),
        "ballots": group_ballots(ballots),
        "cells": [(*pair, criteria) for pair, criteria in cells.items()],
    }
