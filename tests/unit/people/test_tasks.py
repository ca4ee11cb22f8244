"""What waits for whom, by role, phase and facts."""

from typing import Any

import pytest

from crrubric.domain.people.tasks import TaskFacts, list_tasks
from crrubric.domain.vocabulary import Phase, Role

CHAIR, REVIEWER, OBSERVER = (
    frozenset({role}) for role in (Role.CHAIR, Role.REVIEWER, Role.OBSERVER)
)
EVERYTHING = {
    "own_open": 2,
    "undeclared": 1,
    "to_confirm": 1,
    "answered": 3,
    "askings": 4,
    "drafts": 5,
    "meetings": 1,
    "sitting": 1,
    "prices_hidden": True,
    "decided": 1,
    "position_due": 1,
}


def told(roles: frozenset[Role], phase: Phase, **facts: Any) -> list[str]:
    """What waits, each with its number."""
    found = list_tasks(TaskFacts(roles=roles, phase=phase, **facts))
    return [f"{task.kind.name} {task.count}" for task in found]


@pytest.mark.parametrize(
    ("roles", "phase", "facts", "expected"),
    [
        (CHAIR, Phase.SETUP, {}, ["SET_UP 1"]),
        (REVIEWER, Phase.SETUP, {}, []),
        (REVIEWER, Phase.PRACTICE, {"not_practiced": 1}, ["PRACTICE 1"]),
        (REVIEWER, Phase.PRACTICE, {"practiced": True}, []),
        (REVIEWER, Phase.PRACTICE, {"practice_over": True}, []),
        (CHAIR, Phase.PRACTICE, {"not_practiced": 1}, []),
        (CHAIR, Phase.PRACTICE, {}, ["SHOW_PRACTICE 1"]),
        (
            REVIEWER,
            Phase.SCORING,
            EVERYTHING,
            ["CONFIRM 1", "DECLARE 1", "SCORE 2", "READ_ANSWERS 3"],
        ),
        (REVIEWER, Phase.SCORING, {**EVERYTHING, "refused": True}, ["CONFIRM 1"]),
        (CHAIR, Phase.SCORING, {"open_ballots": 1, "ended": True}, ["CLOSE_SCORING 1"]),
        (CHAIR, Phase.SCORING, {}, ["CLOSE_SCORING 1"]),
        (CHAIR, Phase.SCORING, {"open_ballots": 1}, []),
        (
            CHAIR,
            Phase.SCORING,
            {**EVERYTHING, "open_ballots": 1},
            ["SORT_ASKINGS 4", "SEND_QUESTIONS 5"],
        ),
        (
            CHAIR | REVIEWER,
            Phase.SCORING,
            {"own_open": 1, "askings": 1, "open_ballots": 1},
            ["SCORE 1", "SORT_ASKINGS 1"],
        ),
        (CHAIR, Phase.MEETING, {"without_finding": 3}, ["START_MEETING 1"]),
        (CHAIR, Phase.MEETING, {"without_finding": 3, "meetings": 1}, ["SETTLE_ITEMS 3"]),
        (
            CHAIR,
            Phase.MEETING,
            {"prices_hidden": True, "meetings": 1},
            ["OPEN_PRICES 1", "RECORD_DECISION 1"],
        ),
        (CHAIR, Phase.MEETING, {"meetings": 1, "decided": 1}, ["FINALIZE 1"]),
        (CHAIR, Phase.MEETING, {"meetings": 1, "conflicts": 1}, []),
        (
            REVIEWER,
            Phase.MEETING,
            EVERYTHING,
            ["CONFIRM 1", "FOLLOW_MEETING 1", "STATE_POSITION 1"],
        ),
        (OBSERVER, Phase.MEETING, EVERYTHING, ["FOLLOW_MEETING 1"]),
        (CHAIR, Phase.DECIDED, {}, ["ISSUE_MEMO 1", "SET_RETENTION 1"]),
        (CHAIR, Phase.DECIDED, {"conflicts": 1}, ["SET_RETENTION 1"]),
        (CHAIR, Phase.DECIDED, {"issued": 1, "retention_set": True}, []),
        (CHAIR | REVIEWER, Phase.ARCHIVED, {**EVERYTHING, "retention_set": True}, []),
    ],
)
def test_what_waits_depends_on_role_phase_and_facts(
    roles: frozenset[Role], phase: Phase, facts: dict[str, Any], expected: list[str]
):
    assert told(roles, phase, **facts) == expected
