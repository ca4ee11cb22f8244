"""The planning workbooks of the demo's evaluations, made from `data/demo_workbook.toml`."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.planning.answers import PlanAnswer, check_answer_kind
from crrubric.domain.planning.progress import CHECK, GOAL, digest_goal, make_goal_check
from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.vocabulary import PlanAccess
from crrubric.models import PlanAssignment, PlanVersion
from crrubric.queries.people.people import actor_of
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.hints import SettledHint, store_settled_hint
from crrubric.services.planning.workbook import require_plan_section, tell_answers
from crrubric.services.shared.journal import ROW, EntryReferences, note_event

_DAY = re.compile(r"@(-?\d+)")


@cache
def load_demo_workbooks() -> Mapping[str, Any]:
    """The workbooks as they are shipped."""
    file = resources.files("crrubric.data") / "demo_workbook.toml"
    return tomllib.loads(file.read_text("utf-8"))


def add_workbook(cast: DemoEvaluation, key: str) -> None:
    """Who works on the sections of one evaluation, and what they have written, save by save."""
    data = load_demo_workbooks()
    for row in data["people"]:
        if row["evaluation"] == key:
            _add_people(cast, row)
    newest: dict[str, PlanVersion] = {}
    for row in data["saved"]:
        if row["evaluation"] == key:
            newest[row["section"]] = _add_version(cast, row, newest)
    for row in data["hint"]:
        if row["evaluation"] == key:
            _settle_hint(cast, row)


def _add_people(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    for section, people in row["sections"].items():
        for person, access in people.items():
            member = cast.members[person]
            assigned = PlanAssignment(
                evaluation_id=cast.evaluation.id,
                section=section,
                member_id=member.id,
                access=PlanAccess(access),
            )
            cast.session.add(assigned)
            note_event(
                cast.session,
                cast.chair,
                Event.PLAN_ASSIGNED,
                evaluation_id=cast.evaluation.id,
                subject=section,
                about=EntryReferences(member_id=member.id),
                before={"name": member.name, "access": None},
                after={
                    "name": member.name,
                    "access": assigned.access,
                    ROW: {"plan_section": section},
                },
                at=cast.ago(row["days_ago"]),
            )


def _add_version(
    cast: DemoEvaluation, row: Mapping[str, Any], newest: Mapping[str, PlanVersion]
) -> PlanVersion:
    """One save as a version of its own, with its journal entry."""
    section, when = row["section"], cast.ago(row["days_ago"])
    before = newest.get(section)
    old: dict[str, PlanAnswer] = dict(before.answers) if before else {}
    changed = _check_demo_answers(cast, row)
    if "verdict" in row:
        wording = digest_goal(newest[GOAL].answers)
        changed[CHECK] = make_goal_check(row["verdict"], wording)
    user, member = cast.users[row["person"]], cast.members[row["person"]]
    version = PlanVersion(
        evaluation_id=cast.evaluation.id,
        section=section,
        number=before.number + 1 if before else 1,
        answers=old | changed,
        member_id=member.id,
        saved_by=user.name,
        began_at=when,
        saved_at=when,
    )
    cast.session.add(version)
    note_event(
        cast.session,
        actor_of(user),
        Event.PLAN_ANSWERED,
        evaluation_id=cast.evaluation.id,
        subject=section,
        about=EntryReferences(member_id=member.id),
        before={"answers": tell_answers(changed, old)},
        after={
            "answers": tell_answers(changed, changed),
            ROW: {"plan_section": section, "number": version.number},
        },
        at=when,
    )
    return version


def _settle_hint(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """What the chair made of a hint."""
    store_settled_hint(
        cast.session,
        cast.chair,
        cast.criteria[row["criterion"]],
        HintKey(row["section"], row["criterion"], HintKind(row["kind"])),
        SettledHint(taken=row["taken"], reason=row["reason"]),
        at=cast.ago(row["days_ago"]),
    )


def _check_demo_answers(cast: DemoEvaluation, row: Mapping[str, Any]) -> dict[str, PlanAnswer]:
    """The answers of one save, each checked against its prompt."""
    prompts = {prompt.code: prompt for prompt in require_plan_section(row["section"]).prompts}
    checked = {
        code: check_answer_kind(prompts[code], _write_days(cast, answer))
        for code, answer in row.get("answers", {}).items()
    }
    return {code: answer for code, answer in checked.items() if answer is not None}


def _write_days(cast: DemoEvaluation, answer: Any) -> Any:
    """The answer with days in the place of how long ago they were."""
    if isinstance(answer, list):
        return [{key: _write_days(cast, text) for key, text in row.items()} for row in answer]
    counted = _DAY.fullmatch(answer)
    if counted is None:
        return answer
    return cast.ago(int(counted[1])).date().isoformat()
