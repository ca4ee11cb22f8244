"""Each reviewer beside the others: how much they marked, how often YES, with whom they agree.

Worded neutrally on purpose: who differs may be wrong, or may have read the fine print.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from crrubric.domain.ballots.ballots import ABSTAINED, CANNOT_TELL, NO, YES, Ballots
from crrubric.domain.results.outcome import Counts
from crrubric.domain.statistics.coefficients import (
    Profile,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    sums_of_profile,
)
from crrubric.domain.vocabulary import Stakeholder


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many."""

    part: int
    of: int

    @property
    def value(self) -> Fraction | None:
        """The share; None of nothing."""
        return Fraction(self.part, self.of) if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSummary:
    """One reviewer's marks beside those of the others.

    marks: of all four answers, of those `asked`. yes: among their YES and NO. with_others:
    agreement with the majority of the OTHERS, cells on which these tie left out; with_all: with
    the majority of all, which includes oneself and flatters. alpha_without and ac1_without: of
    everybody else; None where undefined.
    """

    reviewer: str
    stakeholder: Stakeholder
    marks: int
    asked: int
    yes: Proportion
    with_others: Proportion
    with_all: Proportion
    alpha_without: Fraction | None
    ac1_without: Fraction | None


def profile_of(counts: Counts) -> Profile:
    """(yes, no) of cells with a decisive mark -> how many. Args: counts: shape (..., 6)."""
    cells = counts[..., :2].reshape(-1, 2)
    cells = cells[cells.any(axis=1)]
    if not len(cells):
        return {}
    base = int(cells.max()) + 1
    keys, numbers = np.unique(cells[:, 0] * base + cells[:, 1], return_counts=True)
    return {
        divmod(key, base): number
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True)
    }


def summarize_reviewers(ballots: Ballots, counts: Counts) -> tuple[ReviewerSummary, ...]:
    """Every reviewer beside the others. Args: counts: those of all the ballots."""
    whole = Counter(profile_of(counts))
    return tuple(
        _summarize_reviewer(ballots, place, counts, whole)
        for place in range(len(ballots.reviewers))
    )


def _summarize_reviewer(
    ballots: Ballots, place: int, counts: Counts, whole: Mapping[tuple[int, ...], int]
) -> ReviewerSummary:
    answers = ballots.answers[place]
    asked = answers <= ABSTAINED  # neither recused nor unassigned
    yes, no = answers == YES, answers == NO
    # for each answer: how often each (yes, no) of a cell went with it
    own = {(1, 0): profile_of(counts[yes]), (0, 1): profile_of(counts[no])}
    rest = Counter(whole)
    for mine, profile in own.items():
        for (y, n), cells in profile.items():
            rest[y, n] -= cells
            rest[y - mine[0], n - mine[1]] += cells
    parts = sums_of_profile({key: cells for key, cells in rest.items() if cells and any(key)})
    return ReviewerSummary(
        reviewer=ballots.reviewers[place].name,
        stakeholder=ballots.reviewers[place].stakeholder,
        marks=int((answers <= CANNOT_TELL).sum()),
        asked=int(asked.sum()),
        yes=Proportion(int(yes.sum()), int(yes.sum() + no.sum())),
        with_others=_agreement_with_majority(own, others=True),
        with_all=_agreement_with_majority(own, others=False),
        alpha_without=krippendorff_alpha(parts),
        ac1_without=gwet_ac1(parts),
    )


def _agreement_with_majority(own: Mapping[tuple[int, int], Profile], *, others: bool) -> Proportion:
    part = of = 0
    for (mine_yes, mine_no), profile in own.items():
        for (y, n), cells in profile.items():
            lead = (y - mine_yes * others) - (n - mine_no * others)
            if lead:
                of += cells
                part += cells * ((lead > 0) == bool(mine_yes))
    return Proportion(part, of)


def cohen_pairs(ballots: Ballots) -> dict[tuple[str, str], Fraction | None]:
    """Cohen's kappa by (reviewer, later reviewer); None if undefined."""
    size = len(ballots.reviewers)
    flat = ballots.answers.reshape(size, -1)
    said = {
        answer: (flat == byte).astype(np.float64) for answer, byte in (("YES", YES), ("NO", NO))
    }
    tables = {(mine, theirs): said[mine] @ said[theirs].T for mine in said for theirs in said}
    names = [reviewer.name for reviewer in ballots.reviewers]
    return {
        (names[one], names[other]): cohen_kappa(
            {pair: int(table[one, other]) for pair, table in tables.items()}
        )
        for one, other in combinations(range(size), 2)
    }
