"""Making measures and their values again from the journal entries."""

from crrubric.domain.planning.followup.measures import parse_measured_period
from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.state import Row, State

SIGNED_MEASURE = ("recorded_by", "recorded_at")


def replay_measure(state: State, entry: ToldEntry) -> None:
    """A measure that was added."""
    key = entry.row["id"]
    state.measures[key] = {
        "kind": entry.told["measure of"], **read_told_measure(entry),
        "origin": entry.row["origin"], "version": 1,
    }  # fmt: skip
    state.sign("measure", key, {"recorded_by": entry.actor_name, "recorded_at": entry.at})


def read_told_measure(entry: ToldEntry) -> Row:
    """What is followed."""
    told = entry.told
    return {
        "words": told["words"], "unit": told["unit"], "baseline": told["baseline"],
        "baseline_on": told["baseline on"], "target": told["target"], "due_on": told["due on"],
    }  # fmt: skip


def replay_measure_change(state: State, entry: ToldEntry) -> None:
    """Other words, another baseline or another target."""
    measure = state.measures[entry.row["id"]]
    measure.update(read_told_measure(entry), version=measure["version"] + 1)


def replay_actual(state: State, entry: ToldEntry) -> None:
    """A value of a measure, or a correction of one."""
    key, told = entry.row["id"], entry.told
    period = parse_measured_period(told["period"])
    state.actuals[key] = {
        "measure_id": entry.row["measure"], "measured_on": period.on.isoformat(),
        "is_year": period.is_year, "value": told["measured"], "told_by": told["told by"],
        "note": told["note"], "corrected_id": entry.row["corrected"], "reason": entry.reason,
    }  # fmt: skip
    state.sign("actual", key, {"recorded_by": entry.actor_name, "recorded_at": entry.at})


def replay_review(state: State, entry: ToldEntry) -> None:
    """A review meeting that was held."""
    key = entry.row["id"]
    state.reviews[key] = {
        **read_told_review(entry), "origin": entry.row["origin"], "version": 1
    }  # fmt: skip
    state.sign("held_review", key, {"recorded_by": entry.actor_name, "recorded_at": entry.at})


def read_told_review(entry: ToldEntry) -> Row:
    """What is told of it."""
    told = entry.told
    return {
        "held_on": told["held on"], "about": told["about"], "others": told["others"],
        "minutes": told["minutes"], "next_on": told["next on"], "present": entry.row["present"],
    }  # fmt: skip


def replay_review_change(state: State, entry: ToldEntry) -> None:
    """Told anew."""
    review = state.reviews[entry.row["id"]]
    review.update(read_told_review(entry), version=review["version"] + 1)
