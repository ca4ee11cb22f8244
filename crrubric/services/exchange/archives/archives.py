"""Making an archive, and noting in the journal that it was made."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

import crrubric
from crrubric.catalogue import load_translations
from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.archive.container import ContainerWriter, PackedFile
from crrubric.domain.archive.manifest import MANIFEST, CopyKind, Manifest
from crrubric.domain.archive.readme import README, compose_readme
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.exchange.archives import find_journal_end
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    require,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.services.exchange.archives.parts import ArchiveParts
from crrubric.services.exchange.archives.redacted_parts import RedactedParts
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeArchive:
    """An archive that was made: its hash, how many files it holds, the head of its journal, and
    what the evaluation is called in it."""

    sha256: str
    files: int
    head: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveText:
    """How an archive is asked for.

    copy: whole, or redacted; names_people: whether a redacted copy names people, or gives their
    roles; language: of its documents, "" for that of the evaluation.
    """

    copy: CopyKind = CopyKind.WHOLE
    names_people: bool = False
    language: str = ""


WHOLE = ArchiveText()


def make_archive(
    actor: Actor, slug: str, file: IO[bytes], wanted: ArchiveText = WHOLE
) -> MadeArchive:
    """Write the archive of an evaluation into `file`, which must be empty and seekable.

    Its parts are read and made one after the other, while nothing is held; if somebody changes the
    record meanwhile, no archive is made of it.

    Raises: WrongPhase before the decision is final; Invalid for a conflict of interest, and for a
    language that there is not; Stale.
    """
    session: Session = db.session()
    seat = require(actor, Action.MAKE_ARCHIVE, find_evaluation(session, slug), session)
    require_archivable(session, seat)
    spoken = wanted.language or seat.evaluation.language
    if spoken not in NAMES:
        raise Invalid(N_("Choose one of the languages shown."), field="language")
    head = find_journal_end(session, seat.evaluation)[1]
    made = write_archive(session, seat, file, replace(wanted, language=spoken))
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MAKE_ARCHIVE, slug)
        require_archivable(session, seat)
        if not made.head == head == find_journal_end(session, seat.evaluation)[1]:
            raise Stale(
                N_("Somebody changed the record while the archive was made: make it again.")
            )
        note_event(
            session,
            actor,
            Event.ARCHIVE_MADE,
            evaluation_id=seat.evaluation.id,
            after={
                "sha256": made.sha256,
                "language": spoken,
                "copy": wanted.copy.value,
                "names_people": wanted.copy is CopyKind.WHOLE or wanted.names_people,
            },
        )
    return made


def require_archivable(session: Session, seat: Seat) -> None:
    """Raise Invalid for what keeps this seat from making an archive now."""
    if seat.shut_out:
        wanted = select(Vendor.name).where(Vendor.id.in_(seat.shut_out))
        raise Invalid(
            N_(
                "You have a conflict of interest with %(vendor)s, and the archive holds its"
                " ballots: another chair can make it, or whoever runs the server."
            ),
            vendor=session.scalars(wanted.order_by(Vendor.position).limit(1)).one(),
        )


def find_archive_obstacle(session: Session, seat: Seat) -> Invalid | None:
    """What keeps this seat from making an archive now."""
    try:
        require_archivable(session, seat)
    except Invalid as error:
        return error
    return None


def write_archive(
    session: Session, seat: Seat, file: IO[bytes], wanted: ArchiveText
) -> MadeArchive:
    """Write all parts, then the manifest. What is in `file` after an error is no archive."""
    at = now_utc().astimezone(UTC)
    moment = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    writer = ContainerWriter(file, moment)
    try:
        manifest = write_parts(session, seat, writer, wanted, at)
        writer.write_file(MANIFEST, [manifest.text().encode()])
    except BaseException:
        writer.abandon()
        raise
    return MadeArchive(
        sha256=writer.close(),
        files=len(manifest.files) + 1,
        head=manifest.head,
        reference=str(manifest.evaluation["slug"]),
    )


def write_parts(
    session: Session, seat: Seat, writer: ContainerWriter, wanted: ArchiveText, at: datetime
) -> Manifest:
    """Write every part; give the manifest of them."""
    evaluation, language = seat.evaluation, wanted.language
    translate = load_translations(language).gettext
    entries, head = find_journal_end(session, evaluation)
    files: dict[str, tuple[PackedFile, str]] = {}
    if wanted.copy is CopyKind.REDACTED:
        parts: ArchiveParts = RedactedParts(session, seat, language, roles=not wanted.names_people)
    else:
        parts = ArchiveParts(session, seat, language)
    facts = {
        "slug": parts.reference,
        "title": parts.hide_title(evaluation.title),
        "phase": evaluation.phase.value,
        "chain": evaluation.id,
    }
    for part in parts.iterate_parts():
        files[part.path] = writer.write_file(part.path, part.chunks), part.about
    readme = compose_readme(parts.hide_title(evaluation.title), at, wanted.copy, files, translate)
    about = translate(N_("What this archive holds, and how to verify it."))
    files[README] = writer.write_file(README, [readme.encode()]), about
    return Manifest(
        copy=wanted.copy,
        made_at=at,
        program=f"crrubric {crrubric.__version__}",
        language=language,
        evaluation=facts,
        entries=entries,
        head=head,
        files=files,
        left_out=parts.left_out,
    )
