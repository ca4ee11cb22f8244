"""The workbook of an evaluation: the newest answers of its sections, their versions, who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.progress import GOAL, digest_goal
from crrubric.domain.planning.prompts import HintKey
from crrubric.domain.planning.rights import PlanRights
from crrubric.domain.vocabulary import PlanAccess
from crrubric.models import HintDecision, Member, PlanAssignment, PlanVersion
from crrubric.queries.people.access import Seat

NOTHING: Mapping[str, PlanAnswer] = {}


@dataclass(frozen=True, slots=True)
class Workbook:
    """The newest version of each section that has one, by code."""

    versions: Mapping[str, PlanVersion] = field(default_factory=dict)

    def answers(self, code: str) -> Mapping[str, PlanAnswer]:
        """The answers of a section; none where nobody has answered."""
        return self.versions[code].answers if code in self.versions else NOTHING

    @property
    def wording(self) -> str:
        """The present wording of the goal, in short."""
        return digest_goal(self.answers(GOAL))


def load_plan_rights(session: Session, seat: Seat) -> PlanRights:
    """What the seat may do with the sections of the workbook."""
    whole = seat.may(Action.VIEW_WHOLE_PLAN)
    mine: list[PlanAssignment] = []
    if not whole and seat.member is not None:
        wanted = select(PlanAssignment).where(
            PlanAssignment.evaluation_id == seat.evaluation.id,
            PlanAssignment.member_id == seat.member.id,
        )
        mine = list(session.scalars(wanted))
    return PlanRights(
        whole=whole,
        writable=seat.may(Action.ANSWER_PLAN),
        every=seat.may(Action.MANAGE_PLAN),
        fills=frozenset(row.section for row in mine if row.access is PlanAccess.FILL),
        reads=frozenset(row.section for row in mine if row.access is PlanAccess.READ),
    )


def select_newest_versions(until: datetime | None = None) -> Select[PlanVersion]:
    """The newest version of every section of the evaluation `own`; until: as of this moment."""
    asked = PlanVersion.evaluation_id == bindparam("own")
    if until is not None:
        asked &= PlanVersion.began_at <= until
    newest = (
        select(PlanVersion.section, func.max(PlanVersion.number).label("number"))
        .where(asked)
        .group_by(PlanVersion.section)
        .subquery()
    )
    return (
        select(PlanVersion)
        .join(
            newest,
            (newest.c.section == PlanVersion.section) & (newest.c.number == PlanVersion.number),
        )
        .where(PlanVersion.evaluation_id == bindparam("own"))
    )


NEWEST = select_newest_versions()  # made once: each save of an answer asks it


def load_workbook(session: Session, evaluation_id: int, until: datetime | None = None) -> Workbook:
    """The newest version of every section, in one query. Args: until: as it was at this moment."""
    wanted = NEWEST if until is None else select_newest_versions(until)
    rows = session.scalars(wanted, {"own": evaluation_id})
    return Workbook({row.section: row for row in rows})


def load_newest_versions(
    session: Session, evaluations: Sequence[int], section: str
) -> Sequence[PlanVersion]:
    """The newest version of one section in each of the evaluations that have one, in one query."""
    asked = PlanVersion.evaluation_id.in_(evaluations) & (PlanVersion.section == section)
    newest = (
        select(PlanVersion.evaluation_id, func.max(PlanVersion.number).label("number"))
        .where(asked)
        .group_by(PlanVersion.evaluation_id)
        .subquery()
    )
    rows = (
        select(PlanVersion)
        .join(
            newest,
            (newest.c.evaluation_id == PlanVersion.evaluation_id)
            & (newest.c.number == PlanVersion.number),
        )
        .where(asked)
        .order_by(PlanVersion.evaluation_id)
    )
    return session.scalars(rows).all()


def list_plan_versions(session: Session, evaluation_id: int, section: str) -> list[PlanVersion]:
    """All versions of a section, the oldest first."""
    wanted = select(PlanVersion).where(
        PlanVersion.evaluation_id == evaluation_id, PlanVersion.section == section
    )
    return list(session.scalars(wanted.order_by(PlanVersion.number)))


def load_newest_version(session: Session, evaluation_id: int, section: str) -> PlanVersion | None:
    """The newest version of one section, by its key: asked every few seconds of an open page."""
    wanted = select(PlanVersion).where(
        PlanVersion.evaluation_id == evaluation_id, PlanVersion.section == section
    )
    return session.scalar(wanted.order_by(PlanVersion.number.desc()).limit(1))


def find_answer_sources(
    session: Session, evaluation_id: int, section: str
) -> dict[str, PlanVersion]:
    """By prompt, the version in which its present answer was given, or taken away.

    Whoever saved the section last need not be who changed this prompt.
    """
    found: dict[str, PlanVersion] = {}
    before: Mapping[str, PlanAnswer] = NOTHING
    for version in list_plan_versions(session, evaluation_id, section):
        for key in {*before, *version.answers}:
            if version.answers.get(key) != before.get(key):
                found[key] = version
        before = version.answers
    return found


def load_hint_decisions(session: Session, evaluation_id: int) -> dict[HintKey, HintDecision]:
    """What the chair made of hints; of those that no answer gives any more as well."""
    rows = session.scalars(select(HintDecision).where(HintDecision.evaluation_id == evaluation_id))
    return {HintKey(row.section, row.criterion, row.kind): row for row in rows}


def list_plan_people(
    session: Session, evaluation_id: int
) -> Mapping[str, Sequence[tuple[Member, PlanAccess]]]:
    """By section, the members who are asked to fill it in or to read it, as they joined."""
    rows = session.execute(
        select(PlanAssignment, Member)
        .join(
            Member,
            (Member.id == PlanAssignment.member_id)
            & (Member.evaluation_id == PlanAssignment.evaluation_id),
        )
        .where(PlanAssignment.evaluation_id == evaluation_id, Member.removed_at.is_(None))
        .order_by(Member.id)
    )
    found: dict[str, list[tuple[Member, PlanAccess]]] = {}
    for row, member in rows:
        found.setdefault(row.section, []).append((member, row.access))
    return found


def list_askable_members(session: Session, evaluation_id: int) -> list[Member]:
    """Members who can be asked: chairs fill in every section anyway."""
    wanted = select(Member).where(
        Member.evaluation_id == evaluation_id,
        Member.removed_at.is_(None),
        Member.is_chair.is_(False),
    )
    return list(session.scalars(wanted.order_by(Member.id)))
