"""What the meeting must talk about, in order; and what nobody disputes, for one motion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crrubric.domain.ballots.ballots import NO, UNASSIGNED, YES
from crrubric.domain.record.chain import hash_text, to_canonical_json
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.results import Cell, Key, Results
from crrubric.domain.vocabulary import AgendaTopic, Outcome


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A cell to talk about, and why. A cell stands under the first topic that fits."""

    topic: AgendaTopic
    cell: Cell
    must_have: bool
    experts: tuple[str, ...]  # reviewers who speak for the field and say the opposite

    @property
    def key(self) -> Key:
        """(vendor code, criterion code)."""
        return self.cell.vendor, self.cell.criterion


def list_agenda_items(basis: ResultBasis, results: Results) -> tuple[AgendaItem, ...]:
    """The cells that need talk: unresolved, split must-haves, the expert in the minority, splits.

    Within a topic must-haves come first, then vendors and criteria in their order. A cell stays
    on the agenda when it is settled, so that the list does not change while it is walked through.
    """
    against = find_opposing_experts(basis, results)
    must = {criterion.code for criterion in results.criteria if criterion.must_have}
    found = [
        AgendaItem(topic, cell, cell.criterion in must, against.get(key, ()))
        for key, cell in results.cells.items()
        if (topic := _topic_of(cell, cell.criterion in must, key in against)) is not None
    ]
    order = list(AgendaTopic)
    return tuple(sorted(found, key=lambda item: (order.index(item.topic), not item.must_have)))


def find_next_item(items: Sequence[AgendaItem], here: Key | None) -> AgendaItem | None:
    """The item to talk about after `here`: the next that is not settled, the first after the last.

    Args: here: (vendor code, criterion code); None, or what is not on the agenda: before the first.
    """
    place = next((n for n, item in enumerate(items) if item.key == here), -1)
    others = [*items[place + 1 :], *items[: max(place, 0)]]
    return next((item for item in others if item.cell.adopted is None), None)


def find_adjacent_items(
    items: Sequence[AgendaItem], here: Key | None
) -> tuple[AgendaItem | None, AgendaItem | None]:
    """The items before and after `here`, settled or not; after what is not there, the first."""
    place = next((n for n, item in enumerate(items) if item.key == here), -1)
    before = items[place - 1] if place > 0 else None
    return before, next(iter(items[place + 1 :]), None)


def list_undisputed_cells(basis: ResultBasis, results: Results) -> tuple[Cell, ...]:
    """Cells with an outcome that no mark contradicts and that are not adopted yet.

    CAN'T TELL contradicts nothing; it became a question.
    """
    against = find_opposing_experts(basis, results)
    must = {criterion.code for criterion in results.criteria if criterion.must_have}
    return tuple(
        cell
        for key, cell in results.cells.items()
        if cell.adopted is None and _topic_of(cell, cell.criterion in must, key in against) is None
    )


def fingerprint_cells(cells: Iterable[Cell]) -> str:
    """A short text that stands for these cells and their outcomes, in whatever order.

    A motion carries that of what was on the page: as many cells are not the same cells.
    """
    rows = sorted([cell.vendor, cell.criterion, cell.resolution.outcome.value] for cell in cells)
    return hash_text(to_canonical_json(rows))[:32]


def find_opposing_experts(basis: ResultBasis, results: Results) -> Mapping[Key, tuple[str, ...]]:
    """By cell: who speaks for the criterion's field and says the opposite of its outcome."""
    ballots = basis.ballots
    opposite = {Outcome.MET: NO, Outcome.NOT_MET: YES}
    found: dict[Key, tuple[str, ...]] = {}
    for column, criterion in enumerate(basis.criteria):
        leads = [n for n, who in enumerate(ballots.reviewers) if who.stakeholder is criterion.lead]
        if not leads:
            continue
        keys = [(vendor.code, criterion.code) for vendor in basis.vendors]
        said = [opposite.get(results.cells[key].resolution.outcome, UNASSIGNED + 1) for key in keys]
        against = ballots.answers[leads, :, column] == np.array(said)  # shape (leads, vendors)
        for row, place in np.argwhere(against.T).tolist():
            key = keys[row]
            found[key] = (*found.get(key, ()), ballots.reviewers[leads[place]].name)
    return found


def _topic_of(cell: Cell, must_have: bool, expert: bool) -> AgendaTopic | None:
    if cell.resolution.outcome is Outcome.UNRESOLVED:
        return AgendaTopic.UNRESOLVED
    if cell.split:
        return (
            AgendaTopic.SPLIT_MUST_HAVE
            if must_have
            else AgendaTopic.EXPERT
            if expert
            else AgendaTopic.SPLIT
        )
    return None
