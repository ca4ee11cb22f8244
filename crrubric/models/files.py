"""Attached files: on a vendor for everybody who may see it, on a mark for its reviewer alone."""

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
from crrubric.models.evaluations import Criterion, Vendor


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
