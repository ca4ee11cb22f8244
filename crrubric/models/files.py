"""Files that are kept: on a vendor for everybody who may see it, on a mark for its reviewer alone,
and the memo as it was issued."""

import secrets
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.memo.issuing.issues import MemoFormat
from crrubric.domain.vocabulary import FileKind
from crrubric.models.ballots import Ballot
from crrubric.models.base import (
    Base,
    LongText,
    Name,
    ShortText,
    checked_enum,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Criterion, Evaluation, Vendor


def make_file_key() -> str:
    """A name for an address that tells nothing: numbers in order would count others' files."""
    return secrets.token_hex(16)


class FileContent(Base):
    """The bytes of one attached file, apart, so that lists never read them.

    The database refuses to change them.
    """

    __tablename__ = "file_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class AttachedFile:
    """What is known of an attached file, wherever it hangs. `sha256` is over its bytes, in hex."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), default=make_file_key, unique=True)
    name: Mapped[str] = mapped_column(String(limits.FILE_NAME))
    kind: Mapped[FileKind] = mapped_column(checked_enum(FileKind))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[int] = mapped_column(ForeignKey("file_content.id"), unique=True)
    added_at: Mapped[datetime] = mapped_column(default=now_utc)

    @declared_attr
    def content(cls) -> Mapped[FileContent]:  # noqa: N805  # called with the class
        """The row with the bytes."""
        return relationship()


class VendorFile(AttachedFile, Base):
    """A proposal, a report, a price sheet of a vendor. One that was withdrawn stays, struck.

    One that tells prices is the chairs' alone while prices are sealed.
    """

    __tablename__ = "vendor_file"
    __table_args__ = (
        UniqueConstraint("vendor_id", "sha256"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (length(withdrawn_reason) = 0)",
            name="withdrawn_with_a_reason",
        ),
        refer_within_evaluation("vendor_id", "vendor"),
    )

    evaluation_id: Mapped[int]
    vendor_id: Mapped[int] = mapped_column()
    added_by: Mapped[Name]
    tells_prices: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[ShortText]
    withdrawn_reason: Mapped[LongText]
    vendor: Mapped[Vendor] = relationship(foreign_keys=[vendor_id])


class MarkFile(AttachedFile, Base):
    """A file on a reviewer's own mark: part of their ballot, sealed and opened with it.

    One that was taken off after a sealed version named it, or by a correction, stays, with its
    bytes. The database refuses any change while the ballot is submitted.
    """

    __tablename__ = "mark_file"
    __table_args__ = (
        UniqueConstraint("ballot_id", "criterion_id", "sha256"),
        refer_within_evaluation("ballot_id", "ballot"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    evaluation_id: Mapped[int]
    ballot_id: Mapped[int] = mapped_column()
    criterion_id: Mapped[int] = mapped_column(index=True)
    removed_at: Mapped[datetime | None]
    ballot: Mapped[Ballot] = relationship(foreign_keys=[ballot_id])
    criterion: Mapped[Criterion] = relationship(foreign_keys=[criterion_id])


class MemoIssue(Base):
    """A memo as it was issued, with its files: it stays, whatever changes after it.

    decided_at: when the decision was made that it tells of; journal_head: the newest hash of the
    journal that it covers; basis_hash: of criteria, rule, marks and findings; nonce: printed in it,
    drawn at random. Both are empty in old ones.
    From the second on, each replaces the one before, with a reason. The database refuses to change
    or delete it.
    """

    __tablename__ = "memo_issue"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("number = 1 OR length(reason) > 0", name="correction_has_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(String(limits.LANGUAGE))
    names_people: Mapped[bool]
    decided_at: Mapped[datetime]
    journal_head: Mapped[str] = mapped_column(String(64))
    basis_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    nonce: Mapped[str] = mapped_column(String(32), default="", server_default="")
    # SHA-256 of the district's logo in it; empty: it has none
    logo_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    reason: Mapped[LongText]
    issued_by: Mapped[Name]
    issued_at: Mapped[datetime]
    evaluation: Mapped[Evaluation] = relationship()
    files: Mapped[list["MemoFile"]] = relationship(order_by="MemoFile.id", back_populates="issue")


class MemoFile(Base):
    """An issued memo in one format; its bytes are apart, as those of attached files."""

    __tablename__ = "memo_file"
    __table_args__ = (UniqueConstraint("issue_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("memo_issue.id"))
    form: Mapped[MemoFormat] = mapped_column(checked_enum(MemoFormat))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[int] = mapped_column(ForeignKey("file_content.id"), unique=True)
    issue: Mapped[MemoIssue] = relationship(back_populates="files")
    content: Mapped[FileContent] = relationship()
