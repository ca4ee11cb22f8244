"""What the memo is told of the planning workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crrubric.domain.planning.followup.measures import MeasuredPeriod, MeasureKind, MeasureUnit
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.domain.planning.progress import PlanAnswers
from crrubric.domain.planning.prompts import HintKey
from crrubric.domain.planning.triage import Seats, Setting
from crrubric.domain.planning.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoSeats:
    """The counts of triage that were kept last, None where one is hidden.

    Where a count is hidden there are `learners` at most.
    """

    counts: Mapping[Setting, int | None]
    learners: int
    seats: Seats

    @property
    def hides(self) -> bool:
        """Whether any count is hidden."""
        return None in self.counts.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoHint:
    """What the chair made of a hint."""

    taken: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMeasure:
    """A measure of the evaluation plan with its last value; "" where there is no number."""

    kind: MeasureKind
    words: str
    unit: MeasureUnit
    baseline: str = ""
    baseline_on: MeasuredPeriod | None = None
    target: str = ""
    due_on: MeasuredPeriod | None = None
    last: str = ""
    last_period: MeasuredPeriod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoItem:
    """An action item. vendor: the code of the one it tells of, if any."""

    words: str
    owner: str
    due_on: date | None
    state: ItemState
    source: ItemSource
    vendor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRenewal:
    """What the evaluation that this one renews says of a vendor. vendor: its code here.

    unmet: titles of criteria; kept, broken, left: its commitments; measures: if it was chosen.
    """

    vendor: str
    name: str
    title: str
    unmet: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    measures: tuple[MemoMeasure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoPlan:
    """The workbook: answers by section and prompt; of a final memo, those of the decision.

    items: what is still to be done first; venues: of the settings for which one was chosen.
    """

    answers: Mapping[str, PlanAnswers] = field(default_factory=dict)
    kept: MemoSeats | None = None
    hints: Mapping[HintKey, MemoHint] = field(default_factory=dict)
    items: Sequence[MemoItem] = ()
    venues: Mapping[Setting, Venue] = field(default_factory=dict)
    measures: Sequence[MemoMeasure] = ()
