"""What an archive is made of: sealed texts, what the result rests on, kept files, the workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.archive.marks import name_sealed_ballot, name_sealed_vote
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.issues import ENDINGS
from crrubric.models import (
    Ballot,
    Evaluation,
    FileContent,
    JournalEntry,
    MarkFile,
    Member,
    MemoFile,
    MemoIssue,
    MustHaveVote,
    PlanVersion,
    SealedBallot,
    SealedVote,
    VendorFile,
)
from crrubric.queries.shared.reading import end_reading

BATCH = 100
MADE = 50  # archives that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that is kept, without its bytes: where it lies in an archive, and what is known of it.

    on: the vendor, and for a file on a mark reviewer and criterion; state: whether it still stands.
    """

    path: str
    name: str
    size: int
    sha256: str
    content_id: int
    vendor: str
    reviewer: str = ""
    criterion: str = ""
    state: str = "stands"

    @property
    def is_of_vendor(self) -> bool:
        """Whether it is attached to a vendor, and to no mark."""
        return not self.criterion


def iterate_sealed_ballots(session: Session, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """(path, text) of every sealed ballot, some at a time; no transaction stays open between."""
    wanted = (
        select(Ballot.member_id, Ballot.vendor_id, SealedBallot.number, SealedBallot.id)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .where(SealedBallot.evaluation_id == evaluation.id)
        .order_by(Ballot.member_id, Ballot.vendor_id, SealedBallot.number)
    )
    rows = session.execute(wanted).all()
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        texts = _load_texts(session, SealedBallot, [row.id for row in some])
        end_reading(session)
        for row in some:
            yield name_sealed_ballot(row.member_id, row.vendor_id, row.number), texts[row.id]


def iterate_sealed_votes(session: Session, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """(path, text) of all that was sealed in votes on must-haves."""
    wanted = (
        select(MustHaveVote.number, SealedVote.member_id, SealedVote.number, SealedVote.id)
        .join(MustHaveVote, MustHaveVote.id == SealedVote.vote_id)
        .where(MustHaveVote.evaluation_id == evaluation.id)
        .order_by(MustHaveVote.number, SealedVote.member_id, SealedVote.number)
    )
    rows = session.execute(wanted).all()
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        texts = _load_texts(session, SealedVote, [row[3] for row in some])
        end_reading(session)
        for vote, member, number, key in some:
            yield name_sealed_vote(vote, member, number), texts[key]


def _load_texts(
    session: Session, model: type[SealedBallot] | type[SealedVote], ids: Sequence[int]
) -> dict[int, str]:
    """The sealed texts with these ids."""
    rows = session.execute(select(model.id, model.content).where(model.id.in_(ids)))
    return {row.id: row.content for row in rows}


def list_kept_files(session: Session, evaluation: Evaluation) -> list[KeptFile]:
    """Every file on a vendor or a mark, those that were taken off or withdrawn as well."""
    on_vendors = session.scalars(
        select(VendorFile)
        .where(VendorFile.evaluation_id == evaluation.id)
        .order_by(VendorFile.vendor_id, VendorFile.id)
    )
    on_marks = session.execute(
        select(MarkFile, Member.name)
        .join(Ballot, Ballot.id == MarkFile.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(MarkFile.evaluation_id == evaluation.id)
        .order_by(MarkFile.id)
    )
    return [
        *(
            KeptFile(
                path=name_kept_file("vendors", file),
                name=file.name,
                size=file.size,
                sha256=file.sha256,
                content_id=file.content_id,
                vendor=file.vendor.code,
                state="withdrawn" if file.withdrawn_at else "stands",
            )
            for file in on_vendors
        ),
        *(
            KeptFile(
                path=name_kept_file("marks", file),
                name=file.name,
                size=file.size,
                sha256=file.sha256,
                content_id=file.content_id,
                vendor=file.ballot.vendor.code,
                reviewer=name,
                criterion=file.criterion.code,
                state="taken off" if file.removed_at else "stands",
            )
            for file, name in on_marks
        ),
    ]


def name_kept_file(folder: str, file: VendorFile | MarkFile) -> str:
    """Where a file lies in an archive: under a name of ours, for its own can be anything."""
    return f"evidence/{folder}/{file.id}-{file.sha256[:12]}.{file.kind.value.lower()}"


def read_kept_bytes(session: Session, content_id: int) -> bytes:
    """The bytes of a kept file; the reading is ended."""
    body = session.scalars(select(FileContent.body).where(FileContent.id == content_id)).one()
    end_reading(session)
    return body


def list_issue_files(session: Session, evaluation: Evaluation) -> list[tuple[str, MemoFile]]:
    """(path, what is known of it) of every file of every issued memo."""
    rows = session.execute(
        select(MemoIssue.number, MemoFile)
        .join(MemoFile, MemoFile.issue_id == MemoIssue.id)
        .where(MemoIssue.evaluation_id == evaluation.id)
        .order_by(MemoIssue.number, MemoFile.id)
    )
    return [(f"memo/issue-{number}{ENDINGS[file.form]}", file) for number, file in rows]


def find_journal_end(session: Session, evaluation: Evaluation) -> tuple[int, str]:
    """How many entries the evaluation's journal has, and the newest hash."""
    wanted = (
        select(JournalEntry.number, JournalEntry.hash)
        .where(JournalEntry.chain == evaluation.id)
        .order_by(JournalEntry.number.desc())
        .limit(1)
    )
    number, head = session.execute(wanted).one()
    return number, head


def list_made_archives(session: Session, evaluation: Evaluation) -> Sequence[JournalEntry]:
    """The entries that tell of archives, the newest first."""
    wanted = (
        select(JournalEntry)
        .where(JournalEntry.chain == evaluation.id, JournalEntry.event == Event.ARCHIVE_MADE)
        .order_by(JournalEntry.number.desc())
        .limit(MADE)
    )
    return session.scalars(wanted).all()


def describe_plan(session: Session, evaluation: Evaluation) -> dict[str, Any]:
    """Every version of every section of the workbook, by section, the oldest first."""
    rows = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.evaluation_id == evaluation.id)
        .order_by(PlanVersion.section, PlanVersion.number)
    )
    found: dict[str, Any] = {}
    for row in rows:
        found.setdefault(row.section, []).append(
            {
                "version": row.number,
                "saved_by": row.saved_by,
                "saved_at": row.saved_at.isoformat(),
                "answers": row.answers,
            }
        )
    return found
