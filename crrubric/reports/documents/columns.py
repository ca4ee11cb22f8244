"""How wide the columns of a table are."""

from collections.abc import Callable, Sequence
from statistics import fmean

from crrubric.domain.documents.tree import Table

WIDE_LETTER = 0.6  # of the size of the letters: room enough for most words, bold ones too
LONG_TEXT = 40  # letters; a longer text runs over several lines


def compute_column_shares(block: Table, *, room: float, size: float, padding: float) -> list[float]:
    """The share of the width that each column gets; together 1.

    Each gets what its longest word needs, so that none is broken. What is left over goes to the
    columns by how much more than that their texts would fill, within reason; on average, so that
    one long text among short ones does not make all other rows two lines high. The columns of a
    grid after its first are equally wide: what stands in one is compared with what stands in
    another.

    Args: room: the width of the table; size: of its letters; padding: of a cell, left and right
        together; all in the same unit.
    """
    columns = list(zip(block.header, *block.rows, strict=True))
    letter = size * WIDE_LETTER
    needs = [
        letter * max(len(word) for text in texts for word in text.split() or [""]) + padding
        for texts in columns
    ]
    if block.is_grid:
        needs = _level(needs, max)
    if sum(needs) >= room:
        return [need / sum(needs) for need in needs]
    wants = [
        sum(max(0.0, letter * min(len(text), LONG_TEXT) + padding - need) for text in texts)
        / len(texts)
        + letter
        for texts, need in zip(columns, needs, strict=True)
    ]
    if block.is_grid:
        wants = _level(wants, fmean)
    spare = room - sum(needs)
    return [
        (need + spare * want / sum(wants)) / room for need, want in zip(needs, wants, strict=True)
    ]


def _level(widths: Sequence[float], choose: Callable[[Sequence[float]], float]) -> list[float]:
    """The same for every column after the first."""
    first, *others = widths
    return [first, *[choose(others)] * len(others)]
