"""Making the planning workbook again from the journal entries."""

from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.state import Row, State

SIGNED_PLAN = ("member_id", "saved_by", "began_at", "saved_at")


def replay_plan_answers(state: State, entry: ToldEntry) -> None:
    """Answers that were saved: a new version of a section, or more of the same sitting."""
    section, number = entry.row["plan_section"], entry.row["number"]
    key = section, number
    before: Row = state.plan_versions.get(key) or {}
    began = not before
    if began:
        before = state.plan_versions[section, number - 1] if number > 1 else {"answers": {}}
    answers = dict(before["answers"])
    for each in entry.told["answers"]:
        if each["words"] is None:
            answers.pop(each["prompt"], None)
        else:
            answers[each["prompt"]] = each["words"]
    state.plan_versions[key] = {"answers": answers, "restored": entry.row.get("restored")}
    signed = {"saved_at": entry.at, "saved_by": entry.actor_name, "member_id": entry.member_id}
    state.sign("plan_version", key, signed | ({"began_at": entry.at} if began else {}))


def replay_hint(state: State, entry: ToldEntry) -> None:
    """A hint that the chair took or declined, the first time or otherwise than before."""
    key = entry.row["plan_section"], entry.row["code"], entry.row["kind"]
    state.hints[key] = {"taken": entry.told["taken"], "reason": entry.reason}
    state.sign("hint_decision", key, {"decided_by": entry.actor_name, "decided_at": entry.at})


def replay_plan_assignment(state: State, entry: ToldEntry) -> None:
    """A member who is asked to fill or read a section, or is no more."""
    key = entry.row["plan_section"], entry.member_id
    if entry.told["access"] is None:
        del state.plan_access[key]
    else:
        state.plan_access[key] = {"access": entry.told["access"]}
