"""Criteria that pull against each other, where a vendor was found MET on both."""

from collections.abc import Iterable
from dataclasses import dataclass

from crrubric.domain.results.results import Results
from crrubric.domain.setup.rubric import RubricTension
from crrubric.domain.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A vendor and two criteria, by code: both MET ask for two configurations of one product."""

    vendor: str
    first: str
    second: str
    why: str

    def other(self, criterion: str) -> str | None:
        """What pulls against this criterion; None if it is neither of the two."""
        return {self.first: self.second, self.second: self.first}.get(criterion)


def find_contradictions(
    results: Results, tensions: Iterable[RubricTension]
) -> tuple[Contradiction, ...]:
    """Every one of them, by vendor in the order of the results.

    Args: tensions: of the rubric; one with a criterion that is left out is passed over.
    """
    asked = {criterion.code for criterion in results.criteria}
    pairs = [row for row in tensions if asked.issuperset(row.between)]
    return tuple(
        Contradiction(vendor.code, *row.between, row.why)
        for vendor in results.vendors
        for row in pairs
        if all(results.cell(vendor.code, code).finding is Outcome.MET for code in row.between)
    )
