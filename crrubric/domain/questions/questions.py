"""Where evidence is missing: cells that reviewers could not tell, and nobody asked about."""

from collections.abc import Collection

from crrubric.domain.results.results import Cell, Results

Key = tuple[str, str]  # vendor code, criterion code


def find_evidence_gaps(results: Results, asked: Collection[Key]) -> tuple[Cell, ...]:
    """Cells with a CAN'T TELL and no question, those with the most first.

    Args: asked: the cells that a question is about. Equal counts stay in the order of the matrix.
    """
    open_cells = (
        cell for key, cell in results.cells.items() if cell.tally.cannot_tell and key not in asked
    )
    return tuple(sorted(open_cells, key=lambda cell: -cell.tally.cannot_tell))
