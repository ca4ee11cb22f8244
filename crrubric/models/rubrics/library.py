"""The district's own rubrics, kept in versions, from which evaluations begin."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crrubric.clock import now_utc
from crrubric.domain.text import key_of
from crrubric.models.base import Base, Key, LongText, Name, Title


class LibraryRubric(Base):
    """A rubric of the district, by its name; what it says stands in its versions."""

    __tablename__ = "library_rubric"
    __table_args__ = (Index("uq_library_rubric_name_key", "name_key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Title]
    name_key: Mapped[Key]
    versions: Mapped[list["LibraryVersion"]] = relationship(
        order_by="LibraryVersion.number", back_populates="rubric"
    )

    @validates("name")
    def set_name_key(self, _column: str, name: str) -> str:
        """Whoever writes the name writes its key."""
        self.name_key = key_of(name)
        return name


class LibraryVersion(Base):
    """A rubric as it was kept at one time: the text of its rubric file, which never changes."""

    __tablename__ = "library_version"
    __table_args__ = (CheckConstraint("number >= 1", name="number_positive"),)

    rubric_id: Mapped[int] = mapped_column(ForeignKey("library_rubric.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[LongText]
    note: Mapped[LongText]  # what was changed, and why
    kept_from: Mapped[Title]  # the evaluation that it was of, as that was called then
    kept_by: Mapped[Name]
    kept_at: Mapped[datetime] = mapped_column(default=now_utc)
    rubric: Mapped[LibraryRubric] = relationship(back_populates="versions")
