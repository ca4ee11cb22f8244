"""The outbox: mails that wait, and what became of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.vocabulary import MailKind, MailState
from crrubric.models.base import Base, LongText, Name, unchecked_enum
from crrubric.models.evaluations import Member


class OutgoingMail(Base):
    """One mail to one person, written in the transaction of what it tells.

    It waits until it is sent, given up or set aside. The body of one that holds a one-time link
    goes as soon as it waits no more. One about an account belongs to no evaluation and no member.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN given_up_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN set_aside_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_end",
        ),
        CheckConstraint(
            "kind <> 'INVITATION' AND kind <> 'PASSWORD_LINK' AND kind <> 'ADDRESS_LINK'"
            " AND kind <> 'SIGN_IN_LINK'"
            " OR length(body) = 0"
            " OR (sent_at IS NULL AND given_up_at IS NULL AND set_aside_at IS NULL)",
            name="link_kept_while_it_waits",
        ),
        CheckConstraint("length(to_address) > 0", name="address_given"),
        Index("ix_outgoing_mail_waiting", "sent_at", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(String(limits.SHORT_TEXT), unique=True)
    kind: Mapped[MailKind] = mapped_column(unchecked_enum(MailKind))
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    to_name: Mapped[Name]
    to_address: Mapped[str] = mapped_column(String(limits.EMAIL))
    subject: Mapped[str] = mapped_column(String(limits.SHORT_TEXT))
    body: Mapped[LongText]
    vendors: Mapped[list[Any]] = mapped_column(JSON)  # ids: not for who stays away from all of them
    # what was done with an account, in no language; None for other mails, and of earlier versions
    news: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    due_at: Mapped[datetime] = mapped_column(default=now_utc)  # not before
    next_try_at: Mapped[datetime] = mapped_column(default=now_utc)
    held_until: Mapped[datetime | None]  # somebody is sending it now
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[LongText]
    # a try ended of which nobody knows whether the server took the mail: it may arrive twice
    unsure_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]  # what it tells holds no more, or mail is off
    # by its person on a page: what is told of an account is shown there if it was not sent
    read_at: Mapped[datetime | None]
    member: Mapped[Member | None] = relationship()

    @property
    def state(self) -> MailState:
        """How far it is."""
        if self.sent_at is not None:
            return MailState.SENT
        if self.given_up_at is not None:
            return MailState.FAILED
        return MailState.WAITING if self.set_aside_at is None else MailState.SET_ASIDE


class ItemReminder(Base):
    """That a mail told somebody of an action item: each step once before one day."""

    __tablename__ = "item_reminder"
    __table_args__ = (UniqueConstraint("item_id", "user_id", "due_on", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date]
    step: Mapped[int]  # so many days before; -1: after it
    mail_id: Mapped[int] = mapped_column(ForeignKey("outgoing_mail.id"), index=True)
