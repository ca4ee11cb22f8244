"""Results that were computed already, kept in memory by the newest entry of the journal.

Whatever a result rests on is journaled: as long as an evaluation's journal has the same newest
entry, its result is the same (the state machine of the tests holds every kept result against one
that is computed anew). A process keeps those of a few evaluations, each in the languages in which
it was read. Inside a unit of work nothing is kept: its entries are not written yet.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.results import Results
from crrubric.queries.record.journal import find_chain_head
from crrubric.queries.shared.reading import is_writing

T = TypeVar("T")
UNREAD = 3600  # seconds
AT_MOST = 12  # results in memory; one of 105,000 marks takes some 10 MB with all that is derived
Key = tuple[int, str, str]  # evaluation, language, hash of the newest entry


@dataclass(frozen=True, slots=True)
class Computed:
    """A result with what it rests on, and what was derived from both."""

    basis: ResultBasis
    results: Results
    derived: dict[Hashable, Any] = field(default_factory=dict, compare=False)

    def is_about(self, vendors: Sequence[str], criteria: Sequence[str]) -> bool:
        """Whether it is about these vendors and criteria, by code and in this order."""
        return [row.code for row in self.basis.vendors] == vendors and [
            row.code for row in self.basis.criteria
        ] == criteria

    def derive(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes of this result; made once.

        It may use nothing but this result and what its name says.
        """
        if name not in self.derived:
            self.derived[name] = make()
        found: T = self.derived[name]
        return found


def compute_results(basis: ResultBasis) -> Computed:
    """The result of a basis, which nobody keeps."""
    return Computed(basis, basis.results())


class KeptResults:
    """The results that were read last from one database, the newest last.

    One that nobody has read for an hour goes with the next that is asked for: its record may have
    been removed by another process.
    """

    def __init__(self) -> None:
        self.rows: OrderedDict[Key, Computed] = OrderedDict()
        self.read_at: dict[Key, float] = {}
        self.turns: dict[Key, Lock] = {}
        self.lock = Lock()

    def find(self, key: Key) -> Computed | None:
        """What is kept under this key."""
        with self.lock:
            self._drop_unread()
            if key in self.rows:
                self._note_reading(key)
            return self.rows.get(key)

    def keep(self, key: Key, computed: Computed) -> None:
        """Keep a result, and none of the same evaluation and language that is out of date."""
        with self.lock:
            self._drop_unread()
            for other in [row for row in self.rows if row[:2] == key[:2]]:
                self._drop(other)
            self.rows[key] = computed
            self._note_reading(key)
            while len(self.rows) > AT_MOST:
                self._drop(next(iter(self.rows)))

    def _note_reading(self, key: Key) -> None:
        self.rows.move_to_end(key)
        self.read_at[key] = monotonic()

    def _drop(self, key: Key) -> None:
        del self.rows[key]
        del self.read_at[key]

    def _drop_unread(self) -> None:
        """Drop what nobody has read for long: that stands first."""
        long_ago = monotonic() - UNREAD
        while self.rows and self.read_at[next(iter(self.rows))] < long_ago:
            self._drop(next(iter(self.rows)))

    @contextmanager
    def take_turn(self, key: Key) -> Iterator[None]:
        """Let whoever wants the same at this moment wait, rather than compute it as well."""
        with self.lock:
            turn = self.turns.setdefault(key, Lock())
        try:
            with turn:
                yield
        finally:
            with self.lock:
                self.turns.pop(key, None)

    def forget(self, evaluation_id: int) -> None:
        """Keep nothing of an evaluation any more."""
        with self.lock:
            for key in [row for row in self.rows if row[0] == evaluation_id]:
                self._drop(key)


KEPT: WeakKeyDictionary[Engine, KeptResults] = WeakKeyDictionary()


def find_kept_results(session: Session) -> KeptResults:
    """What this process keeps of the session's database."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    return KEPT.setdefault(engine, KeptResults())


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """Where a result is kept as of the journal's newest entry, and the one that is there."""

    session: Session
    key: Key | None  # none inside a unit of work
    found: Computed | None = None

    def keep(self, basis: ResultBasis) -> Computed:
        """The result of a basis of which every row was read anew since the place was looked up."""
        computed = compute_results(basis)
        # Where somebody wrote meanwhile, what was read may be from before or after.
        if self.key and find_chain_head(self.session, self.key[0])[1] == self.key[2]:
            find_kept_results(self.session).keep(self.key, computed)
        return computed


@contextmanager
def find_kept_place(session: Session, evaluation_id: int, language: str) -> Iterator[KeptPlace]:
    """Look up what is kept of an evaluation; entered before anything of it is read.

    Where nothing is, whoever comes next waits until this is left: when the chair moves on, forty
    screens ask for the same at once.
    """
    if is_writing(session):
        yield KeptPlace(session, None)
        return
    key = (evaluation_id, language, find_chain_head(session, evaluation_id)[1])
    kept = find_kept_results(session)
    if found := kept.find(key):
        yield KeptPlace(session, key, found)
        return
    with kept.take_turn(key):
        yield KeptPlace(session, key, kept.find(key))
