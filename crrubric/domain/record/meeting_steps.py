"""Making meetings, what they adopted, and the issued memo again from the journal entries."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from crrubric.domain.memo.narratives import TOLD_PARTS
from crrubric.domain.record.entries import ROW, ToldEntry
from crrubric.domain.record.setup_steps import require_id
from crrubric.domain.record.state import (
    COMMITMENT,
    DECISION,
    FINDING,
    MOTION,
    VOTE,
    State,
    pick_columns,
)
from crrubric.domain.record.texts import Text, Withheld


def replay_meeting_start(state: State, entry: ToldEntry) -> None:
    """A sitting begins."""
    place = len(state.meetings)
    state.meetings.append({"place": entry.told["place"], "ended": False, "present": []})
    state.sign(
        "meeting",
        place,
        {"started_by": entry.actor_name, "started_at": entry.at, "ended_at": None},
    )


def replay_meeting_end(state: State, entry: ToldEntry) -> None:
    """A sitting ends; whoever is still there leaves with it."""
    place = len(state.meetings) - 1
    for member in state.meetings[-1]["present"]:
        state.sign("attendance", (place, member), {"left_at": entry.at})
    state.meetings[-1] |= {"ended": True, "present": []}
    state.sign("meeting", place, {"ended_at": entry.at})


def replay_attendance(state: State, entry: ToldEntry) -> None:
    """Who is there now: who came before keeps the moment of the first arrival."""
    place, present = len(state.meetings) - 1, sorted(entry.row["present"])
    for member in set(state.meetings[-1]["present"]) - set(present):
        state.sign("attendance", (place, member), {"left_at": entry.at})
    for member in set(present) - set(state.meetings[-1]["present"]):
        state.signed.setdefault(("attendance", (place, member), "arrived_at"), entry.at)
        state.sign("attendance", (place, member), {"left_at": None})
    state.meetings[-1]["present"] = present


def replay_motion(state: State, entry: ToldEntry) -> None:
    """A motion with its vote, and the findings that were adopted with it."""
    told, place = entry.told, len(state.motions)
    state.motions.append({
        **pick_columns(told[ROW], MOTION), **{name: told[key] for name, key in VOTE.items()},
        "carried": told["carried"],
    })  # fmt: skip
    sitting = str(len(state.meetings) - 1)
    state.sign("motion", place, {"at": entry.at, "meeting_id": sitting})
    vendors = {row["code"]: key for key, row in state.vendors.items()}
    criteria = {row["code"]: key for key, row in state.criteria.items()}
    for vendor, criterion, value in told.get("adopted", []):
        cell = vendors[vendor], criteria[criterion]
        state.findings[cell] = {
            "value": value, "as_computed": True, "reason": "", "evidence": "", "agreed": "",
            "version": 1, "moved": True,
        }  # fmt: skip
        sign_finding(state, entry, cell, motion=str(place))


def replay_motion_correction(state: State, entry: ToldEntry) -> None:
    """Another vote, or other words, for a motion; what falls with it is told item by item."""
    told = entry.told
    motion = state.motions[told[ROW]["place"]]
    names = {**VOTE, "words": "motion", "carried": "carried"}
    motion.update({name: told[key] for name, key in names.items() if key in told})


def sign_finding(
    state: State, entry: ToldEntry, cell: tuple[Any, Any], motion: str | None = None
) -> None:
    """Who recorded a finding, when, and with which motion; a cell put off is so no longer."""
    signed = {"recorded_by": entry.actor_name, "recorded_at": entry.at, "motion_id": motion}
    state.sign("finding", cell, signed)
    state.deferrals.pop(cell, None)


def replay_finding(state: State, entry: ToldEntry) -> None:
    """A finding, or another one in its place."""
    cell = entry.own_finding
    version = state.findings.get(cell, {"version": 0})["version"] + 1
    require_id(entry.vendor_id)
    told = {name: entry.told[name] for name in FINDING}
    state.findings[cell] = {**told, "version": version, "moved": False}
    sign_finding(state, entry, cell)


def replay_finding_withdrawal(state: State, entry: ToldEntry) -> None:
    """No finding any more."""
    state.findings.pop(entry.own_finding)


def replay_deferral(state: State, entry: ToldEntry) -> None:
    """A cell that is put off."""
    state.deferrals[entry.own_finding] = entry.reason
    signed = {"recorded_by": entry.actor_name, "recorded_at": entry.at}
    state.sign("deferral", entry.own_finding, signed)


def replay_decision(state: State, entry: ToldEntry) -> None:
    """The recommendation with the adopted order."""
    told = entry.told
    codes = dict(told.get(ROW, {}).get("ranks", ()))
    state.decision = {
        **{key: told[key] for key in DECISION},
        "ranking_as_computed": told.get("as_computed", True),
        "ranking_reason": told.get("why_another_order", ""),
        "ranks": {
            key: codes[row["code"]] for key, row in state.vendors.items() if row["code"] in codes
        },
    }
    signed = {"recorded_by": entry.actor_name, "recorded_at": entry.at}
    state.sign("decision", None, signed)


def replay_position(state: State, entry: ToldEntry) -> None:
    """Where somebody stands on the recommendation."""
    member = require_id(entry.member_id)
    state.positions[member] = {"kind": entry.told["position"], "words": entry.told["words"]}
    state.sign("position", member, {"stated_at": entry.at})


def clear_stated_positions(state: State, _entry: ToldEntry) -> None:
    """Another vendor is recommended: positions are asked for again."""
    state.positions.clear()


def replay_commitment(state: State, entry: ToldEntry) -> None:
    """A promise of a vendor."""
    key = entry.row["id"]
    state.commitments[key] = {
        "vendor_id": entry.vendor_id, "words": entry.told["words"],
        "owner": entry.told["owner"], "due_on": entry.told["due on"],
    }  # fmt: skip
    signed = {"recorded_by": entry.actor_name, "recorded_at": entry.at, "withdrawn_at": None}
    state.sign("commitment", key, signed)


def replay_commitment_withdrawal(state: State, entry: ToldEntry) -> None:
    """A promise that holds no more; what it was stays with its signatures."""
    key = (entry.before or {})[ROW]["id"]
    row = state.commitments.pop(key)
    state.sign("commitment", key, {"withdrawn_at": entry.at, **sign_columns(row)})


def replay_commitment_state(state: State, entry: ToldEntry) -> None:
    """Whether a promise was kept."""
    key = entry.row["id"]
    if key not in state.commitments:
        raise ValueError("there is no such commitment")
    state.promises[key] = {"state": entry.told["state"], "reason": entry.reason}
    signed = {"settled_by": entry.actor_name, "settled_at": entry.at}
    state.sign("settled_commitment", key, signed)


def sign_columns(row: dict[str, Any]) -> dict[str, Text]:
    """The columns of a commitment that was withdrawn, as they are kept."""
    values = {name: row[name] for name in COMMITMENT}
    return {
        name: value if isinstance(value, Withheld) else str(value) for name, value in values.items()
    }


def replay_reinstatement(state: State, entry: ToldEntry) -> None:
    """Must-haves that are lifted for a vendor. Raises: ValueError if one was lifted already."""
    vendor = require_id(entry.vendor_id)
    for criterion in find_lifted_criteria(state, entry):
        if (vendor, criterion) in state.reinstated:
            raise ValueError("it is lifted already")
        state.reinstated[vendor, criterion] = entry.reason, entry.actor_name
        state.sign("reinstatement", (vendor, criterion), {"recorded_at": entry.at})


def find_lifted_criteria(state: State, entry: ToldEntry) -> list[int]:
    """The must-haves that an entry lifts. Older versions told them by their titles alone: where
    those can be read in no way, or in several, it is untold which they were.

    Raises: KeyError for an entry of today that does not tell them.
    """
    if ROW in entry.told or not entry.is_old:
        return list(entry.row["criteria"])
    titles = {key: row["title"] for key, row in state.criteria.items() if row["must_have"]}
    readings = list(islice(read_joined_titles(entry.told["does_not_meet"], titles), 2))
    if len(readings) == 1:
        return readings[0]
    state.untold.add("reinstated")
    state.untold_entries += 1
    return []


def read_joined_titles(text: Any, titles: Mapping[int, Text]) -> Iterator[list[int]]:
    """Every way in which a text is titles of criteria, each once, with commas between them."""
    if not isinstance(text, str):
        return
    for key, title in titles.items():
        rest = {other: words for other, words in titles.items() if other != key}
        if text == title:
            yield [key]
        elif isinstance(title, str) and text.startswith(f"{title}, "):
            for others in read_joined_titles(text[len(title) + 2 :], rest):
                yield [key, *others]


def replay_reinstatement_withdrawal(state: State, entry: ToldEntry) -> None:
    """The must-haves decide again. Raises: LookupError if nothing was lifted."""
    vendor = require_id(entry.vendor_id)
    own = [key for key in state.reinstated if key[0] == vendor]
    if not own and "reinstated" not in state.untold:
        raise LookupError("nothing was lifted for the vendor")
    for key in own:
        del state.reinstated[key]


def replay_redaction(state: State, entry: ToldEntry) -> None:
    """A text that copies for the public hide. Raises: ValueError if it is hidden already."""
    key = entry.told["entry"], entry.told["text at"]
    if key in state.redactions:
        raise ValueError("it is hidden already")
    state.redactions[key] = {"reason": entry.reason, "chosen_by": entry.actor_name}
    state.sign("redaction", key, {"chosen_at": entry.at})


def replay_redaction_withdrawal(state: State, entry: ToldEntry) -> None:
    """A text that they show again."""
    told = entry.before or {}
    key = told["entry"], told["text at"]
    del state.redactions[key]
    state.signed.pop(("redaction", key, "chosen_at"), None)


def replay_memo_issue(state: State, entry: ToldEntry) -> None:
    """An issue, numbered without a gap. Raises: ValueError for another number."""
    told, number = entry.told, len(state.memo_issues) + 1
    if told["number"] != number:
        raise ValueError("issues of a memo are counted from one")
    state.memo_issues[number] = {
        "language": told["language"],
        "names_people": told["names_people"],
        "decided_at": entry.row["decided_at"],
        "journal_head": told["covers"],
        "basis_hash": told.get("basis", ""),  # older versions told none
        "nonce": entry.row.get("nonce", ""),
        "logo_hash": entry.row.get("logo", ""),
        "reason": entry.reason,
        "files": [
            (form, entry.row["bytes"][form], told[form.lower()])
            for form in sorted(entry.row["bytes"])
        ],
    }
    signed = {"issued_by": entry.actor_name, "issued_at": entry.at}
    state.sign("memo_issue", number, signed)


def replay_narratives(state: State, entry: ToldEntry) -> None:
    """Texts about a vendor for the memo: those that were changed."""
    vendor = require_id(entry.vendor_id)
    for part, name in TOLD_PARTS.items():
        if name in entry.told:
            key = vendor, part.value
            state.narratives[key] = {"words": entry.told[name]}
            state.sign("narrative", key, {"written_by": entry.actor_name, "written_at": entry.at})
