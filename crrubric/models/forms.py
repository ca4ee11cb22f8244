"""Forms that were sent, so that one sent twice has one effect."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.models.base import Base


class SentForm(Base):
    """A form that made something: the fingerprint of all that it sent, its own key included.

    `location` is where its answer led, for whoever sends it again. Kept for two days.
    """

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(default=now_utc, index=True)
    location: Mapped[str] = mapped_column(Text, default="", server_default="")
