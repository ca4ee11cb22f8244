"""Proof of order: whether the steps of a selection came one after the other.

A step is a *span* of time, from its earliest part to its latest: findings are adopted one by one. A
step came before another if all of it did. Moments of the journal are compared with each other as
moments. Where one of the two is a day that somebody typed, days are compared, in the district's
time zone, and the same day is in order: nobody can say more of it.

What each step is, in the journal, is said by `OrderStep`; a step of which nothing is known is
missing, is named as missing and is not judged. Its two neighbors are compared with each other:
order does not become right by leaving something out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

When = datetime | date


class OrderStep(LabelledEnum):
    """A step of a selection, and what of the journal, or of what was typed, it is.

    RULE: the last time that the decision rule, or criteria, their weights or must-haves were
    changed in set-up. OPENED: the last move out of set-up or practice into scoring (going back to
    set-up takes that nobody has marked anything). SEALED: the last ballot that was sealed, or the
    last mark that came out of a file. FOUND: from the first to the last of the findings that
    stand. RECOMMENDED: from the recommendation that stands, as it was last recorded, to the moment
    that made it final. BOARD, CONTRACT and the rest: days that were typed.
    """

    RULE = "RULE", N_("Rule and rubric last changed in set-up")
    OPENED = "OPENED", N_("Ballots opened")
    SEALED = "SEALED", N_("Last ballot sealed")
    FOUND = "FOUND", N_("Findings adopted")
    RECOMMENDED = "RECOMMENDED", N_("Recommendation")
    BOARD = "BOARD", N_("Board action")
    CONTRACT = "CONTRACT", N_("Contract signed")
    BEGINS = "BEGINS", N_("Contract begins")
    ENDS = "ENDS", N_("Contract ends")
    ESTIMATE = "ESTIMATE", N_("Own estimate of the cost")
    PUBLISHED = "PUBLISHED", N_("Solicitation published")
    OFFERS_DUE = "OFFERS_DUE", N_("Offers due")


# the one chain that the memo proves
SELECTION = (
    OrderStep.RULE, OrderStep.OPENED, OrderStep.SEALED, OrderStep.FOUND, OrderStep.RECOMMENDED,
    OrderStep.BOARD, OrderStep.CONTRACT,
)  # fmt: skip
# what else has an order; each is told where its days are known
OTHER_CHAINS = (
    (OrderStep.ESTIMATE, OrderStep.OFFERS_DUE, OrderStep.OPENED),
    (OrderStep.PUBLISHED, OrderStep.OFFERS_DUE),
    (OrderStep.CONTRACT, OrderStep.BEGINS, OrderStep.ENDS),
)


class OrderVerdict(LabelledEnum):
    """What is to be said of two steps."""

    BEFORE = "BEFORE", N_("in order")
    SAME_DAY = "SAME_DAY", N_("in order: the same day")
    BROKEN = "BROKEN", N_("not in order")


@dataclass(frozen=True, slots=True)
class StepSpan:
    """When a step was taken, from its first part to its last: both moments, in the district's zone,
    or both days."""

    first: When
    last: When

    @property
    def is_day(self) -> bool:
        """Whether it is a typed day."""
        return not isinstance(self.first, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedPair:
    """Two steps that should follow each other. ended: when the earlier one was over; began: when
    the later one began."""

    earlier: OrderStep
    later: OrderStep
    ended: When
    began: When
    verdict: OrderVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProof:
    """The steps of a chain that are known, those that are missing, and each pair of neighbors."""

    spans: Mapping[OrderStep, StepSpan]
    missing: tuple[OrderStep, ...]
    pairs: tuple[OrderedPair, ...]

    @property
    def broken(self) -> tuple[OrderedPair, ...]:
        """The pairs that are not in order."""
        return tuple(pair for pair in self.pairs if pair.verdict is OrderVerdict.BROKEN)

    @property
    def is_whole(self) -> bool:
        """Whether every step is known, and each came after the one before it."""
        return not self.missing and not self.broken

    def find_pair_before(self, step: OrderStep) -> OrderedPair | None:
        """The pair whose later step this is."""
        return next((pair for pair in self.pairs if pair.later is step), None)


def prove_order(chain: Sequence[OrderStep], spans: Mapping[OrderStep, StepSpan]) -> OrderProof:
    """Judge each two neighbors of a chain that are known.

    Args: spans: when each step was taken; what is not there is missing.
    """
    known = [step for step in chain if step in spans]
    return OrderProof(
        spans={step: spans[step] for step in known},
        missing=tuple(step for step in chain if step not in spans),
        pairs=tuple(_judge_pair(first, second, spans) for first, second in pairwise(known)),
    )


def list_other_pairs(spans: Mapping[OrderStep, StepSpan]) -> tuple[OrderedPair, ...]:
    """The pairs of the other chains of which both are known, in their order, each once."""
    found: dict[tuple[OrderStep, OrderStep], OrderedPair] = {}
    for chain in OTHER_CHAINS:
        for pair in prove_order(chain, spans).pairs:
            found[pair.earlier, pair.later] = pair
    return tuple(found.values())


def _judge_pair(
    earlier: OrderStep, later: OrderStep, spans: Mapping[OrderStep, StepSpan]
) -> OrderedPair:
    first, second = spans[earlier], spans[later]
    return OrderedPair(
        earlier=earlier,
        later=later,
        ended=first.last,
        began=second.first,
        verdict=_judge_moments(first, second),
    )


def _judge_moments(first: StepSpan, second: StepSpan) -> OrderVerdict:
    """Compare the end of one step with the beginning of the next."""
    if not first.is_day and not second.is_day:
        in_order = first.last <= second.first
        return OrderVerdict.BEFORE if in_order else OrderVerdict.BROKEN
    ended, began = day_of(first.last), day_of(second.first)
    if ended == began:
        return OrderVerdict.SAME_DAY
    return OrderVerdict.BEFORE if ended < began else OrderVerdict.BROKEN


def day_of(when: When) -> date:
    """The day of a moment in the zone that it carries; a day as it is."""
    return when.date() if isinstance(when, datetime) else when
