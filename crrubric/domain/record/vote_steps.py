"""Making votes on must-haves again from their journal entries: rounds, seals and counts.

What somebody answered is told by no entry: the receipt of what they sealed stands for it.
"""

from collections.abc import Mapping
from typing import Any

from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.setup_steps import require_id
from crrubric.domain.record.state import Row, State, Triple

COUNT = ("title", "question", "yes", "no", "reworded")
UNSETTLED: Row = {"adopted": None, "reason": "", "decided_by": ""}


def replay_vote_opening(state: State, entry: ToldEntry) -> None:
    """A new round; the one before is closed."""
    number = entry.told["vote"]
    if number != len(state.votes) + 1 or any(row["open"] for row in state.votes.values()):
        raise ValueError("it is not the next round")
    state.votes[number] = {"open": True, "opened_by": entry.actor_name, "closed_by": ""}
    state.sign("must_have_vote", number, {"opened_at": entry.at, "closed_at": None})


def replay_vote_submission(state: State, entry: ToldEntry) -> None:
    """A reviewer's answers that are sealed under their receipt."""
    told = entry.told
    require_open_round(state, told["vote"])
    seal_answers(state, entry, require_id(entry.member_id), told)


def seal_answers(state: State, entry: ToldEntry, member: int, told: Mapping[str, Any]) -> None:
    """The next sealed version of a member's answers, by what the entry tells of it."""
    key = (entry.told["vote"], member, told["number"])
    if key in state.sealed_votes:
        raise ValueError("it is sealed already")
    state.sealed_votes[key] = {
        "receipt": told["receipt"], "counted": False, "reopened_by": "", "reopen_reason": "",
    }  # fmt: skip
    state.sign("sealed_vote", key, {"sealed_at": entry.at, "reopened_at": None})


def replay_vote_reopening(state: State, entry: ToldEntry) -> None:
    """Answers given back; why stands on their sealed version."""
    told = entry.before or {}
    require_open_round(state, told["vote"])
    key: Triple = (told["vote"], require_id(entry.member_id), told["number"])
    state.sealed_votes[key].update(reopened_by=entry.actor_name, reopen_reason=entry.reason)
    state.sign("sealed_vote", key, {"reopened_at": entry.at})


def replay_vote_closing(state: State, entry: ToldEntry) -> None:
    """The end of a round: what is counted, some of it sealed only now, and the counts."""
    number = entry.told["vote"]
    require_open_round(state, number)
    for told in entry.row["sealed"]:
        key = (number, told["member"], told["number"])
        if key not in state.sealed_votes:
            seal_answers(state, entry, told["member"], told)
        if state.sealed_votes[key]["receipt"] != told["receipt"]:
            raise ValueError("it is another receipt than was told before")
        state.sealed_votes[key]["counted"] = True
    for told in entry.row["counts"]:
        pair = (number, told["criterion"])
        state.vote_counts[pair] = {**{name: told[name] for name in COUNT}, **UNSETTLED}
        state.sign("vote_count", pair, {"decided_at": None})
    state.votes[number].update(open=False, closed_by=entry.actor_name)
    state.sign("must_have_vote", number, {"closed_at": entry.at})


def replay_vote_adoption(state: State, entry: ToldEntry) -> None:
    """What the chair made of the counts of one criterion."""
    pair = (entry.told["vote"], require_id(entry.criterion_id))
    state.vote_counts[pair].update(
        adopted=entry.told["must_have"], reason=entry.reason, decided_by=entry.actor_name
    )
    state.sign("vote_count", pair, {"decided_at": entry.at})


def require_open_round(state: State, number: int) -> None:
    """Raise ValueError unless the round is open; LookupError if there is none."""
    if not state.votes[number]["open"]:
        raise ValueError("the vote is closed")
