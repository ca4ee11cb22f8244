"""Forms that were sent, so that one sent twice has one effect; failed attempts; files that wait."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.models.base import Base, checked_enum
from crrubric.models.files import make_file_key


class SentForm(Base):
    """A form that made something: the fingerprint of all that it sent, its own key included.

    `location` is where its answer led, for whoever sends it again. Kept for two days.
    """

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(default=now_utc, index=True)
    location: Mapped[str] = mapped_column(Text, default="", server_default="")


class AttemptCount(Base):
    """Failed attempts that several servers count together, until their time is over.

    `key` says what is counted, people and networks in it as SHA-256. Servers that count in their
    memory or in Redis leave the table empty.
    """

    __tablename__ = "attempt_count"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class ImportDraft(Base):
    """A file on its way in: one person's, kept until it is taken, given up, or a day old.

    Nothing of it counts. `key` names it in addresses. `mapping` says as JSON which column is which;
    empty until somebody said so. `sheets` is what was read of a workbook, if that is kept. Nobody
    but whoever uploaded it may read it.
    """

    __tablename__ = "import_draft"
    __table_args__ = (UniqueConstraint("user_id", "evaluation_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), default=make_file_key, unique=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[DraftKind] = mapped_column(checked_enum(DraftKind))
    name: Mapped[str] = mapped_column(String(limits.FILE_NAME))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sheets: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    mapping: Mapped[str] = mapped_column(Text, default="", server_default="")
    made_at: Mapped[datetime] = mapped_column(default=now_utc, index=True)


class ColumnMapping(Base):
    """Which column was which when a file with these headers was last taken in this district."""

    __tablename__ = "column_mapping"

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), primary_key=True)
    kind: Mapped[DraftKind] = mapped_column(checked_enum(DraftKind), primary_key=True)
    headers: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 over them
    mapping: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime] = mapped_column(default=now_utc)
