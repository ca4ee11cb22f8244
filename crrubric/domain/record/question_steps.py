"""Making questions to vendors again from the journal entries."""

from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.state import Row, State


def replay_asking(state: State, entry: ToldEntry) -> None:
    """Something that a reviewer asks."""
    key = entry.row["asking"]
    state.askings[key] = {
        "member_id": entry.member_id, "vendor_id": entry.vendor_id,
        "criterion_id": entry.criterion_id, "words": entry.told["words"],
        "question_id": None, "set_aside_reason": "",
    }  # fmt: skip
    state.sign("asking", key, {"asked_at": entry.at})


def replay_asking_set_aside(state: State, entry: ToldEntry) -> None:
    """Something that is not passed on."""
    state.askings[entry.row["asking"]]["set_aside_reason"] = entry.reason


def replay_question(state: State, entry: ToldEntry) -> None:
    """A question of the chair."""
    key = entry.row["question"]
    state.questions[key] = {
        "vendor_id": entry.vendor_id, "criterion_id": entry.criterion_id,
        "words": entry.told["words"], "sent_on": None, "answer": "", "answered_on": None,
        "version": 1, "withdrawn": None,
    }  # fmt: skip
    signed = {"recorded_by": entry.actor_name, "recorded_at": entry.at, "answer_recorded_by": ""}
    state.sign("question", key, signed)
    join_askings(state, entry)


def join_askings(state: State, entry: ToldEntry) -> None:
    """What reviewers asked becomes part of a question."""
    for key in entry.row.get("askings", ()):
        state.askings[key]["question_id"] = entry.row["question"]


def find_told_question(state: State, entry: ToldEntry) -> Row:
    """The question that an entry is about. Raises: KeyError."""
    return state.questions[entry.row["question"]]


def replay_rewording(state: State, entry: ToldEntry) -> None:
    """Other words before it is sent."""
    question = find_told_question(state, entry)
    question.update(words=entry.told["words"], version=question["version"] + 1)


def replay_sending(state: State, entry: ToldEntry) -> None:
    """Questions that were sent."""
    for key in entry.row["questions"]:
        state.questions[key]["sent_on"] = entry.told["sent on"]


def replay_answer(state: State, entry: ToldEntry) -> None:
    """An answer; a question that was not sent counts as sent on that day."""
    question, on = find_told_question(state, entry), entry.told["answered on"]
    question.update(
        answer=entry.told["answer"],
        answered_on=on,
        version=question["version"] + 1,
        sent_on=question["sent_on"] or on,
    )
    signed = {"answer_recorded_by": entry.actor_name, "answer_recorded_at": entry.at}
    state.sign("question", entry.row["question"], signed)


def replay_question_withdrawal(state: State, entry: ToldEntry) -> None:
    """A question that is taken back."""
    find_told_question(state, entry)["withdrawn"] = entry.reason
    state.sign("question", entry.row["question"], {"withdrawn_at": entry.at})
