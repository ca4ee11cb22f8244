"""Action items: what somebody has to do, its status, and what the sources suggest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from crrubric.domain.planning.answers import PlanRow
from crrubric.domain.record.chain import hash_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

DIGEST = 12  # hex digits: they tell one suggestion of a source from another
GIVEN_UP = frozenset({"done", "dropped"})  # states of a step with which nothing is to be done


class ItemState(LabelledEnum):
    """The status of an action item."""

    OPEN = "OPEN", N_("open")
    UNDER_WAY = "UNDER_WAY", N_("under way")
    DONE = "DONE", N_("done")
    DROPPED = "DROPPED", N_("dropped")


UNFINISHED = frozenset({ItemState.OPEN, ItemState.UNDER_WAY})


class ItemSource(LabelledEnum):
    """Where an action item comes from."""

    CAUSE = "CAUSE", N_("root cause")
    STEP = "STEP", N_("rollout step")
    NEED = "NEED", N_("need that is not met")
    PROMISE = "PROMISE", N_("condition or commitment")
    GOAL = "GOAL", N_("goal")
    REVIEW = "REVIEW", N_("review meeting")
    OWN = "OWN", N_("added by a chair")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProposal:
    """What a source suggests. origin: what tells it from everything else that can be suggested.

    vendor_id: the vendor that it is about: who stays away from it reads none of it.
    """

    origin: str
    source: ItemSource
    words: str
    owner: str = ""
    due_on: date | None = None
    state: ItemState = ItemState.OPEN
    vendor_id: int | None = None


def propose_from_steps(rows: Iterable[PlanRow]) -> list[ItemProposal]:
    """The steps of the rollout that are not done or dropped."""
    return [
        ItemProposal(
            origin=make_origin("step", row.get("down", ""), row.get("across", ""), row["step"]),
            source=ItemSource.STEP,
            words=row["step"],
            owner=row.get("owner", ""),
            state=ItemState.UNDER_WAY if row.get("state") == "under_way" else ItemState.OPEN,
        )
        for row in rows
        if row.get("step") and row.get("state") not in GIVEN_UP
    ]


def propose_from_causes(rows: Iterable[PlanRow]) -> list[ItemProposal]:
    """What was chosen against a root cause: the solution, or else the change that would help."""
    found = []
    for row in rows:
        if remedy := row.get("solution") or row.get("change"):
            words = f"{row['course']}: {remedy}" if row.get("course") else remedy
            found.append(
                ItemProposal(
                    origin=make_origin("cause", words), source=ItemSource.CAUSE, words=words
                )
            )
    return found


def propose_from_goal(answers: Mapping[str, object]) -> list[ItemProposal]:
    """The one action for today, with its owner and its date."""
    words, owner, on = (str(answers.get(key, "")) for key in ("today", "today_owner", "today_on"))
    if not words:
        return []
    proposal = ItemProposal(
        origin=make_origin("goal", words),
        source=ItemSource.GOAL,
        words=words,
        owner=owner,
        due_on=date.fromisoformat(on) if on else None,
    )
    return [proposal]


def propose_from_conditions(text: str, vendor_id: int | None) -> list[ItemProposal]:
    """The conditions of the recommendation, one a line."""
    return [
        ItemProposal(
            origin=make_origin("condition", line),
            source=ItemSource.PROMISE,
            words=line,
            vendor_id=vendor_id,
        )
        for line in map(str.strip, text.splitlines())
        if line
    ]


def make_origin(kind: str, *parts: str) -> str:
    """What tells a suggestion from the others of its source, in short."""
    return f"{kind}:{hash_text(chr(10).join(parts))[:DIGEST]}"
