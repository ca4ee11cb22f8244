"""A district's own past: of learners who needed so many credits a semester, how many graduated.

Groups of fewer than 20 learners are not kept: their share would tell little, and could tell of a
person. What is kept of them is that there is such a group.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.field_tables import Columns, FieldTableKind
from crrubric.domain.planning.calibration import Calibration, format_number, make_calibration
from crrubric.domain.statistics.monotone import (
    ShareInterval,
    find_wilson_interval,
    fit_falling_shares,
)
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds

# what the columns of a pasted table may be called, in the usual order
COHORT_COLUMNS: Columns = {
    "pace_from": ("from", "pace from", "credits from", "credits a semester, from", "desde", "de",
                  "créditos desde"),
    "pace_to": ("to", "pace to", "credits to", "to, not included", "below", "hasta", "a",
                "créditos hasta"),
    "learners": ("learners", "students", "number of learners", "estudiantes", "alumnos"),
    "graduated": ("graduated", "graduates", "graduated on time", "graduados", "se graduaron",
                  "se graduaron a tiempo"),
}  # fmt: skip
COHORT_TABLE = FieldTableKind(
    columns=COHORT_COLUMNS, needed="pace_from", needed_label=N_("Credits a semester, from")
)
LEAST = 20  # learners; a smaller group is hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortGroup:
    """Learners of a past cohort whose pace lay from `pace_from` up to, not including, `pace_to`.

    Without numbers: there were fewer than 20 of them.
    """

    pace_from: Fraction
    pace_to: Fraction
    learners: int | None
    graduated: int | None

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
    found = tuple(groups)
    for _place, problem in find_group_problems(found):
        raise problem
    return tuple(sorted(found, key=lambda group: (group.pace_from, group.pace_to)))


def find_group_problems(groups: Sequence[CohortGroup]) -> Iterator[tuple[int, Invalid]]:
    """(place of the group, what is wrong with it) of all that can't be true."""
    for place, group in enumerate(groups):
        if not 0 <= group.pace_from < group.pace_to:
            message = N_("A group ends above the pace where it begins.")
            yield place, Invalid(message, field="pace_to")
        yield from ((place, problem) for problem in _find_number_problems(group))
    by_pace = sorted(enumerate(groups), key=lambda pair: (pair[1].pace_from, pair[1].pace_to))
    for (_earlier, before), (place, after) in pairwise(by_pace):
        if after.pace_from < before.pace_to:
            yield (
                place,
                Invalid(
                    N_("Two groups hold the pace %(pace)s."),
                    pace=format_number(after.pace_from),
                    field="pace_from",
                ),
            )


def _find_number_problems(group: CohortGroup) -> Iterator[Invalid]:
    if group.learners is None or group.graduated is None:
        if group.learners != group.graduated:
            field = "learners" if group.learners is None else "graduated"
            yield Invalid(N_("Enter both numbers, or none for a hidden group."), field=field)
        return
    try:
        require_in_bounds(group.learners, limits.LEARNERS, field="learners")
    except Invalid as error:
        yield error
    if not 0 <= group.graduated <= group.learners:
        message = N_("There can’t be more graduates than learners, or fewer than 0.")
        yield Invalid(message, field="graduated")


def hide_small_groups(groups: Iterable[CohortGroup]) -> tuple[CohortGroup, ...]:
    """The groups as they may be kept: without the numbers of those that are too small."""
    return tuple(
        group
        if group.learners is not None and group.learners >= LEAST
        else replace(group, learners=None, graduated=None)
        for group in groups
    )


def read_cohort(groups: Sequence[CohortGroup]) -> tuple[CohortShare, ...]:
    """What groups that were checked show; those that are too small are left out."""
    shown = [
        (group, group.graduated, group.learners)
        for group in hide_small_groups(groups)
        if group.learners is not None and group.graduated is not None
    ]
    fitted = fit_falling_shares([(graduated, learners) for _group, graduated, learners in shown])
    return tuple(
        CohortShare(
            group=group,
            observed=Fraction(100 * graduated, learners),
            interval=find_wilson_interval(graduated, learners),
            fitted=100 * share,
        )
        for (group, graduated, learners), share in zip(shown, fitted, strict=True)
    )


def make_own_calibration(shares: Sequence[CohortShare]) -> Calibration:
    """The line through the middles of the groups as it was fitted, in steps that people can read:
    thousandths of a credit, tenths of a percent. Raises: Invalid below two groups."""
    return make_calibration(
        (_round_half_up(share.group.middle, 1000), _round_half_up(share.fitted, 10))
        for share in shares
    )


def _round_half_up(value: Fraction, parts: int) -> Fraction:
    """To whole parts of one. What rises stays rising where the steps are no smaller."""
    return Fraction((value * parts * 2 + 1) // 2, parts)
