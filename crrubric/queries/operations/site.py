"""What administrators read of the whole site: which evaluations there are, what became of mails.

No mark, no ballot and no progress is among it: an administrator is no member of a committee.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import MailState, Phase
from crrubric.models import Evaluation, Member, OutgoingMail, User
from crrubric.queries.mail.lateness import REMINDERS
from crrubric.queries.mail.outgoing import is_waiting
from crrubric.queries.people.district import find_named_district, is_on_site

LATEST_MAILS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEvaluation:
    """An evaluation as it is known from outside."""

    title: str
    phase: Phase
    closes_on: date | None
    chairs: tuple[str, ...]
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMails:
    """How many mails are how far, and the latest of them."""

    counts: Mapping[MailState, int]
    oldest_waiting: datetime | None
    latest: list[OutgoingMail]


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """What an operator of several districts reads of one. name: empty if nobody has set it."""

    name: str
    evaluations: int
    accounts: int


def read_district_figures(session: Session) -> DistrictFigures:
    """Name of the district, and how much it has."""
    district = find_named_district(session)
    counts = select(
        select(func.count(Evaluation.id)).where(is_on_site()).scalar_subquery(),
        select(func.count(User.id)).scalar_subquery(),
    )
    evaluations, accounts = session.execute(counts).one()
    return DistrictFigures(district.name if district else "", evaluations, accounts)


def list_site_evaluations(session: Session) -> list[SiteEvaluation]:
    """Every evaluation of the site, the newest first, in two queries."""
    seats: dict[int, list[tuple[str, bool]]] = {}
    present = select(Member.evaluation_id, Member.name, Member.is_chair).where(
        Member.removed_at.is_(None)
    )
    for evaluation_id, name, chairs in session.execute(present):
        seats.setdefault(evaluation_id, []).append((name, chairs))
    rows = session.scalars(select(Evaluation).where(is_on_site()).order_by(Evaluation.id.desc()))
    return [
        SiteEvaluation(
            title=row.title,
            phase=row.phase,
            closes_on=row.closes_on,
            chairs=tuple(
                sorted((name for name, chairs in seats.get(row.id, ()) if chairs), key=sort_key)
            ),
            members=len(seats.get(row.id, ())),
        )
        for row in rows
    ]


def read_site_mails(session: Session) -> SiteMails:
    """The outbox, without what its mails say.

    Reminders are counted and not listed: they go to who has open ballots, until there are none.
    """
    columns = (OutgoingMail.sent_at, OutgoingMail.given_up_at, OutgoingMail.set_aside_at)
    sent, failed, aside = (func.count(column) for column in columns)
    total, *ended = session.execute(select(func.count(OutgoingMail.id), sent, failed, aside)).one()
    states = (MailState.SENT, MailState.FAILED, MailState.SET_ASIDE)
    counts = {MailState.WAITING: total - sum(ended), **dict(zip(states, ended, strict=True))}
    waiting = select(func.min(OutgoingMail.created_at)).where(is_waiting())
    latest = (
        select(OutgoingMail)
        .where(OutgoingMail.kind.not_in(REMINDERS))
        .order_by(OutgoingMail.id.desc())
        .limit(LATEST_MAILS)
    )
    return SiteMails(
        counts=counts,
        oldest_waiting=session.scalar(waiting),
        latest=list(session.scalars(latest)),
    )
