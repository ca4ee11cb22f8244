"""A district's own past: of learners who needed so many credits a semester, how many graduated.

Groups of fewer than 20 learners are not shown: their share would tell little, and could tell of a
person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.calibration import Calibration, format_number, make_calibration
from crrubric.domain.statistics.monotone import (
    ShareInterval,
    find_wilson_interval,
    fit_falling_shares,
)
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds

LEAST = 20  # learners; a smaller group is hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortGroup:
    """Learners of a past cohort whose pace lay from `pace_from` up to, not including, `pace_to`."""

    pace_from: Fraction
    pace_to: Fraction
    learners: int
    graduated: int

    @property
    def middle(self) -> Fraction:
        """The pace that stands for the group."""
        return (self.pace_from + self.pace_to) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortShare:
    """A group with what it shows, in percent; interval and fit are of the groups shown."""

    group: CohortGroup
    observed: Fraction
    interval: ShareInterval
    fitted: Fraction


def check_cohort(groups: Iterable[CohortGroup]) -> tuple[CohortGroup, ...]:
    """The groups by pace. Raises: Invalid where one is empty, overlaps, or can't be true."""
    found = sorted(groups, key=lambda group: (group.pace_from, group.pace_to))
    for group in found:
        if not 0 <= group.pace_from < group.pace_to:
            raise Invalid(N_("A group ends above the pace where it begins."), field="pace_to")
        require_in_bounds(group.learners, limits.LEARNERS, field="learners")
        if not 0 <= group.graduated <= group.learners:
            raise Invalid(
                N_("There can’t be more graduates than learners, or fewer than 0."),
                field="graduated",
            )
    for before, after in pairwise(found):
        if after.pace_from < before.pace_to:
            raise Invalid(
                N_("Two groups hold the pace %(pace)s."),
                pace=format_number(after.pace_from),
                field="pace_from",
            )
    return tuple(found)


def read_cohort(groups: Sequence[CohortGroup]) -> tuple[CohortShare, ...]:
    """What groups that were checked show; those that are too small are left out."""
    shown = [group for group in groups if group.learners >= LEAST]
    fitted = fit_falling_shares([(group.graduated, group.learners) for group in shown])
    return tuple(
        CohortShare(
            group=group,
            observed=Fraction(100 * group.graduated, group.learners),
            interval=find_wilson_interval(group.graduated, group.learners),
            fitted=100 * share,
        )
        for group, share in zip(shown, fitted, strict=True)
    )


def make_own_calibration(shares: Sequence[CohortShare]) -> Calibration:
    """The line through the middles of the groups, as it was fitted. Raises: Invalid below two."""
    return make_calibration((share.group.middle, share.fitted) for share in shares)
