"""How far long work is, for whoever waits for it.

It is told beside the transaction of the work and never out of it: in the memory of this process.
Who asks another process, or a moment too early, is told nothing and waits without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app

from crrubric.domain.vocabulary import LabelledEnum

BOARD = "crrubric-progress"  # under which an app keeps it
Key = tuple[int, str]  # the account for whom it is done, and what it is about


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """Where work is: in this step so much of all is done."""

    step: LabelledEnum
    done: int
    total: int


class StepWatch:
    """Is told how far work is. This one tells nobody."""

    def begin_step(self, step: LabelledEnum, total: int) -> None:
        """A step begins. Args: total: how much is to be done in it."""

    def advance(self, more: int = 1) -> None:
        """So much more of the step is done."""


SILENT = StepWatch()


class BoardWatch(StepWatch):
    """Writes down how far work is, where others can look."""

    def __init__(self, board: dict[Key, WorkProgress], key: Key) -> None:
        self.board, self.key = board, key

    def begin_step(self, step: LabelledEnum, total: int) -> None:
        """Nothing of it is done yet."""
        self.board[self.key] = WorkProgress(step, 0, total)

    def advance(self, more: int = 1) -> None:
        """Never more than all."""
        at = self.board[self.key]
        self.board[self.key] = WorkProgress(at.step, min(at.total, at.done + more), at.total)


def find_progress_board() -> dict[Key, WorkProgress]:
    """Where the app that runs keeps how far each work is."""
    board: dict[Key, WorkProgress] = current_app.extensions.setdefault(BOARD, {})
    return board


@contextmanager
def tell_progress(key: Key) -> Iterator[StepWatch]:
    """Tell how far this work is until it ends, however it does."""
    board = find_progress_board()
    try:
        yield BoardWatch(board, key)
    finally:
        board.pop(key, None)


def find_progress(key: Key) -> WorkProgress | None:
    """How far this work is; None if it is not being done here."""
    return find_progress_board().get(key)
