"""All ballots of an evaluation as one array: one byte a mark, for what tallies can't tell.

Who agrees with whom, what changes without somebody: that needs to know who said what. The array
stays small (a million marks are a megabyte) and everything on it is whole-number arithmetic.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.tally import FIELDS, Tally
from crrubric.domain.vocabulary import Answer, Stakeholder

Bytes = NDArray[np.uint8]

# What a byte says: the fields of a Tally in its order, then that there is no ballot.
YES, NO, NOT_APPLICABLE, CANNOT_TELL, MISSING, ABSTAINED, RECUSED, UNASSIGNED = range(FIELDS + 1)
BYTE_OF = {
    Answer.YES: YES,
    Answer.NO: NO,
    Answer.NOT_APPLICABLE: NOT_APPLICABLE,
    Answer.CANNOT_TELL: CANNOT_TELL,
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer as results need it; `name` is unique within the evaluation.

    id: that of the member, as the journal names them; 0 where nobody asks for it.
    """

    name: str
    stakeholder: Stakeholder = Stakeholder.OTHER
    id: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Every mark by reviewer, vendor and criterion.

    answers: shape (reviewers, vendors, criteria), a byte each: YES to CANNOT_TELL; MISSING for an
    assigned reviewer's open question; ABSTAINED for one left on purpose; RECUSED;
    UNASSIGNED where there is no ballot.
    """

    reviewers: tuple[Reviewer, ...]
    vendors: tuple[str, ...]  # codes
    criteria: tuple[str, ...]  # codes
    answers: Bytes

    def counts(self) -> Counts:
        """How often each was said in each cell: shape (vendors, criteria, FIELDS)."""
        return np.stack(
            [(self.answers == said).sum(axis=0, dtype=np.int64) for said in range(FIELDS)], axis=-1
        )

    def tallies(self) -> dict[tuple[str, str], Tally]:
        """The tally of every cell, by vendor and criterion code."""
        rows = self.counts().reshape(-1, FIELDS).tolist()
        keys = ((vendor, criterion) for vendor in self.vendors for criterion in self.criteria)
        return {key: Tally.from_counts(row) for key, row in zip(keys, rows, strict=True)}

    def only(self, reviewers: Sequence[int]) -> "Ballots":
        """The ballots of some reviewers, by place."""
        kept = tuple(self.reviewers[place] for place in reviewers)
        return replace(self, reviewers=kept, answers=self.answers[list(reviewers)])

    def without_vendors(self, codes: Collection[str]) -> "Ballots":
        """The ballots for everybody but these vendors."""
        kept = [place for place, code in enumerate(self.vendors) if code not in codes]
        vendors = tuple(self.vendors[place] for place in kept)
        return replace(self, vendors=vendors, answers=self.answers[:, kept])

    def without(self, reviewer: int) -> "Ballots":
        """The ballots of everybody else."""
        return self.only([place for place in range(len(self.reviewers)) if place != reviewer])
