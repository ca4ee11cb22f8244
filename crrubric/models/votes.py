"""The vote on must-haves: its rounds, what each reviewer answered, sealed answers, the counts."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer
from crrubric.models.base import (
    Base,
    LongText,
    Name,
    ShortText,
    Title,
    checked_enum,
    make_owner_key,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Criterion, Member


class MustHaveVote(Base):
    """One round of the vote: the chair opens it and closes it, once; earlier rounds stay."""

    __tablename__ = "must_have_vote"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        make_owner_key("must_have_vote"),
        # at most one round is open
        Index(
            "uq_must_have_vote_open",
            "evaluation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("(closed_at IS NULL) = (length(closed_by) = 0)", name="closed_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    number: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(default=now_utc)
    opened_by: Mapped[Name]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Name] = mapped_column(default="")


class CastVote(Base):
    """What one reviewer answers to “a must-have for us?” for one criterion: YES or NO.

    `wording` stands for the words of the criterion that were asked (`number_wording`). The database
    refuses any change once the answers are sealed or the round is closed.
    """

    __tablename__ = "cast_vote"
    __table_args__ = (
        CheckConstraint("answer IN ('YES', 'NO')", name="answer_decisive"),
        CheckConstraint("version >= 1", name="version_positive"),
        refer_within_evaluation("vote_id", "must_have_vote"),
        refer_within_evaluation("member_id", "member"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    evaluation_id: Mapped[int]
    vote_id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    criterion_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    answer: Mapped[Answer] = mapped_column(checked_enum(Answer))
    note: Mapped[LongText]
    wording: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(default=1)
    marked_at: Mapped[datetime] = mapped_column(default=now_utc)
    criterion: Mapped[Criterion] = relationship(foreign_keys=[criterion_id])


class SealedVote(Base):
    """A reviewer's answers as they were sealed, for good, and the receipt over them.

    Sealed by the reviewer or, as they stood, by the closing of the round. `counted`: they were
    among the counts of the round. Answers given back are sealed again under the next `number`.
    """

    __tablename__ = "sealed_vote"
    __table_args__ = (
        UniqueConstraint("vote_id", "member_id", "number"),
        CheckConstraint(
            "(reopened_at IS NULL) = (length(reopen_reason) = 0)", name="reopened_with_a_reason"
        ),
        CheckConstraint("reopened_at IS NULL OR NOT counted", name="counted_as_sealed"),
        refer_within_evaluation("vote_id", "must_have_vote"),
        refer_within_evaluation("member_id", "member"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int]
    vote_id: Mapped[int] = mapped_column()
    member_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[int]
    sealed_at: Mapped[datetime] = mapped_column(default=now_utc)
    content: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(String(64), index=True)
    counted: Mapped[bool] = mapped_column(default=False, server_default=false())
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[ShortText]
    reopen_reason: Mapped[LongText]
    member: Mapped[Member] = relationship(foreign_keys=[member_id])


class VoteCount(Base):
    """The counts of one criterion as the round was closed, and what the chair made of them.

    title, question: the words that were asked then; reworded: how many of the answers had been
    given to other words. They are stored, not counted anew: a count that fell as somebody leaves
    the committee would tell how they voted. `adopted`: the must-have as the chair settled it.
    """

    __tablename__ = "vote_count"
    __table_args__ = (
        CheckConstraint("yes >= 0 AND no >= 0 AND reworded >= 0", name="counts_not_negative"),
        CheckConstraint("reworded <= yes + no", name="reworded_among_counted"),
        CheckConstraint("(adopted IS NULL) = (decided_at IS NULL)", name="adopted_at_some_time"),
        refer_within_evaluation("vote_id", "must_have_vote"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    evaluation_id: Mapped[int]
    vote_id: Mapped[int] = mapped_column(primary_key=True)
    criterion_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    title: Mapped[Title]
    question: Mapped[LongText]
    yes: Mapped[int]
    no: Mapped[int]
    reworded: Mapped[int]
    adopted: Mapped[bool | None]
    reason: Mapped[LongText]
    decided_by: Mapped[Name] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    criterion: Mapped[Criterion] = relationship(foreign_keys=[criterion_id])
