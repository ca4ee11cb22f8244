"""What the product's replay and its reading of the tables say of an evaluation, for the machine."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from crrubric.domain.record.differences import (
    Difference,
    compare_things,
    find_differences,
)
from crrubric.domain.record.replay import replay_entry
from crrubric.domain.record.state import ISSUED, MARK, State
from crrubric.queries.record.chains import iterate_entries
from crrubric.queries.record.stored import (
    iterate_stored_ballots,
    iterate_stored_marks,
    read_stored_state,
)

# what the model of the machine does not keep: receipts; of criteria their translations
LEFT_TO_VERIFY = {"sealed", "sealed_votes"}


def stored(session: Session, evaluation_id: int) -> State:
    """The state that the tables hold, ballots and marks included."""
    state = read_stored_state(session, evaluation_id)
    for pair, ballot in iterate_stored_ballots(session, evaluation_id):
        state.ballots[pair] = {name: ballot[name] for name in ISSUED}
    for cell, mark in iterate_stored_marks(session, evaluation_id):
        del mark["marked_at"]
        state.marks[cell] = mark
    return state


def replay(session: Session, evaluation_id: int) -> State:
    """The state that the journal tells; every entry fits."""
    state = State()
    for entry in iterate_entries(session):
        if entry.chain == evaluation_id:
            assert entry.told is not None
            assert replay_entry(state, entry.told), entry
    state.marks = {cell: mark.row((*MARK, "version")) for cell, mark in state.marks.items()}
    return state


def list_differences(told: State, state: State, *, but: Collection[str] = ()) -> list[Difference]:
    """In what two states differ; with `but` without these fields, and without who and when."""
    signed = {} if but else state.signed
    if but:
        criteria = {key: dict(row, translations=None) for key, row in told.criteria.items()}
        for row in criteria.values():
            del row["translations"]
        told = replace(told, untold={*told.untold, *but}, criteria=criteria, signed={})
    marks = [
        difference
        for cell in {**told.marks, **state.marks}
        for difference in compare_things("marks", cell, told.marks.get(cell), state.marks.get(cell))
    ]
    ballots = (
        []
        if "ballots" in told.untold
        else [
            difference
            for pair in {**told.ballots, **state.ballots}
            for difference in compare_things(
                "ballots", pair, told.ballots.get(pair), state.ballots.get(pair)
            )
        ]
    )
    return [*find_differences(told, replace(state, signed=signed)), *ballots, *marks]
