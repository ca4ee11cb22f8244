"""Making the issues of the memo again from the journal entries."""

from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.state import State


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
        "reason": entry.reason,
        "files": [
            (form, entry.row["bytes"][form], told[form.lower()])
            for form in sorted(entry.row["bytes"])
        ],
    }
    signed = {"issued_by": entry.actor_name, "issued_at": entry.at}
    state.sign("memo_issue", number, signed)
