"""What if: a trial changes a copy of the basis, never the official result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.results.basis import ComputedOrder, ResultBasis, order_of
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.translation import N_


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried, apart from what is official.

    weights: by criterion code, those that change; must_haves: codes of all of them; without: the
    name of a reviewer who is left out, or nothing.
    """

    rule: DecisionRule
    must_haves: frozenset[str]
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    without: str = ""

    def of(self, basis: ResultBasis) -> ResultBasis:
        """The basis as the trial would have it. Raises: Invalid for a weight that can't be."""
        tried = basis.weighed(self.weights).requiring(self.must_haves).ruled(self.rule)
        for row in tried.criteria:
            if not 0 <= row.weight <= limits.WEIGHT.most:
                raise Invalid(
                    N_("Enter weights from 0 to %(most)s."),
                    most=limits.WEIGHT.most,
                    field="weights",
                )
        if not any(row.weight for row in tried.criteria):
            raise Invalid(N_("Give at least one criterion a weight above 0."), field="weights")
        names = [reviewer.name for reviewer in basis.ballots.reviewers]
        return tried.without(names.index(self.without)) if self.without in names else tried


@dataclass(frozen=True, slots=True)
class RankChange:
    """What becomes of one vendor."""

    vendor: str
    was: int | None
    now: int | None

    @property
    def better(self) -> bool:
        """Whether the vendor has a rank that it had not, or a better one."""
        return self.now is not None and (self.was is None or self.now < self.was)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """A trial's order beside the official one."""

    official: ComputedOrder
    order: ComputedOrder

    @property
    def moved(self) -> tuple[RankChange, ...]:
        """The vendors whose rank changes."""
        now = self.order.ranks
        return tuple(
            RankChange(code, rank, now[code])
            for code, rank in self.official.ranks.items()
            if rank != now[code]
        )


def run_trial(basis: ResultBasis, trial: Trial) -> TrialResult:
    """The order that the trial gives. Raises: Invalid for what can't be tried."""
    return TrialResult(order_of(basis), order_of(trial.of(basis)))
